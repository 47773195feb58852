"""Asking before deciding, and putting cases on hold."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from shared_services.annexes.models import CaseEvent, CaseNote
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow import calendars, candidates, holds, questions, remarks, selectors, services
from shared_services.workflow.choices import TaskKind, TaskStatus
from shared_services.workflow.models import Case, Task, TaskCandidate


@pytest.fixture
def requester(northmoor, officer_in):
    return officer_in(northmoor, "requisitioner", name="Riley Requester")


@pytest.fixture
def bo(northmoor, officer_in):
    return officer_in(northmoor, "budget_holder", name="Bo Budget")


@pytest.fixture
def case_id(northmoor, requester, bo, submit):
    return submit(northmoor, requester)


def decision(case_id):
    return Task.objects.of_this_room().decisions().unfinished().get(case_id=case_id)


def test_a_question_waits_in_one_inbox_and_both_texts_stay_in_the_room(northmoor, requester, bo, case_id):
    with inside_council(northmoor):
        asked = questions.ask_question(
            actor=bo, task_id=decision(case_id).pk, to_card_id=requester.pk, question="Why so many chairs?"
        )

        assert list(selectors.inbox(requester)) == [asked]
        assert asked.kind == TaskKind.ANSWER
        questions.answer_question(actor=requester, task_id=asked.pk, answer="The old ones are broken.")

        assert not selectors.inbox(requester).exists()
        lines = [(line.title, line.reason) for line in selectors.history_of(Case.objects.get(pk=case_id))]
        assert lines[1:] == [
            ("Question asked to Riley Requester", "Why so many chairs?"),
            ("Question answered", "The old ones are broken."),
        ]
        shared = list(Task.objects.filter(case_id=case_id).values()) + list(Case.objects.filter(pk=case_id).values())
        assert "chairs?" not in str(shared) and "broken" not in str(shared)


def test_deciding_does_not_wait_for_the_answer_and_a_closed_case_asks_no_more(northmoor, requester, bo, case_id):
    with inside_council(northmoor):
        task = decision(case_id)
        asked = questions.ask_question(actor=bo, task_id=task.pk, to_card_id=requester.pk, question="Why?")

        services.complete_task(actor=bo, task_id=task.pk, outcome="approve")

        asked.refresh_from_db()
        assert asked.status == TaskStatus.CANCELLED
        assert not selectors.inbox(requester).exists()
        with pytest.raises(NotAllowed, match="no longer needs"):
            questions.answer_question(actor=requester, task_id=asked.pk, answer="Because.")


def test_a_question_that_is_withdrawn_leaves_the_inbox_and_closes_the_case_to_who_was_asked(
    northmoor, requester, bo, officer_in, case_id, client_for
):
    other = officer_in(northmoor, "hr_adviser", name="Hal Help")
    with inside_council(northmoor):
        asked = questions.ask_question(
            actor=bo, task_id=decision(case_id).pk, to_card_id=other.pk, question="Is this allowed?"
        )
        with pytest.raises(NotAllowed, match="whoever asked"):
            questions.withdraw_question(actor=requester, task_id=asked.pk)
    page = reverse("workflow:withdraw_question", args=[asked.pk])

    assert page in client_for(bo).get(reverse("workflow:case", args=[case_id])).content.decode()
    assert client_for(requester).get(page).status_code == 404
    assert "Is this allowed?" in client_for(bo).get(page).content.decode()
    assert client_for(bo).post(page, {}).status_code == 302

    with inside_council(northmoor):
        assert not selectors.inbox(other).exists()
        assert not selectors.may_view_case(other, asked.case)
        with pytest.raises(NotAllowed):
            questions.answer_question(actor=other, task_id=asked.pk, answer="Yes.")
        assert questions.withdraw_question(actor=bo, task_id=asked.pk).status == TaskStatus.CANCELLED
        titles = [line.title for line in selectors.history_of(Case.objects.get(pk=case_id))]
        assert titles.count("Question withdrawn") == 1


def test_only_so_many_questions_wait_on_one_case(northmoor, requester, bo, case_id):
    with inside_council(northmoor):
        key = decision(case_id).pk
        asked = [
            questions.ask_question(actor=bo, task_id=key, to_card_id=requester.pk, question=f"Why {number}?")
            for number in range(questions.MOST_OPEN)
        ]
        with pytest.raises(NotAllowed, match="wait for an answer already"):
            questions.ask_question(actor=bo, task_id=key, to_card_id=requester.pk, question="One more?")

        questions.answer_question(actor=requester, task_id=asked[0].pk, answer="Because.")
        questions.ask_question(actor=bo, task_id=key, to_card_id=requester.pk, question="One more?")


def test_a_comment_beside_a_question_leaves_no_lasting_sight_of_the_case(northmoor, requester, bo, officer_in, case_id):
    other = officer_in(northmoor, "hr_adviser", name="Hal Help")
    upload = SimpleUploadedFile("note.txt", b"Seen.", content_type="text/plain")
    with inside_council(northmoor):
        asked = questions.ask_question(actor=bo, task_id=decision(case_id).pk, to_card_id=other.pk, question="May we?")
        remarks.add_case_file(actor=other, case_id=case_id, upload=upload)
        questions.answer_question(actor=other, task_id=asked.pk, answer="Yes.")

        assert not selectors.may_view_case(other, asked.case)


def test_the_same_question_twice_is_one(northmoor, requester, bo, case_id):
    with inside_council(northmoor):
        key = decision(case_id).pk
        first = questions.ask_question(actor=bo, task_id=key, to_card_id=requester.pk, question="Why?")
        second = questions.ask_question(actor=bo, task_id=key, to_card_id=requester.pk, question="Why?")

        assert first == second
        assert CaseNote.objects.filter(case_id=case_id).count() == 1


def test_only_who_was_asked_answers_and_only_a_decider_asks(northmoor, requester, bo, officer_in, case_id):
    other = officer_in(northmoor, "hr_adviser", name="Hal Help")
    with inside_council(northmoor):
        key = decision(case_id).pk
        with pytest.raises(NotAllowed, match="You raised"):
            questions.ask_question(actor=requester, task_id=key, to_card_id=other.pk, question="Why?")
        with pytest.raises(NotAllowed, match="cannot ask yourself"):
            questions.ask_question(actor=bo, task_id=key, to_card_id=bo.pk, question="Why?")
        asked = questions.ask_question(actor=bo, task_id=key, to_card_id=other.pk, question="Is this allowed?")

        with pytest.raises(NotAllowed, match="put to somebody else"):
            questions.answer_question(actor=requester, task_id=asked.pk, answer="Yes.")
        with pytest.raises(NotAllowed, match="decides nothing"):
            services.complete_task(actor=other, task_id=asked.pk, outcome="answer")
        assert selectors.may_view_case(other, asked.case)
        questions.answer_question(actor=other, task_id=asked.pk, answer="Yes.")
        assert not selectors.may_view_case(other, asked.case), "who was only asked sees the case while he is asked"


def test_finding_deciders_again_leaves_questions_alone(northmoor, requester, bo, case_id):
    with inside_council(northmoor):
        asked = questions.ask_question(actor=bo, task_id=decision(case_id).pk, to_card_id=requester.pk, question="Why?")

        candidates.refresh_candidates()

        assert list(selectors.inbox(requester)) == [asked]


def test_a_case_on_hold_is_in_no_inbox_and_cannot_be_decided(northmoor, requester, bo, case_id):
    with inside_council(northmoor):
        holds.suspend_case(actor=bo, case_id=case_id, reason="The budget is being set.")
        holds.suspend_case(actor=bo, case_id=case_id, reason="Again")

        task = decision(case_id)
        assert task.status == TaskStatus.SUSPENDED
        assert not selectors.inbox(bo).exists()
        with pytest.raises(NotAllowed, match="is on hold"):
            services.complete_task(actor=bo, task_id=task.pk, outcome="approve")
        candidates.refresh_candidates()
        assert not selectors.inbox(bo).exists()
        assert CaseEvent.objects.filter(case_id=case_id, verb="suspended").count() == 1


def test_due_dates_stand_still_while_a_case_is_on_hold(northmoor, bo, case_id):
    with inside_council(northmoor):
        before = decision(case_id).due_on
        holds.suspend_case(actor=bo, case_id=case_id, reason="Wait.")
    later = timezone.now() + timedelta(days=14)
    with time_machine.travel(later), inside_council(northmoor):
        stood = calendars.working_days_between((later - timedelta(days=14)).date(), timezone.localdate())
        holds.continue_case(actor=bo, case_id=case_id)
        holds.continue_case(actor=bo, case_id=case_id)

        task = decision(case_id)
        assert task.due_on == calendars.add_working_days(before, stood)
        assert list(selectors.inbox(bo)) == [task]
        assert TaskCandidate.objects.get(task=task).due_on == task.due_on
        services.complete_task(actor=bo, task_id=task.pk, outcome="approve")


def test_a_case_goes_on_by_itself_on_its_day(northmoor, bo, case_id):
    tomorrow = timezone.localdate() + timedelta(days=1)
    with inside_council(northmoor):
        with pytest.raises(NotAllowed, match="later than today"):
            holds.suspend_case(actor=bo, case_id=case_id, reason="Wait.", until=timezone.localdate())
        holds.suspend_case(actor=bo, case_id=case_id, reason="Wait.", until=tomorrow)
        assert holds.continue_due_cases() == 0
    with time_machine.travel(timezone.now() + timedelta(days=1)), inside_council(northmoor):
        assert holds.continue_due_cases() == 1
        assert holds.continue_due_cases() == 0
        assert selectors.inbox(bo).exists()


def test_who_neither_decides_nor_manages_cannot_put_a_case_on_hold(northmoor, requester, bo, officer_in, case_id):
    manager = officer_in(northmoor, "council_administrator")
    with inside_council(northmoor):
        with pytest.raises(NotAllowed, match="Only whoever decides"):
            holds.suspend_case(actor=requester, case_id=case_id, reason="Wait.")
        holds.suspend_case(actor=manager, case_id=case_id, reason="Wait.")
        with pytest.raises(NotAllowed, match="Only whoever decides"):
            holds.continue_case(actor=requester, case_id=case_id)


def test_a_case_on_hold_can_be_withdrawn_and_a_closed_one_cannot_be_held(northmoor, requester, bo, case_id):
    with inside_council(northmoor):
        holds.suspend_case(actor=bo, case_id=case_id, reason="Wait.")
        services.withdraw_case(actor=requester, case_id=case_id)

        assert Task.objects.get(case_id=case_id).status == TaskStatus.CANCELLED
        with pytest.raises(NotAllowed, match="closed already: withdrawn"):
            holds.suspend_case(actor=bo, case_id=case_id, reason="Wait.")


def test_a_case_that_cannot_go_on_holds_up_no_other(northmoor, requester, bo, submit):
    broken, sound = (submit(northmoor, requester, reference=f"NOR-REQ-2026-00000{number}") for number in (7, 8))
    tomorrow = timezone.localdate() + timedelta(days=1)
    with inside_council(northmoor):
        for key in (broken, sound):
            holds.suspend_case(actor=bo, case_id=key, reason="Wait.", until=tomorrow)
        Case.objects.filter(pk=broken).update(state={"from": "another release"})

    with time_machine.travel(timezone.now() + timedelta(days=1)), inside_council(northmoor):
        assert holds.continue_due_cases() == 1

        assert not Case.objects.get(pk=sound).is_suspended
        assert Case.objects.get(pk=broken).is_suspended
