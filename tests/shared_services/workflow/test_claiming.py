"""Claiming, releasing and forwarding tasks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.annexes.choices import CaseVerb
from shared_services.annexes.models import CaseEvent
from shared_services.audit.models import AuditEntry
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed, Stale
from shared_services.workflow import candidates, claims, selectors, services
from shared_services.workflow.models import Task, TaskCandidate


@pytest.fixture
def requester(northmoor, officer_in):
    return officer_in(northmoor, "requisitioner", name="Riley Requester")


@pytest.fixture
def bo(northmoor, officer_in):
    return officer_in(northmoor, "budget_holder", name="Bo Budget")


@pytest.fixture
def kim(northmoor, officer_in):
    return officer_in(northmoor, "budget_holder", name="Kim Keeper")


@pytest.fixture
def task_id(northmoor, requester, bo, kim, submit):
    case_id = submit(northmoor, requester)
    with inside_council(northmoor):
        return Task.objects.of_this_room().get(case_id=case_id).pk


def seen_by(card: OfficerCard) -> list:
    return list(selectors.inbox_rows(card).not_claimed_elsewhere().values_list("task_id", flat=True))


def test_a_claimed_task_leaves_the_inboxes_of_the_others_and_comes_back_when_released(northmoor, bo, kim, task_id):
    with inside_council(northmoor):
        claims.claim_task(actor=bo, task_id=task_id)

        assert seen_by(bo) == [task_id]
        assert seen_by(kim) == []
        assert selectors.inbox_counts(kim) == (0, 0)

        claims.release_task(actor=bo, task_id=task_id)

        assert seen_by(kim) == [task_id]
        verbs = list(CaseEvent.objects.filter(task_id=task_id).order_by("at").values_list("verb", flat=True))
        assert verbs == [CaseVerb.CLAIMED, CaseVerb.RELEASED]
        assert AuditEntry.objects.filter(event="workflow.task.claimed", subject_id=str(task_id)).count() == 1


def test_claiming_twice_changes_nothing(northmoor, bo, task_id):
    with inside_council(northmoor):
        claims.claim_task(actor=bo, task_id=task_id)
        again = claims.claim_task(actor=bo, task_id=task_id, version=1)

        assert again.version == 2
        assert CaseEvent.objects.filter(task_id=task_id).count() == 1


def test_what_a_colleague_has_claimed_is_neither_claimed_nor_decided_unless_taken_over(northmoor, bo, kim, task_id):
    with inside_council(northmoor):
        claims.claim_task(actor=bo, task_id=task_id)

        with pytest.raises(NotAllowed, match="Bo Budget claimed this on"):
            claims.claim_task(actor=kim, task_id=task_id)
        with pytest.raises(NotAllowed, match="Take it over"):
            services.complete_task(actor=kim, task_id=task_id, outcome="approve")
        taken = claims.claim_task(actor=kim, task_id=task_id, take_over=True)

        assert taken.claimed_by_id == kim.pk
        assert seen_by(bo) == []
        services.complete_task(actor=kim, task_id=task_id, outcome="approve")


def test_nobody_claims_a_task_of_his_own_or_without_the_right(northmoor, requester, officer_in, task_id):
    other = officer_in(northmoor, "hr_adviser")
    with inside_council(northmoor):
        with pytest.raises(NotAllowed, match="You raised"):
            claims.claim_task(actor=requester, task_id=task_id)
        with pytest.raises(NotAllowed, match="You are not budget holder"):
            claims.claim_task(actor=other, task_id=task_id)


def test_a_stale_page_claims_nothing(northmoor, bo, kim, task_id):
    with inside_council(northmoor):
        claims.claim_task(actor=bo, task_id=task_id)
        claims.release_task(actor=bo, task_id=task_id)

        with pytest.raises(Stale):
            claims.claim_task(actor=kim, task_id=task_id, version=1)


def test_only_the_claimer_releases(northmoor, bo, kim, task_id):
    with inside_council(northmoor):
        claims.claim_task(actor=bo, task_id=task_id)
        with pytest.raises(NotAllowed, match="only Bo Budget can release it"):
            claims.release_task(actor=kim, task_id=task_id)


def test_a_task_is_forwarded_to_a_holder_of_the_same_right_and_to_nobody_else(
    northmoor, eastvale, requester, bo, kim, officer_in, task_id
):
    stranger, next_door = officer_in(northmoor, "hr_adviser", name="Hal Help"), officer_in(eastvale, "budget_holder")
    with inside_council(northmoor):
        for card, words in (
            (requester, "may not decide"),
            (stranger, "Hal Help may not decide"),
            (next_door, "officer of this council"),
        ):
            with pytest.raises(NotAllowed, match=words):
                claims.forward_task(actor=bo, task_id=task_id, to_card_id=card.pk, note="Please look.")
        with pytest.raises(NotAllowed, match="Say why"):
            claims.forward_task(actor=bo, task_id=task_id, to_card_id=kim.pk, note=" ")

        claims.forward_task(actor=bo, task_id=task_id, to_card_id=kim.pk, note="I know the supplier.")

        assert claims.may_be_forwarded_to(bo, Task.objects.get(pk=task_id)) == [kim]
        assert (seen_by(bo), seen_by(kim)) == ([], [task_id])
        line = selectors.history_of(Task.objects.get(pk=task_id).case)[-1]
        assert (line.title, line.reason) == ("Approve requisition: forwarded to Kim Keeper", "I know the supplier.")


def test_a_task_that_was_decided_is_not_claimed_any_more(northmoor, bo, kim, task_id):
    with inside_council(northmoor):
        services.complete_task(actor=bo, task_id=task_id, outcome="approve")

        with pytest.raises(NotAllowed, match="Bo Budget has already dealt with this"):
            claims.claim_task(actor=kim, task_id=task_id)


def test_a_claim_ends_after_the_rooms_working_days(northmoor, bo, kim, task_id):
    with inside_council(northmoor):
        task = claims.claim_task(actor=bo, task_id=task_id)

        assert claims.end_lapsed_claims(on=task.claim_ends_on) == 0
        assert claims.end_lapsed_claims(on=task.claim_ends_on + timedelta(days=1)) == 1
        assert claims.end_lapsed_claims(on=task.claim_ends_on + timedelta(days=1)) == 0

        assert seen_by(kim) == [task_id]


def test_a_claim_ends_when_its_holder_may_no_longer_decide(northmoor, bo, kim, task_id):
    with inside_council(northmoor):
        claims.claim_task(actor=bo, task_id=task_id)
        OfficerCard.objects.filter(pk=bo.pk).update(roles=["requisitioner"])

        candidates.refresh_candidates()
        claims.end_lapsed_claims()

        assert Task.objects.get(pk=task_id).claimed_by_id is None
        assert seen_by(kim) == [task_id]


def test_who_becomes_a_holder_later_does_not_see_what_is_claimed(northmoor, bo, officer_in, task_id):
    with inside_council(northmoor):
        claims.claim_task(actor=bo, task_id=task_id)
    late = officer_in(northmoor, "budget_holder")
    with inside_council(northmoor):
        candidates.refresh_candidates()

        assert TaskCandidate.objects.get(task_id=task_id, card=late).claimed_elsewhere
        assert Task.objects.get(pk=task_id).claim_ends_on > timezone.localdate()


def test_whoever_may_not_decide_learns_nothing_by_releasing_or_forwarding(northmoor, officer_in, bo, kim, task_id):
    stranger = officer_in(northmoor, "finance_officer")
    with inside_council(northmoor):
        for claimed in (False, True):
            if claimed:
                claims.claim_task(actor=bo, task_id=task_id)
            with pytest.raises(NotAllowed) as released:
                claims.release_task(actor=stranger, task_id=task_id)
            with pytest.raises(NotAllowed) as forwarded:
                claims.forward_task(actor=stranger, task_id=task_id, to_card_id=bo.pk, note="Yours.")
            assert {released.value.code, forwarded.value.code} == {"not_yours"}
            assert "Bo Budget" not in released.value.message + forwarded.value.message


def test_a_claim_made_while_the_round_goes_on_stays(northmoor, bo, kim, task_id, monkeypatch):
    lock = claims.locked_task

    def taken_over_first(key):
        monkeypatch.setattr(claims, "locked_task", lock)
        claims.claim_task(actor=kim, task_id=task_id, take_over=True)
        return lock(key)

    with inside_council(northmoor):
        claims.claim_task(actor=bo, task_id=task_id)
        Task.objects.filter(pk=task_id).update(claim_ends_on=timezone.localdate() - timedelta(days=1))
        monkeypatch.setattr(claims, "locked_task", taken_over_first)

        assert claims.end_lapsed_claims() == 0

        assert Task.objects.get(pk=task_id).claimed_by_id == kim.pk


def test_a_task_is_not_forwarded_to_an_auditor_who_holds_the_role_as_well(northmoor, officer_in, bo, kim, task_id):
    auditor = officer_in(northmoor, "auditor", "budget_holder", name="Ivy Inspector")
    with inside_council(northmoor):
        candidates.refresh_candidates()
        with pytest.raises(NotAllowed, match="Ivy Inspector may not decide"):
            claims.forward_task(actor=bo, task_id=task_id, to_card_id=auditor.pk, note="Yours.")


def test_how_a_task_stands_is_not_told_to_who_could_never_act_on_it(northmoor, requester, bo, kim, task_id, officer_in):
    stranger = officer_in(northmoor, "hr_adviser")
    with inside_council(northmoor):
        claims.claim_task(actor=bo, task_id=task_id)
        services.complete_task(actor=bo, task_id=task_id, outcome="approve")

        for verb in (
            lambda actor: claims.claim_task(actor=actor, task_id=task_id),
            lambda actor: claims.release_task(actor=actor, task_id=task_id),
            lambda actor: services.complete_task(actor=actor, task_id=task_id, outcome="reject", note="No."),
            lambda actor: services.complete_task(actor=actor, task_id=task_id, outcome="no such", version=999),
        ):
            with pytest.raises(NotAllowed, match="You are not budget holder") as refused:
                verb(stranger)
            assert "Bo Budget" not in str(refused.value)
        for involved in (kim, bo, requester):
            with pytest.raises(NotAllowed, match="Bo Budget has already dealt with this"):
                services.complete_task(actor=involved, task_id=task_id, outcome="reject", note="No.")
