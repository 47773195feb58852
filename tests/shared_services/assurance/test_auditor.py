"""The auditor reads everything that was done and changes nothing."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.regex_helper import normalize
from django.views.generic import RedirectView

from shared_services.access.permissions import PUBLIC, READ_ONLY_ROLES, SIGNED_IN, only_reads, permissions_of
from shared_services.assurance.services import start_verification
from shared_services.audit.models import AuditEntry, Verification
from shared_services.audit.sealing import seal
from shared_services.audit.services import record
from shared_services.messaging.running import run_waiting
from shared_services.tenancy.door import inside_council
from tests.programs import program_of

CHECKS_THE_RECORD = "audit:start_check"
"""Having the record checked is what an auditor is for; it changes nothing that a council keeps."""
KEY = "0190a7c0-0000-7000-8000-000000000001"
OWN = ("allauth.", "shared_services.notices.")
MAY_GROW = ("audit_", "govuk_", "account", "django_session", "mfa_", "usersessions_", "messaging_", "axes_")


@pytest.fixture
def auditor(northmoor, officer_in):
    return officer_in(northmoor, "auditor", name="Ivy Inspector")


def unsafe_addresses(urlconf: str) -> list[tuple[str, str, Any]]:
    """(method, path, view) of everything that may change something, with senseless keys filled in."""
    found = []

    def walk(resolver: URLResolver, prefix: str, space: str) -> None:
        for entry in resolver.url_patterns:
            regex = prefix + entry.pattern.regex.pattern.removeprefix("^").removesuffix(r"\Z").removesuffix("$")
            if isinstance(entry, URLResolver):
                walk(entry, regex, entry.namespace or space)
            elif isinstance(entry, URLPattern):
                template, holes = normalize(regex)[0]
                values = {hole: "1" if hole in ("year", "council", "number") else KEY for hole in holes}
                callback = entry.callback
                actions = getattr(callback, "actions", None)
                view = getattr(callback, "view_class", None) or getattr(callback, "cls", None)
                verbs = [
                    verb
                    for verb in ("post", "put", "patch", "delete")
                    if (verb in actions if actions else view is None or hasattr(view, verb))
                ]
                found.extend((verb, "/" + template % values, (entry, space, callback, view)) for verb in verbs)

    walk(get_resolver(urlconf), "", "")
    return found


def _is_own(view: Any, callback: Any) -> bool:
    """The auditor's own password, second factor, sessions, notices, saved views and columns are his to change."""
    family = [base.__module__ for base in getattr(view or callback, "__mro__", [view or callback])]
    if view is not None and issubclass(view, RedirectView):
        return True
    named = getattr(callback, "view_initkwargs", {}).get("permission") or getattr(view, "permission", None)
    return named in (SIGNED_IN, PUBLIC) or any(module.startswith(OWN) for module in family)


def _row_counts(council) -> dict[str, int]:
    with inside_council(council), connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind = 'r' AND n.nspname = current_schema()"
        )
        counts = {}
        for (table,) in cursor.fetchall():
            if not table.startswith(MAY_GROW):
                cursor.execute(f'SELECT count(*) FROM "{table}"')
                counts[table] = cursor.fetchone()[0]
    return counts


@pytest.mark.parametrize("room", ["northmoor", "shared_service"])
def test_every_address_that_changes_something_refuses_an_auditor(request, room, officer_in, client_for):
    council = request.getfixturevalue(room)
    role = "shared_service_auditor" if council.is_shared_service else "auditor"
    client = client_for(officer_in(council, role))
    before = _row_counts(council)

    served, tried = [], 0
    urlconf = settings.SHARED_SERVICE_URLCONF if council.is_shared_service else settings.ROOT_URLCONF
    for verb, path, (entry, space, callback, view) in unsafe_addresses(urlconf):
        if _is_own(view, callback) or f"{space}:{entry.name}" == CHECKS_THE_RECORD or "logout" in path:
            continue
        tried += 1
        answer = getattr(client, verb)(path, data="{}", content_type="application/json", headers={"if-match": '"1"'})
        if answer.status_code not in (401, 403, 404, 405) and not _only_lists(view, answer):
            served.append(f"{verb} {path} -> {answer.status_code}")

    assert tried > 20
    assert not served, "\n".join(served)
    assert _row_counts(council) == before


def _only_lists(view: Any, answer: Any) -> bool:
    """A list that is sent nothing leads back to itself; its bulk actions ask for a permission of their own."""
    return hasattr(view, "bulk_actions") and answer.status_code == 302


def test_an_auditor_with_other_roles_still_only_reads():
    for role in READ_ONLY_ROLES:
        given = permissions_of((role, "finance_officer", "council_administrator", "section_151_officer"))

        assert given
        assert all(only_reads(permission) for permission in given)
        assert "audit.view_records" in given


@pytest.mark.parametrize(
    "name", ["purchasing:list_requisitions", "workflow:list_cases", "finance:list_budgets", "people:list_employments"]
)
def test_an_auditor_reads_requisitions_cases_budgets_and_employments(auditor, client_for, name):
    assert client_for(auditor).get(reverse(name)).status_code == 200


def test_who_may_not_read_the_record_is_refused_and_sees_no_link(northmoor, officer_in, client_for):
    client = client_for(officer_in(northmoor, "requisitioner"))

    assert client.get("/audit/").status_code == 403
    assert 'href="/audit/"' not in client.get("/").content.decode()


def written(northmoor, auditor):
    with inside_council(northmoor):
        record(
            auditor,
            "finance.budget.vired",
            ("budget", "L100"),
            changes={"amount": ["100.00", "2750.50"]},
            reason="Roof",
        )
        record(None, "people.leave.adjusted", ("leave", "X1"), reason="Sickness kept private")
        seal()
        return AuditEntry.objects.get(event="finance.budget.vired")


def test_the_search_finds_by_officer_event_record_day_and_old_or_new_value(northmoor, auditor, client_for):
    line = written(northmoor, auditor)
    client = client_for(auditor)

    day = f"{line.at:%d %m %Y}".split()
    from_today = {"from_on_0": day[0], "from_on_1": day[1], "from_on_2": day[2]}
    for asked in (
        {"officer": str(auditor.pk)},
        {"event": "finance.budget.vired"},
        {"record": "L100"},
        {"q": "2750.50"},
        {"q": "100.00 roof"},
        {"q": "Ivy", **from_today, "event": "finance.budget.vired"},
    ):
        page = client.get("/audit/", asked).content.decode()
        assert f"/audit/entries/{line.pk}/" in page, asked
    for asked in ({"q": "2750.51"}, {"event": "accounts.signed_in"}, {"record": "L101"}, {"officer": "portal"}):
        assert f"/audit/entries/{line.pk}/" not in client.get("/audit/", asked).content.decode(), asked


def test_a_line_shows_old_and_new_values_and_its_link(northmoor, auditor, client_for):
    line = written(northmoor, auditor)

    page = client_for(auditor).get(f"/audit/entries/{line.pk}/").content.decode()

    for text in (
        "Budget moved (virement)",
        "100.00",
        "2750.50",
        "Roof",
        "Its hash is",
        "Everything done to this record",
    ):
        assert text in page


def test_a_line_of_another_council_is_not_found(northmoor, eastvale, auditor, officer_in, client_for):
    line = written(northmoor, auditor)

    assert client_for(officer_in(eastvale, "auditor")).get(f"/audit/entries/{line.pk}/").status_code == 404


def test_lines_about_people_are_for_those_who_may_see_employments(northmoor, auditor, officer_in, client_for):
    written(northmoor, auditor)
    administrator = client_for(officer_in(northmoor, "council_administrator"))

    assert "Sickness kept private" not in administrator.get("/audit/").content.decode()
    assert "Sickness kept private" in client_for(auditor).get("/audit/").content.decode()


def test_the_list_is_downloaded_and_the_download_is_recorded(northmoor, auditor, client_for):
    written(northmoor, auditor)

    answer = client_for(auditor).get("/audit/", {"export": "csv", "q": "2750.50"})

    assert "Budget moved (virement)" in b"".join(answer.streaming_content).decode()
    with inside_council(northmoor):
        assert AuditEntry.objects.filter(event="assurance.entries.exported").count() == 1


def test_a_check_runs_in_parts_and_says_what_it_found(northmoor, auditor, client_for, monkeypatch):
    written(northmoor, auditor)
    client = client_for(auditor)

    started = client.post("/audit/checks/start/", {"form_token": str(uuid.uuid4())})
    assert "0 of" in client.get(started["Location"]).content.decode()
    run_waiting()
    page = client.get(started["Location"]).content.decode()

    assert "Every line is as it was written" in page
    assert "Sound" in client.get("/audit/record/").content.decode()
    with inside_council(northmoor):
        check = Verification.objects.get()
        assert check.checked == check.lines > 0


def test_two_checks_at_once_are_one(northmoor, auditor, client_for):
    with inside_council(northmoor):
        start_verification(actor=auditor)

    answer = client_for(auditor).post("/audit/checks/start/", {"form_token": str(uuid.uuid4())})

    assert answer.status_code == 409
    assert "being checked already" in answer.content.decode()


def test_a_program_reads_lines_and_changes_none(northmoor, auditor):
    line = written(northmoor, auditor)
    program = program_of(auditor, "audit:read")

    listed = program.get("audit-entries/?event=finance.budget.vired").json()
    one = program.get(f"audit-entries/{line.pk}/").json()

    assert [row["id"] for row in listed["results"]] == [str(line.pk)]
    assert one["facts"]["changes"] == {"amount": ["100.00", "2750.50"]}
    assert one["link"]["seq"] > 0
    assert program.get("audit-entries/?words=2750.50").json()["results"][0]["id"] == str(line.pk)
    assert program.send("PATCH", f"audit-entries/{line.pk}/", {"event": "x"}).status_code == 405


def test_the_history_of_a_record_has_the_lines_that_mention_it(northmoor, auditor, client_for):
    case = uuid.uuid4()
    with inside_council(northmoor):
        about = record(None, "tests.case.opened", ("workflow.case", case))
        decision = record(None, "tests.task.decided", ("workflow.task", uuid.uuid4()), case=case)
        record(None, "tests.case.opened", ("workflow.case", uuid.uuid4()))
        seal()

    page = client_for(auditor).get("/audit/", {"record": str(case)}).content.decode()

    assert f"/audit/entries/{about.pk}/" in page
    assert f"/audit/entries/{decision.pk}/" in page
    assert page.count("/audit/entries/") == 2


def test_records_pages_lead_an_auditor_to_their_history(northmoor, auditor, client_for):
    page = client_for(auditor).get(f"/account/officers/{auditor.pk}/").content.decode()

    assert f"/audit/?record={auditor.pk}" in page
