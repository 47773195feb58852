"""Working a joint case: what stays in a council's room, what its parties read, and holds by its owner."""

from __future__ import annotations

from datetime import UTC, datetime, time
from decimal import Decimal

import pytest
from django.utils import timezone

from councils.organisation.models import ClosureDay
from shared_services.access.models import OfficerCard
from shared_services.annexes.models import CaseNote
from shared_services.messaging.running import run_waiting
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow import calendars, claims, holds, questions, remarks, selectors, services
from shared_services.workflow.candidates import place_task, refresh_candidates
from shared_services.workflow.choices import TaskStatus
from shared_services.workflow.models import Case, CaseMessage, Task


@pytest.fixture
def manager(shared_service, officer_in):
    return officer_in(shared_service, "shared_service_manager", name="Sue Service")


@pytest.fixture
def head(northmoor, officer_in):
    return officer_in(northmoor, "head_of_service", name="Hana Head")


@pytest.fixture
def other_head(eastvale, officer_in):
    return officer_in(eastvale, "head_of_service", name="Eli Head")


def place(council, case_id):
    with inside_council(council):
        place_task(task_id=Task.objects.of_this_room().get(case_id=case_id).pk)


@pytest.fixture
def case_id(shared_service, northmoor, eastvale, manager, head, other_head, work_done):
    councils = [northmoor.number, eastvale.number]
    with inside_council(shared_service):
        key = services.open_case(
            actor=manager, process="joint_purchase", subject_id=new_key(), reference="SHA-JP-2026-000001",
            title="Chairs together", amount=Decimal("6000.00"), category="39112000-0",
            facts={"councils": councils}, parts=councils,
        ).pk  # fmt: skip
    for council in (northmoor, eastvale):
        place(council, key)
    return key


def said_in(council, case_id):
    with inside_council(council):
        return [line.reason for line in selectors.history_of(Case.objects.get(pk=case_id)) if line.reason]


def test_a_comment_stays_in_its_room_unless_its_writer_shows_it_to_every_party(
    northmoor, eastvale, shared_service, head, case_id
):
    with inside_council(northmoor):
        remarks.comment_on_case(actor=head, case_id=case_id, text="Our own thoughts.")
        remarks.comment_on_case(actor=head, case_id=case_id, text="Could we have blue ones?", to_all_parties=True)
        remarks.comment_on_case(actor=head, case_id=case_id, text="Could we have blue ones?", to_all_parties=True)
        assert CaseNote.objects.count() == 1

    assert said_in(northmoor, case_id) == ["Our own thoughts.", "Could we have blue ones?"]
    for room in (eastvale, shared_service):
        assert said_in(room, case_id) == ["Could we have blue ones?"]
    with inside_council(eastvale):
        assert CaseMessage.objects.count() == 1


def test_nobody_shows_a_comment_to_parties_that_a_case_does_not_have(northmoor, officer_in, submit):
    requester = officer_in(northmoor, "requisitioner")
    officer_in(northmoor, "budget_holder")
    key = submit(northmoor, requester)
    with inside_council(northmoor), pytest.raises(NotAllowed, match="Nobody outside"):
        remarks.comment_on_case(actor=requester, case_id=key, text="Hello.", to_all_parties=True)


def test_a_question_on_a_joint_case_stays_with_the_council_that_asks(
    northmoor, eastvale, shared_service, manager, head, officer_in, case_id
):
    finance = officer_in(northmoor, "finance_officer", name="Finn Finance")
    with inside_council(northmoor):
        task = Task.objects.of_this_room().get(case_id=case_id)
        with pytest.raises(NotAllowed, match="officer of this council"):
            questions.ask_question(actor=head, task_id=task.pk, to_card_id=manager.pk, question="Why us?")
        asked = questions.ask_question(actor=head, task_id=task.pk, to_card_id=finance.pk, question="Is there money?")
        questions.answer_question(actor=finance, task_id=asked.pk, answer="There is.")

    for room in (eastvale, shared_service):
        with inside_council(room):
            assert not Task.objects.filter(pk=asked.pk).exists()
        assert said_in(room, case_id) == []


def test_a_councils_own_claim_is_made_in_its_room(northmoor, eastvale, head, other_head, officer_in, case_id):
    second = officer_in(northmoor, "head_of_service", name="Second Head")
    with inside_council(northmoor):
        refresh_candidates()
        task = Task.objects.of_this_room().get(case_id=case_id)
        claims.claim_task(actor=head, task_id=task.pk)

        assert selectors.inbox_counts(second) == (0, 0)
    with inside_council(eastvale):
        assert selectors.inbox_counts(other_head) == (1, 0)


def test_only_the_owner_holds_a_joint_case_and_every_council_is_held(
    northmoor, eastvale, shared_service, manager, head, other_head, case_id
):
    with inside_council(northmoor), pytest.raises(NotAllowed, match="belongs to the shared service"):
        holds.suspend_case(actor=head, case_id=case_id, reason="Wait.")
    with inside_council(shared_service):
        holds.suspend_case(actor=manager, case_id=case_id, reason="The supplier asked for time.")
    for council, card in ((northmoor, head), (eastvale, other_head)):
        with inside_council(council):
            task = Task.objects.of_this_room().get(case_id=case_id)
            assert task.status == TaskStatus.SUSPENDED
            assert not selectors.inbox(card).exists()
            with pytest.raises(NotAllowed, match="is on hold"):
                services.complete_task(actor=card, task_id=task.pk, outcome="approve")

    with inside_council(shared_service):
        holds.continue_case(actor=manager, case_id=case_id)
    run_waiting()
    for council, card in ((northmoor, head), (eastvale, other_head)):
        with inside_council(council):
            assert selectors.inbox(card).exists()


def test_a_councils_due_date_stands_still_by_its_own_working_days(
    northmoor, eastvale, shared_service, manager, case_id, time_machine
):
    def due_in(council):
        with inside_council(council):
            return Task.objects.of_this_room().get(case_id=case_id).due_on

    before = due_in(northmoor)
    assert before == due_in(eastvale)
    with inside_council(shared_service):
        holds.suspend_case(actor=manager, case_id=case_id, reason="The supplier asked for time.")
    with inside_council(northmoor):
        closed = calendars.add_working_days(timezone.localdate(), 2)
        ClosureDay.objects.create(on=closed, title="Moving house")
        calendars.forget()
        later = calendars.add_working_days(closed, 1)
    time_machine.move_to(datetime.combine(later, time(12), UTC))
    with inside_council(shared_service):
        holds.continue_case(actor=manager, case_id=case_id)
    run_waiting()

    with inside_council(northmoor):
        assert due_in(northmoor) == calendars.add_working_days(before, 2)
    with inside_council(eastvale):
        assert due_in(eastvale) == calendars.add_working_days(before, 3)


def test_a_message_says_whose_it_is_whatever_name_stands_on_it(shared_service, northmoor, eastvale, head, case_id):
    with inside_council(eastvale):
        own = OfficerCard.objects.of_council(eastvale.number).first()
        CaseMessage(
            owner_id=eastvale.number, parts=[0, northmoor.number], case_id=case_id, card=own, card_name="Hana Head",
            text="We agree to everything.", at=timezone.now(),
        ).save(force_insert=True)  # fmt: skip

    for council in (northmoor, shared_service):
        with inside_council(council):
            line = next(
                one for one in selectors.history_of(Case.objects.get(pk=case_id)) if one.reason.startswith("We agree")
            )
            assert (line.by, line.job_title) == ("Hana Head", "Eastvale")
