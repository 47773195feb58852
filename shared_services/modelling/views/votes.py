"""Joint processes put to the vote: the list, a proposal with its changes and votes, a council's answer."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from shared_services.access.permissions import may
from shared_services.govuk.forms import ConfirmForm
from shared_services.govuk.views import ActionView, Column, GuardedView, ListPage, Page
from shared_services.tenancy.door import current_council
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from .. import dry_runs, selectors, voting
from ..choices import STATUS_COLOURS, DryRunStatus, ProposalStatus
from ..dry_runs import MAY_VIEW
from ..forms import VoteForm
from ..models import JointProposal
from ..services import MAY_MANAGE
from ..tally import Tally, council_name, tally_of
from .parts import file_response, picture_response, step_items
from .processes import PROCESSES

VOTES = ("Votes", "modelling:proposals")


def _proposal(view: GuardedView) -> JointProposal:
    proposals = JointProposal.objects.filter(owner_id=SHARED_SERVICE_NUMBER).select_related("replaces", "published")
    return get_object_or_404(proposals, pk=view.kwargs["proposal_id"])


class ListProposals(ListPage):
    """Every change of a joint process that was put to the vote."""

    permission = MAY_VIEW
    title = "Votes on joint processes"
    columns = [
        Column("title", "Process", url=lambda row: reverse("modelling:proposal", args=[row.pk])),
        Column("status", "Status", kind="tag", value=lambda row: row.get_status_display(), tags=STATUS_COLOURS),
        Column("proposed_at", "Put to the vote", kind="datetime", sort="proposed_at"),
        Column("closes_on", "Last day", kind="date", sort="closes_on"),
        Column("quorum", "Councils that must agree", kind="number"),
    ]
    breadcrumbs = [PROCESSES]
    noun = "vote"
    empty_text = "No change of a joint process has been put to the vote yet."

    def get_queryset(self) -> Any:
        return selectors.proposals_of_this_room()


class ViewProposal(Page):
    """What would change in plain words, how the vote stands, and what it would have meant for this council's cases."""

    permission = MAY_VIEW
    template_name = "pages/shared_services/modelling/proposal.html"
    breadcrumbs = [PROCESSES, VOTES]
    proposal: JointProposal

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.proposal = _proposal(self)
        return self.show()

    def get_title(self) -> str:
        return f"Change of “{self.proposal.title}”"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        proposal, here = self.proposal, current_council()
        tally = tally_of(proposal)
        status = str(proposal.get_status_display())
        run = selectors.latest_dry_run(proposal=proposal)
        is_open = proposal.status == ProposalStatus.OPEN
        voted = any(vote.owner_id == here.number for vote in tally.votes)
        return super().get_context(
            proposal=proposal,
            status=status,
            status_colour=STATUS_COLOURS[status],
            tally=tally,
            votes=_vote_rows(proposal, tally),
            dry_run=run,
            tried=run is not None and run.status == DryRunStatus.DONE,
            is_shared_service=here.is_shared_service,
            may_vote=is_open and not voted and here.number in proposal.voters and may(self.actor, voting.MAY_VOTE),
            may_withdraw=is_open and here.is_shared_service and may(self.actor, MAY_MANAGE),
            has_picture=bool(selectors.picture_of(proposal.bpmn)),
            steps=step_items(selectors.steps_of(proposal.bpmn)),
            tables=selectors.tables_in_words(proposal.dmn),
            decision_files=range(1, len(proposal.dmn) + 1),
            **kwargs,
        )


def _vote_rows(proposal: JointProposal, tally: Tally) -> list[list[dict[str, str]]]:
    given = {vote.owner_id: vote for vote in tally.votes}
    rows = []
    for number in proposal.voters:
        vote = given.get(number)
        answer, colour = ("Not yet", "grey") if vote is None else ("Yes", "green") if vote.in_favour else ("No", "red")
        by = (
            ""
            if vote is None
            else f"{vote.card_name}, {vote.card_job_title}"
            if vote.card_job_title
            else vote.card_name
        )
        rows.append(
            [
                {"label": "Council", "text": council_name(number)},
                {"label": "Vote", "text": answer, "colour": colour},
                {"label": "By", "text": by or "–"},
                {"label": "Reason", "text": vote.reason if vote is not None else "–"},
            ]
        )
    return rows


class ProposalPicture(GuardedView):
    """The drawing that is voted on, as an image of its own."""

    permission = MAY_VIEW

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return picture_response(_proposal(self).bpmn)


class ProposalFile(GuardedView):
    """The BPMN or DMN file that is voted on."""

    permission = MAY_VIEW

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return file_response(_proposal(self), kwargs.get("number"))


class _OneProposal(ActionView):
    subject: JointProposal

    def get_subject(self) -> JointProposal:
        return _proposal(self)

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [
            ("Home", reverse("govuk:home")),
            ("Votes", reverse("modelling:proposals")),
            (self.subject.title, self.address),
        ]

    @property
    def address(self) -> str:
        return reverse("modelling:proposal", args=[self.subject.pk])

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(proposal=self.subject, **kwargs)


class CastVote(_OneProposal):
    permission = voting.MAY_VOTE
    title = "Vote for your council"
    form_class = VoteForm
    template_name = "pages/shared_services/modelling/vote.html"
    button = "Vote"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(dry_run=selectors.latest_dry_run(proposal=self.subject), **kwargs)

    def act(self, form: VoteForm) -> HttpResponse:
        vote = voting.cast_vote(actor=self.actor, proposal_id=self.subject.pk, **form.cleaned_data)
        return self.done(f"Your council voted {'yes' if vote.in_favour else 'no'}", to=self.address)


class TryProposal(_OneProposal):
    permission = MAY_VIEW
    title = "Try it on last month’s cases"
    template_name = "pages/shared_services/modelling/try.html"
    button = "Start the dry run"

    def act(self, form: ConfirmForm) -> HttpResponse:
        run = dry_runs.start_dry_run(actor=self.actor, proposal_id=self.subject.pk)
        return self.done(to=reverse("modelling:dry_run", args=[run.pk]))


class WithdrawProposal(_OneProposal):
    permission = MAY_MANAGE
    title = "Withdraw this proposal"
    template_name = "pages/shared_services/modelling/withdraw.html"
    button = "Withdraw it"
    button_style = "warning"

    def act(self, form: ConfirmForm) -> HttpResponse:
        voting.withdraw_proposal(actor=self.actor, proposal_id=self.subject.pk)
        return self.done("Proposal withdrawn. Its draft can be changed again.", to=self.address)
