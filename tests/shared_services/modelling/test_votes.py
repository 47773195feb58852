from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import ProgrammingError, connection
from django.utils import timezone

from config.schedule import SCHEDULE
from shared_services.modelling.choices import DraftStatus, ProposalStatus
from shared_services.modelling.dry_runs import start_dry_run
from shared_services.modelling.models import JointProposal, ProcessDraft, Vote
from shared_services.modelling.publishing import set_rules
from shared_services.modelling.services import draft_from_version, joint_version, save_draft
from shared_services.modelling.tasks import count_votes
from shared_services.modelling.voting import cast_vote, propose_draft, withdraw_proposal
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow import reference_data
from shared_services.workflow.models import ProcessVersion

from .conftest import REQUISITION

LONGER = REQUISITION.replace('due="10" handledAt', 'due="5" handledAt')


@pytest.fixture
def proposal(shared_service, pooled_author, northmoor, eastvale):
    """A change of the joint requisition process that both councils vote on."""
    with inside_council(shared_service):
        draft = draft_from_version(actor=pooled_author, version_id=joint_version("requisition_approval").pk)
        draft = save_draft(actor=pooled_author, draft_id=draft.pk, version=1, bpmn=LONGER)
        return propose_draft(actor=pooled_author, draft_id=draft.pk, version=2, warnings_seen=True)


@pytest.fixture
def answer(proposal, officer_in):
    def give(council, in_favour, *, officer=None, reason="Our members agreed.", tried=True):
        voter = officer or officer_in(council, "section_151_officer")
        with inside_council(council):
            if tried:
                start_dry_run(actor=voter, proposal_id=proposal.pk)
            return cast_vote(actor=voter, proposal_id=proposal.pk, in_favour=in_favour, reason=reason)

    return give


def counted(shared_service, proposal):
    with inside_council(shared_service):
        count_votes()
        count_votes()
        return JointProposal.objects.get(pk=proposal.pk)


def test_councils_read_what_would_change_in_plain_words(northmoor, proposal):
    with inside_council(northmoor):
        seen = JointProposal.objects.get(pk=proposal.pk)

    assert seen.changes == ["Change and send again: working days to act 10 → 5."]
    assert (seen.quorum, seen.voters) == (2, [1, 2])


def test_a_change_is_adopted_at_the_quorum_and_not_below(shared_service, northmoor, eastvale, proposal, answer):
    answer(northmoor, True)
    assert counted(shared_service, proposal).status == ProposalStatus.OPEN
    with inside_council(northmoor):
        assert joint_version("requisition_approval").version == 1

    answer(eastvale, True)
    adopted = counted(shared_service, proposal)

    assert adopted.status == ProposalStatus.ADOPTED
    with inside_council(eastvale):
        version = joint_version("requisition_approval")
        assert (version.version, version.bpmn, version.pk) == (2, LONGER, adopted.published_id)
        assert ProcessVersion.objects.filter(key="requisition_approval").count() == 2
    with inside_council(shared_service):
        assert ProcessDraft.objects.get(pk=proposal.draft_id).status == DraftStatus.PUBLISHED


def test_a_change_that_can_no_longer_reach_its_quorum_is_refused_and_its_draft_open_again(
    shared_service, northmoor, proposal, answer
):
    answer(northmoor, False)

    assert counted(shared_service, proposal).status == ProposalStatus.REFUSED
    with inside_council(shared_service):
        assert ProcessDraft.objects.get(pk=proposal.draft_id).status == DraftStatus.OPEN


def test_a_vote_lapses_after_its_last_day(shared_service, northmoor, proposal, answer):
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=True):
        with pytest.raises(NotAllowed, match="last day to vote has passed"):
            answer(northmoor, True)
        assert counted(shared_service, proposal).status == ProposalStatus.LAPSED
        with pytest.raises(NotAllowed, match="This vote is over"):
            answer(northmoor, True, tried=False)


def test_a_council_votes_once_and_a_second_officer_is_told(northmoor, proposal, answer, officer_in):
    first = officer_in(northmoor, "section_151_officer", name="Sam First")
    for _ in range(2):
        answer(northmoor, True, officer=first)

    with pytest.raises(NotAllowed, match="Sam First has already voted yes for your council"):
        answer(northmoor, False)
    with inside_council(northmoor):
        assert Vote.objects.count() == 1


def test_a_council_tries_a_proposal_on_its_own_cases_before_it_votes(northmoor, answer):
    with pytest.raises(NotAllowed, match="Try the proposal on your own council’s cases first"):
        answer(northmoor, True, tried=False)


def test_a_vote_needs_a_reason_and_the_permission(northmoor, answer, officer_in):
    with pytest.raises(NotAllowed, match="Enter your council’s reason"):
        answer(northmoor, True, reason=" ")
    with pytest.raises(NotAllowed, match="vote for your council"):
        answer(northmoor, True, officer=officer_in(northmoor, "hr_adviser"), tried=False)


def test_the_other_councils_see_the_tally_and_nobody_changes_a_vote(
    walled, northmoor, eastvale, shared_service, officer_in
):
    author = officer_in(shared_service, "partnership_administrator")
    with inside_council(shared_service):
        draft = draft_from_version(actor=author, version_id=joint_version("requisition_approval").pk)
        save_draft(actor=author, draft_id=draft.pk, version=1, bpmn=LONGER)
        proposal_id = propose_draft(actor=author, draft_id=draft.pk, version=2, warnings_seen=True).pk
    voter = officer_in(northmoor, "section_151_officer")
    with inside_council(northmoor):
        start_dry_run(actor=voter, proposal_id=proposal_id)
        cast_vote(actor=voter, proposal_id=proposal_id, in_favour=True, reason="Yes.")

    for council in (eastvale, shared_service):
        with inside_council(council):
            assert [vote.in_favour for vote in Vote.objects.filter(owner_id=1)] == [True]
    for council in (northmoor, eastvale, shared_service):
        with pytest.raises(ProgrammingError, match="permission denied"), inside_council(council):
            connection.cursor().execute("UPDATE modelling_vote SET in_favour = false")
    with inside_council(northmoor), connection.cursor() as cursor:
        cursor.execute("UPDATE modelling_jointproposal SET quorum = 1")
        assert cursor.rowcount == 0


def test_the_quorum_is_the_shared_services_to_set(
    shared_service, officer_in, pooled_author, northmoor, answer, proposal
):
    manager = officer_in(shared_service, "shared_service_manager")
    with inside_council(shared_service):
        withdraw_proposal(actor=pooled_author, proposal_id=proposal.pk)
        set_rules(actor=manager, version=None, second_officer=True, authors_may_publish=False, quorum=1, days_to_vote=3)
        again = propose_draft(actor=pooled_author, draft_id=proposal.draft_id, version=None, warnings_seen=True)

    assert again.quorum == 1
    assert again.closes_on == timezone.localdate() + timedelta(days=3)


def test_only_one_change_of_a_process_is_voted_on_at_a_time(shared_service, pooled_author, proposal):
    with inside_council(shared_service):
        other = draft_from_version(actor=pooled_author, version_id=joint_version("requisition_approval").pk)
        with pytest.raises(NotAllowed, match="voting on another change"):
            propose_draft(actor=pooled_author, draft_id=other.pk, version=1, warnings_seen=True)
        same = propose_draft(actor=pooled_author, draft_id=proposal.draft_id, version=None, warnings_seen=True)

    assert same.pk == proposal.pk


def test_a_draft_of_an_older_version_is_not_put_to_the_vote(
    shared_service, pooled_author, northmoor, eastvale, proposal, answer
):
    with inside_council(shared_service):
        late = draft_from_version(actor=pooled_author, version_id=joint_version("requisition_approval").pk)
    answer(northmoor, True)
    answer(eastvale, True)
    counted(shared_service, proposal)

    with inside_council(shared_service), pytest.raises(NotAllowed, match="Version 2 was adopted since"):
        propose_draft(actor=pooled_author, draft_id=late.pk, version=1, warnings_seen=True)


def test_a_release_does_not_undo_what_the_councils_agreed_on(shared_service, northmoor, eastvale, proposal, answer):
    answer(northmoor, True)
    answer(eastvale, True)
    counted(shared_service, proposal)

    with inside_council(shared_service):
        reference_data.load_room()
        assert joint_version("requisition_approval").bpmn == LONGER


def test_the_votes_are_counted_by_the_schedule():
    assert "modelling.count_votes" in [line["kwargs"].get("task") for line in SCHEDULE.values()]
