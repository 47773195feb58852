"""Changing a joint process: proposed by the shared service, voted on by the councils, adopted at the quorum."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.audit.services import record
from shared_services.tenancy.directory import all_councils
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER
from shared_services.workflow.publishing import publish_process

from .choices import DraftStatus, DryRunStatus, ProposalStatus
from .models import DryRun, JointProposal, ProcessDraft, Vote
from .readiness import changes_since, check_ready, rules_of_this_room
from .services import MAY_MANAGE, check_open, check_version, joint_version, locked_draft
from .tally import Tally, tally_of

MAY_VOTE = "modelling.vote"
LONGEST_REASON = 2000


@transaction.atomic
def propose_draft(
    *, actor: OfficerCard, draft_id: UUID, version: int | None, warnings_seen: bool = False
) -> JointProposal:
    """Put a draft of a joint process to the vote of every live council. What they vote on never changes.

    Raises NotAllowed while the draft is not ready, while another proposal for the process is open, and when the
    process has changed since the draft was begun. Proposing twice gives the proposal that is open.
    """
    check_may(actor, MAY_MANAGE)
    if not current_council().is_shared_service:
        raise NotAllowed("Joint processes are proposed by the shared service.", code="joint")
    draft = locked_draft(draft_id)
    if draft.status == DraftStatus.PROPOSED:
        known = JointProposal.objects.filter(owner_id=SHARED_SERVICE_NUMBER, draft=draft, status=ProposalStatus.OPEN)
        if (found := known.first()) is not None:
            return found
    check_version(draft, version)
    check_open(draft)
    check_ready(draft, warnings_seen=warnings_seen)
    _check_nothing_in_the_way(draft)
    voters = [council.number for council in all_councils()]
    if not voters:
        raise NotAllowed("There is no live council that could vote.", code="voters")
    rules = rules_of_this_room()
    now = timezone.now()
    proposal = JointProposal(
        owner_id=SHARED_SERVICE_NUMBER,
        parts=voters,
        draft=draft,
        key=draft.key,
        title=draft.title,
        bpmn=draft.bpmn,
        dmn=draft.dmn,
        forms=draft.forms,
        tests=draft.tests,
        replaces=joint_version(draft.key),
        changes=changes_since(joint_version(draft.key), draft),
        voters=voters,
        quorum=min(rules.quorum or len(voters) // 2 + 1, len(voters)),
        proposed_by_name=actor.work_name,
        proposed_at=now,
        closes_on=timezone.localdate(now) + timedelta(days=rules.days_to_vote),
    )
    proposal.save(force_insert=True)
    _set_draft(draft, DraftStatus.PROPOSED)
    record(actor, "modelling.proposal.opened", proposal, key=draft.key, quorum=proposal.quorum, voters=len(voters))
    return proposal


def _check_nothing_in_the_way(draft: ProcessDraft) -> None:
    open_ones = JointProposal.objects.filter(owner_id=SHARED_SERVICE_NUMBER, key=draft.key, status=ProposalStatus.OPEN)
    if open_ones.exists():
        raise NotAllowed("The councils are voting on another change of this process. Wait for its end.", code="open")
    newest = joint_version(draft.key)
    if newest is not None and draft.based_on_id != newest.pk:
        raise NotAllowed(
            f"Version {newest.version} was adopted since this draft was begun. Start a new draft from it, so that "
            "nothing that was agreed is lost.",
            code="stale",
        )
    if newest is not None and not changes_since(newest, draft):
        raise NotAllowed("Nothing differs from the newest version, so there is nothing to vote on.", code="no_change")


@transaction.atomic
def withdraw_proposal(*, actor: OfficerCard, proposal_id: UUID) -> JointProposal:
    """Take a proposal back; its draft can be changed again. Withdrawing twice changes nothing."""
    check_may(actor, MAY_MANAGE)
    proposal = _locked(proposal_id)
    if proposal.status == ProposalStatus.WITHDRAWN:
        return proposal
    if proposal.status != ProposalStatus.OPEN:
        raise NotAllowed(f"This proposal is {proposal.get_status_display().lower()} already.", code="not_open")
    _close(proposal, ProposalStatus.WITHDRAWN)
    record(actor, "modelling.proposal.withdrawn", proposal)
    return proposal


@transaction.atomic
def cast_vote(*, actor: OfficerCard, proposal_id: UUID, in_favour: bool, reason: str) -> Vote:
    """Say yes or no for this council, once. The other councils and the shared service read the reason.

    The council must have tried the proposal on its own cases first. The same answer by the same officer twice
    changes nothing; a second officer is told who voted.
    """
    check_may(actor, MAY_VOTE)
    here = current_council()
    proposal = JointProposal.objects.filter(owner_id=SHARED_SERVICE_NUMBER, pk=proposal_id).first()
    if proposal is None or here.number not in proposal.voters:
        raise NotAllowed("This proposal is not here. Go back to the list of votes.", code="not_found")
    given = Vote.objects.filter(owner_id=here.number, proposal=proposal).first()
    if given is not None:
        if given.card_id == actor.pk and given.in_favour == in_favour:
            return given
        raise _voted_already(given)
    _check_may_be_voted_on(proposal, reason.strip())
    vote = Vote(
        owner_id=here.number,
        parts=[SHARED_SERVICE_NUMBER, *(number for number in proposal.voters if number != here.number)],
        proposal=proposal,
        in_favour=in_favour,
        reason=reason.strip(),
        card=actor,
        card_name=actor.work_name,
        card_job_title=actor.job_title,
        at=timezone.now(),
    )
    try:
        with transaction.atomic():
            vote.save(force_insert=True)
    except IntegrityError as clash:
        raise _voted_already(Vote.objects.get(owner_id=here.number, proposal=proposal)) from clash
    record(actor, "modelling.vote.cast", proposal, in_favour=in_favour)
    return vote


def _check_may_be_voted_on(proposal: JointProposal, reason: str) -> None:
    if proposal.status != ProposalStatus.OPEN:
        raise NotAllowed(
            f"This vote is over: the proposal is {proposal.get_status_display().lower()}.", code="not_open"
        )
    if proposal.closes_on < timezone.localdate():
        raise NotAllowed("The last day to vote has passed.", code="not_open")
    if not reason:
        raise NotAllowed("Enter your council’s reason. The other councils read it.", code="reason")
    if len(reason) > LONGEST_REASON:
        raise NotAllowed(f"The reason must be {LONGEST_REASON} characters or fewer.", code="reason")
    tried = DryRun.objects.filter(owner_id=current_council().number, proposal=proposal, status=DryRunStatus.DONE)
    if not tried.exists():
        raise NotAllowed(
            "Try the proposal on your own council’s cases first, so that you know what it would change.", code="dry_run"
        )


def _voted_already(vote: Vote) -> NotAllowed:
    answer = "yes" if vote.in_favour else "no"
    return NotAllowed(
        f"{vote.card_name} has already voted {answer} for your council. A vote is not changed.", code="voted"
    )


@transaction.atomic
def count_votes() -> list[UUID]:
    """Adopt what has its quorum, close what can no longer reach it or whose last day has passed.

    Runs in the shared service's room; running it again changes nothing. Gives the versions that were adopted.
    """
    adopted = []
    open_ones = JointProposal.objects.select_for_update().filter(
        owner_id=SHARED_SERVICE_NUMBER, status=ProposalStatus.OPEN
    )
    for proposal in open_ones.order_by("proposed_at"):
        tally = tally_of(proposal)
        if tally.is_carried:
            adopted.append(_adopt(proposal, tally))
        elif tally.is_lost:
            _close(proposal, ProposalStatus.REFUSED)
            record(None, "modelling.proposal.refused", proposal, yes=tally.yes, no=tally.no)
        elif proposal.closes_on < timezone.localdate():
            _close(proposal, ProposalStatus.LAPSED)
            record(None, "modelling.proposal.lapsed", proposal, yes=tally.yes, no=tally.no)
    return adopted


def _adopt(proposal: JointProposal, tally: Tally) -> UUID:
    """Publish what the councils agreed on, exactly as they read it."""
    version = publish_process(
        bpmn=proposal.bpmn, dmn=proposal.dmn, forms=proposal.forms, tests=proposal.tests, owner=SHARED_SERVICE_NUMBER,
        by=f"{tally.yes} of {len(proposal.voters)} councils",
    )  # fmt: skip
    proposal.published = version
    _close(proposal, ProposalStatus.ADOPTED)
    record(
        None, "modelling.proposal.adopted", proposal, version=version.version, yes=tally.yes, no=tally.no,
        quorum=proposal.quorum, sha256=version.sha256,
    )  # fmt: skip
    return version.pk


def _close(proposal: JointProposal, status: ProposalStatus) -> None:
    proposal.status, proposal.closed_at = status, timezone.now()
    proposal.version += 1
    proposal.save(update_fields=["status", "closed_at", "published", "version"])
    draft = ProcessDraft.objects.select_for_update(of=("self",)).get(
        owner_id=SHARED_SERVICE_NUMBER, pk=proposal.draft_id
    )
    if status == ProposalStatus.ADOPTED:
        draft.published = proposal.published
        _set_draft(draft, DraftStatus.PUBLISHED)
    else:
        _set_draft(draft, DraftStatus.OPEN)


def _set_draft(draft: ProcessDraft, status: DraftStatus) -> None:
    draft.status = status
    draft.version += 1
    draft.save(update_fields=["status", "published", "version"])


def _locked(proposal_id: UUID) -> JointProposal:
    found = JointProposal.objects.select_for_update().filter(owner_id=current_council().number, pk=proposal_id).first()
    if found is None:
        raise NotAllowed("This proposal is not here. Go back to the list of processes.", code="not_found")
    return found
