"""Steps that fail: what stops, who is told, and how it is tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from shared_services.annexes.models import CaseNote
from shared_services.audit.models import AuditEntry
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed, Stale
from shared_services.workflow import retrying, selectors
from shared_services.workflow.models import Case, CaseTimer, Task
from shared_services.workflow.operations import OperationFailed

from ..drawing import (
    boundary,
    end,
    flows,
    process,
    service,
    start,
    user,
)
from .processes import PAUSED, SERVICE, decide, open_one, sweep


def test_a_service_step_that_fails_stops_the_case_with_nothing_half_done(northmoor, people, publish, broken):
    publish(SERVICE)
    broken[0] = RuntimeError("connection to Jane Doe’s account lost")
    with inside_council(northmoor):
        case = open_one(people, "raising")
        decide(people, "holder", case)

        case = Case.objects.get(pk=case.pk)
        assert (case.status, case.fault, case.step) == ("parked", "“Raise it” could not be done.", "Raise it")
        assert not CaseNote.objects.filter(text="half done").exists()
        assert case.decisions.filter(owner_id=northmoor.number).count() == 1
        note = CaseNote.objects.get(case_id=case.pk)
        assert "Jane" not in note.text and "Have it tried again" in note.text


def test_a_rule_that_says_no_to_the_officer_undoes_his_decision(northmoor, people, publish, broken):
    publish(SERVICE)
    broken[0] = NotAllowed("There is not enough budget.")
    with inside_council(northmoor):
        case = open_one(people, "raising")
    with inside_council(northmoor), pytest.raises(NotAllowed, match="not enough budget"):
        decide(people, "holder", case)

    with inside_council(northmoor):
        assert Case.objects.get(pk=case.pk).status == "open"
        assert Task.objects.of_this_room().to_do().filter(case=case).exists()


def test_a_rule_that_says_no_to_the_portal_stops_the_case_with_its_words(
    northmoor, people, publish, broken, time_machine
):
    publish(PAUSED)
    broken[0] = NotAllowed("There is not enough budget.")
    with inside_council(northmoor):
        case = open_one(people, "paused")
    time_machine.move_to(timezone.now() + timedelta(days=2))
    sweep(northmoor)

    with inside_council(northmoor):
        assert Case.objects.get(pk=case.pk).status == "parked"
        assert CaseNote.objects.get(case_id=case.pk).text == "“Raise it” could not be done. There is not enough budget."
        assert not CaseTimer.objects.exists()


def test_an_error_event_drawn_on_the_step_catches_what_a_rule_refuses(northmoor, people, publish, broken):
    publish(
        process(
            start(), user("decide", role="budget_holder"), service("raise_it", "test.raise_it"),
            boundary("failed", "raise_it", "<bpmn:errorEventDefinition/>"), user("repair", role="director"), end(),
            flows("start decide", "decide raise_it", "raise_it end", "failed repair", "repair end"),
            key="caught", title="Caught",
        )
    )  # fmt: skip
    broken[0] = NotAllowed("There is not enough budget.")
    with inside_council(northmoor):
        case = open_one(people, "caught")
        decide(people, "holder", case)

        assert selectors.inbox(people["director"]).get().title == "Repair"
        assert Case.objects.get(pk=case.pk).status == "open"


def test_trying_again_does_only_what_was_not_done(northmoor, people, publish, broken):
    publish(SERVICE)
    broken[0] = OperationFailed("The finance system is closed for the night.")
    with inside_council(northmoor):
        case = open_one(people, "raising")
        decide(people, "holder", case)
        assert "closed for the night" in CaseNote.objects.get(case_id=case.pk).text

        assert retrying.retry_case(actor=people["admin"], case_id=case.pk).status == "parked"
        assert len(selectors.causes_of(case)) == 2
        broken[0] = None
        found = retrying.retry_case(actor=people["admin"], case_id=case.pk)
        again = retrying.retry_case(actor=people["admin"], case_id=case.pk)

        assert (found.status, found.outcome, found.fault) == ("completed", "done", "")
        assert again.version == found.version
        assert broken[1] == ["NOR-T-2026-000001"]
        assert AuditEntry.objects.filter(event="workflow.case.retried").count() == 2


def test_who_may_not_manage_processes_cannot_have_a_case_tried_again(
    northmoor, eastvale, people, publish, broken, officer_in
):
    publish(SERVICE)
    broken[0] = RuntimeError("away")
    stranger = officer_in(eastvale, "council_administrator")
    with inside_council(northmoor):
        case = open_one(people, "raising")
        decide(people, "holder", case)
        version = Case.objects.get(pk=case.pk).version
    with inside_council(northmoor), pytest.raises(NotAllowed, match="may not"):
        retrying.retry_case(actor=people["holder"], case_id=case.pk)
    with inside_council(northmoor), pytest.raises(Stale):
        retrying.retry_case(actor=people["admin"], case_id=case.pk, version=version - 1)
    with inside_council(eastvale), pytest.raises(NotAllowed, match="not here"):
        retrying.retry_case(actor=stranger, case_id=case.pk)


def test_the_pages_show_the_cause_and_the_button_to_those_who_may(
    northmoor, eastvale, people, publish, broken, client_for, officer_in
):
    publish(SERVICE)
    broken[0] = OperationFailed("The finance system is closed for the night.")
    with inside_council(northmoor):
        case = open_one(people, "raising")
        decide(people, "holder", case)
    page, retry = f"/cases/{case.pk}/", f"/cases/{case.pk}/try-again/"

    seen = client_for(people["requester"]).get(page).content.decode()
    assert "closed for the night" in seen and retry not in seen
    admin = client_for(people["admin"])
    assert retry in admin.get(page).content.decode()
    form = admin.get(retry)
    assert "closed for the night" in form.content.decode()
    assert client_for(officer_in(eastvale, "council_administrator")).get(retry).status_code == 404

    broken[0] = None
    sent = {"version": form.context["form"].initial["version"], "form_token": form.context["form_token"]}
    answer = admin.post(retry, sent, follow=True)
    assert "moves on" in answer.content.decode()
    with inside_council(northmoor):
        assert Case.objects.get(pk=case.pk).status == "completed"
    assert "nothing that you can have tried again" in admin.get(retry).content.decode()


def test_programs_have_a_case_tried_again(northmoor, eastvale, people, publish, broken, client_for, officer_in):
    publish(SERVICE)
    broken[0] = RuntimeError("away")
    with inside_council(northmoor):
        case = open_one(people, "raising")
        decide(people, "holder", case)
    address = f"/api/v1/cases/{case.pk}/retry/"
    admin = client_for(people["admin"])

    assert admin.get(f"/api/v1/cases/{case.pk}/").json()["fault"] == "“Raise it” could not be done."
    assert client_for(people["requester"]).post(address, "{}", content_type="application/json").status_code == 403
    stranger = client_for(officer_in(eastvale, "council_administrator"))
    assert stranger.post(address, "{}", content_type="application/json").status_code == 404
    broken[0] = None
    answer = admin.post(address, "{}", content_type="application/json")
    assert (answer.status_code, answer.json()["status"]) == (200, "completed")
