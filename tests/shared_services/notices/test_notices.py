"""Notices in the portal: who is told what, the count, reading, and what cannot be muted."""

from __future__ import annotations

import uuid

import pytest
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.accounts.models import Account
from shared_services.messaging.models import OutboxMessage
from shared_services.messaging.outbox import enqueue
from shared_services.messaging.running import run_waiting
from shared_services.notices import services
from shared_services.notices.choices import EmailChoice, MailState
from shared_services.notices.kinds import KINDS, UnknownKind
from shared_services.notices.models import Notice
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import Stale
from shared_services.workflow import candidates, deputies, matrix
from shared_services.workflow.candidates import refresh_candidates
from shared_services.workflow.models import AuthorityRule


def count_of(council, card) -> int:
    with inside_council(council):
        return Account.objects.get(card_id=card.pk).unread_notices


def kinds(notices) -> list[str]:
    return [notice.kind for notice in notices]


@pytest.fixture
def holder(northmoor, officer_in):
    return officer_in(northmoor, "budget_holder")


def test_whoever_may_decide_a_new_task_is_told_with_its_reference(northmoor, officer_in, holder, submit, told):
    case_id = submit(northmoor, officer_in(northmoor, "requisitioner"))
    run_waiting()

    (notice,) = told(northmoor, holder)

    assert (notice.kind, notice.reference, notice.case_id) == ("task_assigned", "NOR-REQ-2026-000001", case_id)
    assert notice.url == f"/tasks/{notice.task_id}/"
    assert count_of(northmoor, holder) == 1


def test_nobody_is_left_with_a_notice_of_what_a_colleague_has_done(northmoor, officer_in, holder, submit, decide, told):
    colleague = officer_in(northmoor, "budget_holder")
    case_id = submit(northmoor, officer_in(northmoor, "requisitioner"))
    run_waiting()
    assert (count_of(northmoor, holder), count_of(northmoor, colleague)) == (1, 1)

    decide(northmoor, colleague, case_id)
    run_waiting()

    assert told(northmoor, holder)[0].is_read
    assert (count_of(northmoor, holder), count_of(northmoor, colleague)) == (0, 0)


def test_the_requester_hears_of_the_decision_and_of_what_is_sent_back(
    northmoor, officer_in, holder, submit, decide, told
):
    requester = officer_in(northmoor, "requisitioner")
    case_id = submit(northmoor, requester)
    decide(northmoor, holder, case_id, "send_back", note="Which library?")
    run_waiting()
    assert kinds(told(northmoor, requester)) == ["task_returned"]

    decide(northmoor, requester, case_id, "resubmit")
    decide(northmoor, holder, case_id)
    run_waiting()

    assert kinds(told(northmoor, requester))[-1] == "request_decided"


@pytest.mark.parametrize(
    ("outcome", "says"), [("approve", "Your request was approved"), ("reject", "Your request was rejected")]
)
def test_a_notice_of_a_decision_says_how_it_was_decided_and_not_why(
    northmoor, officer_in, holder, submit, decide, told, outcome, says
):
    requester = officer_in(northmoor, "requisitioner")
    decide(northmoor, holder, submit(northmoor, requester), outcome, note="Pat has three already")
    run_waiting()

    notice = told(northmoor, requester)[-1]

    assert str(notice).startswith(says)
    assert "Pat" not in f"{notice} {notice.title}"


def test_withdrawing_takes_the_notices_of_its_tasks_back(northmoor, officer_in, holder, submit):
    from shared_services.workflow.services import withdraw_case

    requester = officer_in(northmoor, "requisitioner")
    case_id = submit(northmoor, requester)
    run_waiting()
    with inside_council(northmoor):
        withdraw_case(actor=requester, case_id=case_id)
    run_waiting()

    assert count_of(northmoor, holder) == 0


def test_any_app_can_promise_a_notice_by_name(northmoor, officer_in, holder, submit, told):
    case_id = submit(northmoor, officer_in(northmoor, "requisitioner"))
    with inside_council(northmoor):
        enqueue("messaging.notify", card_id=holder.pk, kind="mentioned", case_id=case_id, task_id=None)
    run_waiting()

    mentioned = next(notice for notice in told(northmoor, holder) if notice.kind == "mentioned")
    assert mentioned.url == f"/cases/{case_id}/"


def test_a_kind_that_nobody_declared_is_given_up_at_once(northmoor, holder):
    with inside_council(northmoor):
        with pytest.raises(UnknownKind):
            services.tell([holder.pk], "congratulations")
        enqueue("messaging.notify", card_id=holder.pk, kind="congratulations")
    run_waiting()

    with inside_council(northmoor):
        assert OutboxMessage.objects.given_up().filter(task="messaging.notify").count() == 1


def test_a_council_tells_its_own_officers_only_and_the_shared_service_tells_a_councils_in_its_room(
    northmoor, eastvale, shared_service, officer_in, told
):
    theirs = officer_in(eastvale)
    with inside_council(northmoor):
        enqueue("messaging.notify", card_id=theirs.pk, kind="deputy_asked")
    run_waiting()
    assert told(eastvale, theirs) == []

    with inside_council(shared_service):
        enqueue("messaging.notify", card_id=theirs.pk, kind="deputy_asked")
    run_waiting()

    assert kinds(told(eastvale, theirs)) == ["deputy_asked"]
    assert told(northmoor, theirs) == []


def test_an_officer_who_has_left_is_told_nothing(northmoor, holder, officer_in, tell, told):
    from shared_services.accounts.services import deactivate_officer

    with inside_council(northmoor):
        deactivate_officer(actor=officer_in(northmoor, "council_administrator"), card_id=holder.pk)
    tell(northmoor, holder)

    assert told(northmoor, holder) == []


def test_the_count_follows_reading_one_and_reading_all(northmoor, holder, tell, told):
    for _ in range(3):
        tell(northmoor, holder)
    with inside_council(northmoor):
        services.read_notice(actor=holder, notice_id=told(northmoor, holder)[0].pk)
        services.read_notice(actor=holder, notice_id=told(northmoor, holder)[0].pk)
    assert count_of(northmoor, holder) == 2

    with inside_council(northmoor):
        assert services.read_all(actor=holder) == 2
    assert count_of(northmoor, holder) == 0


def test_nobody_reads_a_colleagues_notice_away(northmoor, officer_in, holder, tell, told):
    tell(northmoor, holder)
    with inside_council(northmoor):
        assert services.read_notice(actor=officer_in(northmoor), notice_id=told(northmoor, holder)[0].pk) is None

    assert count_of(northmoor, holder) == 1


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.key)
def test_what_is_muted_is_not_shown_unless_it_waits_for_the_officer_and_is_never_mailed(
    northmoor, holder, tell, told, kind, mailoutbox
):
    with inside_council(northmoor):
        services.change_preferences(actor=holder, email=EmailChoice.EACH, muted_kinds=[kind.key])
    tell(northmoor, holder, kind=kind.key)
    run_waiting()

    assert bool(told(northmoor, holder)) == bool(kind.always_shown)
    assert mailoutbox == []


def test_a_muted_process_is_silent_but_for_the_tasks_an_officer_must_decide(
    northmoor, officer_in, holder, submit, decide, told
):
    requester = officer_in(northmoor, "requisitioner")
    with inside_council(northmoor):
        for card in (requester, holder):
            services.change_preferences(actor=card, email=EmailChoice.EACH, muted_processes=["requisition_approval"])
    case_id = submit(northmoor, requester)
    run_waiting()
    decide(northmoor, holder, case_id)
    run_waiting()

    assert told(northmoor, requester) == []
    assert kinds(told(northmoor, holder)) == ["task_assigned"]
    assert told(northmoor, holder)[0].mail == MailState.NOT_WANTED


def test_preferences_that_changed_elsewhere_are_not_written_over(northmoor, holder):
    with inside_council(northmoor):
        services.change_preferences(actor=holder, email=EmailChoice.DAILY, version=0)
        with pytest.raises(Stale):
            services.change_preferences(actor=holder, email=EmailChoice.NONE, version=0)


def test_what_was_read_long_ago_is_forgotten_and_the_unread_kept(northmoor, holder, tell, told):
    from datetime import timedelta

    from django.utils import timezone

    for _ in range(2):
        tell(northmoor, holder)
    with inside_council(northmoor):
        old = timezone.now() - services.KEEP_READ - timedelta(days=1)
        Notice.objects.filter(pk=told(northmoor, holder)[0].pk).update(read_at=old)
        services.forget_old()

    assert [notice.is_read for notice in told(northmoor, holder)] == [False]


# -- Pages -------------------------------------------------------------------------------------
def test_the_header_shows_the_count_and_its_pages_ask_nothing_more_for_it(
    northmoor, holder, client_for, tell, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_for(holder)
    client.get("/account/")  # The first page of a room asks for what is then kept.
    with CaptureQueriesContext(connection) as before:
        client.get("/account/")
    tell(northmoor, holder)
    tell(northmoor, holder)
    with CaptureQueriesContext(connection) as after:
        page = client.get("/account/")

    assert "(2 unread)" in page.content.decode()
    assert len(after) == len(before)
    assert client.get("/notices/count/").json() == {"unread": 2}


def test_a_notice_leads_to_its_page_and_is_read_on_the_way(northmoor, holder, client_for, tell, told):
    tell(northmoor, holder)
    answer = client_for(holder).get(f"/notices/{told(northmoor, holder)[0].pk}/")

    assert (answer.status_code, answer["Location"]) == (302, "/inbox/")
    assert count_of(northmoor, holder) == 0


def test_a_link_of_an_email_asks_for_signing_in_and_is_found_by_its_officer_alone(
    northmoor, eastvale, officer_in, holder, client_for, visitor, tell, told
):
    tell(northmoor, holder)
    link = f"/notices/{told(northmoor, holder)[0].pk}/"

    assert visitor(northmoor).get(link)["Location"].startswith("/account/login/")
    assert client_for(officer_in(northmoor)).get(link).status_code == 404
    assert client_for(officer_in(eastvale)).get(link).status_code == 404
    assert client_for(holder).get(f"/notices/{uuid.uuid4()}/").status_code == 404


def test_the_page_lists_filters_and_marks_as_read(northmoor, officer_in, holder, client_for, tell):
    tell(northmoor, holder, reference="NMR-REQ-2026-000007")
    tell(northmoor, holder, kind="mentioned", reference="NMR-REQ-2026-000008")
    tell(northmoor, officer_in(northmoor), reference="NMR-REQ-2026-000009")
    client = client_for(holder)

    everything = client.get("/notices/").content.decode()
    assert "NMR-REQ-2026-000007" in everything and "NMR-REQ-2026-000009" not in everything
    chosen = client.get("/notices/?kind=mentioned&state=unread").content.decode()
    assert "NMR-REQ-2026-000008" in chosen and "NMR-REQ-2026-000007" not in chosen

    client.post("/notices/read/", {"form_token": str(uuid.uuid4())})
    assert "NMR-REQ" not in client.get("/notices/?state=unread").content.decode()


def test_the_preferences_page_says_what_cannot_be_muted_and_keeps_what_is_chosen(northmoor, holder, client_for):
    client = client_for(holder)
    page = client.get("/notices/preferences/").content.decode()
    assert "Always shows in the portal: it waits for you to act." in page
    assert "webhook" not in page.partition("<main")[2]

    client.post(
        "/notices/preferences/",
        {"form_token": str(uuid.uuid4()), "email": "daily", "muted_kinds": ["mentioned"], "version": "0"},
    )

    with inside_council(northmoor):
        chosen = services.preferences_of(holder.pk)
        assert (chosen.email, chosen.muted_kinds) == ("daily", ["mentioned"])


def test_programs_read_notices_and_preferences(northmoor, holder, client_for, tell):
    tell(northmoor, holder)
    client = client_for(holder)

    found = client.get("/api/v1/notices/?unread=true").json()["results"]
    assert [one["kind"] for one in found] == ["task_assigned"]
    assert client.post(f"/api/v1/notices/{found[0]['id']}/read/", {}, "application/json").json()["read_at"]
    chosen = client.get("/api/v1/notice-preferences/")
    changed = client.put(
        "/api/v1/notice-preferences/", {"email": "none"}, "application/json", headers={"If-Match": chosen["ETag"]}
    )
    assert changed.json()["email"] == "none"
    again = client.put(
        "/api/v1/notice-preferences/", {"email": "each"}, "application/json", headers={"If-Match": chosen["ETag"]}
    )
    assert again.status_code in (409, 412)


def test_a_program_mutes_no_endless_list(holder, client_for):
    body = {"email": "each", "muted_processes": ["leave"] * 1000}

    answer = client_for(holder).put(
        "/api/v1/notice-preferences/", body, "application/json", headers={"If-Match": '"0"'}
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_who_gets_a_task_with_a_new_role_is_told_and_who_loses_it_no_longer(
    northmoor, officer_in, holder, submit, told
):
    late = officer_in(northmoor, "requisitioner")
    submit(northmoor, officer_in(northmoor, "requisitioner"))
    run_waiting()
    assert kinds(told(northmoor, late)) == []

    with inside_council(northmoor):
        OfficerCard.objects.filter(pk=late.pk).update(roles=["budget_holder"])
        OfficerCard.objects.filter(pk=holder.pk).update(roles=[])
        for _ in range(2):
            refresh_candidates()
    run_waiting()

    assert kinds(told(northmoor, late)) == ["task_assigned"]
    assert told(northmoor, holder)[0].is_read
    assert (count_of(northmoor, late), count_of(northmoor, holder)) == (1, 0)


def test_many_tasks_that_come_at_once_are_one_notice(northmoor, officer_in, holder, submit, told, monkeypatch):
    monkeypatch.setattr(candidates, "MANY", 2)
    late, requester = officer_in(northmoor), officer_in(northmoor, "requisitioner")
    for number in range(3):
        submit(northmoor, requester, reference=f"NOR-REQ-2026-00000{number}")
    run_waiting()
    with inside_council(northmoor):
        OfficerCard.objects.filter(pk=late.pk).update(roles=["budget_holder"])
        refresh_candidates()
    run_waiting()

    (notice,) = told(northmoor, late)
    assert (notice.kind, notice.url) == ("tasks_came", "/inbox/")


def test_who_is_asked_to_stand_in_is_told_and_whoever_asked_hears_the_answer(northmoor, officer_in, holder, told):
    deputy, today = officer_in(northmoor, "budget_holder"), timezone.localdate()
    with inside_council(northmoor):
        asked = deputies.name_deputy(
            actor=holder, principal_id=holder.pk, deputy_id=deputy.pk, from_on=today, to_on=today
        )
    run_waiting()
    (notice,) = told(northmoor, deputy)
    assert (notice.kind, notice.url, notice.is_read) == ("deputy_asked", f"/deputies/{asked.pk}/", False)

    with inside_council(northmoor):
        deputies.decline_deputyship(actor=deputy, deputy_id=asked.pk)
    run_waiting()

    assert told(northmoor, deputy)[0].is_read
    assert kinds(told(northmoor, holder)) == ["deputy_answered"]


def test_a_deputyship_that_was_ended_before_its_notice_is_not_told_of(northmoor, officer_in, holder, told):
    deputy, today = officer_in(northmoor, "budget_holder"), timezone.localdate()
    with inside_council(northmoor):
        asked = deputies.name_deputy(
            actor=holder, principal_id=holder.pk, deputy_id=deputy.pk, from_on=today, to_on=today
        )
        deputies.end_deputyship(actor=holder, deputy_id=asked.pk)
    run_waiting()

    assert told(northmoor, deputy) == []


def test_what_one_officer_changes_in_the_matrix_is_told_to_those_who_answer_for_it(northmoor, officer_in, told):
    chief, clerk = officer_in(northmoor, "section_151_officer"), officer_in(northmoor, "finance_officer")
    with inside_council(northmoor):
        rule = AuthorityRule.objects.of_this_room().filter(valid_to__isnull=True).first()
        matrix.end_authority_rule(actor=clerk, rule_id=rule.pk, valid_to=timezone.localdate())
        matrix.end_authority_rule(actor=clerk, rule_id=rule.pk, valid_to=timezone.localdate())
    run_waiting()

    assert kinds(told(northmoor, chief)) == ["matrix_changed"]
    assert kinds(told(northmoor, clerk)) == []


def test_the_only_section_151_officers_own_change_is_told_to_who_reads_the_record(northmoor, officer_in, told):
    chief, auditor = officer_in(northmoor, "section_151_officer"), officer_in(northmoor, "auditor")
    with inside_council(northmoor):
        rule = AuthorityRule.objects.of_this_room().filter(valid_to__isnull=True).first()
        matrix.end_authority_rule(actor=chief, rule_id=rule.pk, valid_to=timezone.localdate())
    run_waiting()

    assert kinds(told(northmoor, auditor)) == ["matrix_changed"]
    assert kinds(told(northmoor, chief)) == []
