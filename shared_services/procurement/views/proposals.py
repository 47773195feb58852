"""Pages of joint proposals: drafting, sending to the councils, watching answers and orders."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from shared_services.access.permissions import may
from shared_services.govuk.forms import GovukForm
from shared_services.govuk.pages import REFUSED
from shared_services.govuk.views import ActionView, Column, FormPage, ListPage, Page
from shared_services.tenancy.directory import all_councils
from shared_services.tenancy.errors import NotAllowed

from .. import rules, selectors, services
from ..choices import ProposalStatus, ShareStatus
from ..filters import ProposalFilter
from ..forms import NEW_PROPOSAL, CancelForm, GroupForm, ProposalForm, SubmitForm
from ..models import JointProposal
from .demand import unpack

STATUS_COLOURS = {
    ProposalStatus.DRAFT.label: "grey",
    ProposalStatus.AWAITING_COUNCILS.label: "yellow",
    ProposalStatus.AGREED.label: "blue",
    ProposalStatus.NOT_AGREED.label: "red",
    ProposalStatus.ORDERED.label: "green",
    ProposalStatus.CANCELLED.label: "grey",
}
SHARE_COLOURS = {
    ShareStatus.NOT_ORDERED: "grey",
    ShareStatus.ORDER_REQUESTED: "blue",
    ShareStatus.ORDERED: "green",
    ShareStatus.FAILED: "red",
}
ANSWER_COLOURS = {"Approved": "green", "Rejected": "red", selectors.WAITING: "yellow"}


def proposal_url(proposal: JointProposal) -> str:
    return reverse("procurement:view_proposal", args=[proposal.pk])


def find_proposal(key: Any) -> JointProposal:
    return get_object_or_404(JointProposal.objects.of_shared_service().select_related("category", "drafted_by"), pk=key)


class ListProposals(ListPage):
    permission = "procurement.view_demand"
    title = "Joint proposals"
    columns = [
        Column("reference", "Reference", sort="reference", url=proposal_url),
        Column("title", "Title", sort="title"),
        Column("category.label", "Category", sort="category"),
        Column("supplier_name", "Supplier", sort="supplier_name"),
        Column("net_amount", "Net total", kind="money", sort="net_amount"),
        Column("estimated_amount", "Councils’ estimate", kind="money", sort="estimated_amount", shown=False),
        Column("status", "Status", kind="tag", value=lambda one: one.get_status_display(), tags=STATUS_COLOURS),
        Column("drafted_at", "Drafted", kind="datetime", sort="drafted_at", shown=False),
        Column("submitted_at", "Sent to councils", kind="datetime", sort="submitted_at"),
    ]
    filterset_class = ProposalFilter
    search_fields = ["reference", "title", "supplier_name"]
    default_sort = "-drafted_at"
    export_name = "joint-proposals"
    export_event = "procurement.proposal.exported"
    noun = "proposal"
    empty_text = "There are no joint proposals yet. Start one from the demand list."
    create_url_name = "procurement:list_demand"
    create_label = "Choose demand"
    create_permission = rules.MAY_PROPOSE

    def get_queryset(self) -> Any:
        return JointProposal.objects.of_shared_service().select_related("category")


class GroupDemand(FormPage):
    """Put chosen demand into a new joint proposal, or into one that is still a draft."""

    permission = rules.MAY_PROPOSE
    form_class = GroupForm
    template_name = "pages/shared_services/procurement/group_demand.html"
    title = "Group demand into a joint proposal"
    button = "Group this demand"
    breadcrumbs = [("Demand from councils", "procurement:list_demand")]

    def prepare(self) -> None:
        self.chosen = unpack(self.request.GET.get("lines", ""))
        asked = self.request.GET.get("category", "")
        division = asked if asked.isdigit() else ""
        if not self.chosen and not division:
            raise Http404
        self.demand = selectors.whole_requisitions(self.chosen, under=division)

    def show_form(self, status: int = 200, refusals: tuple[dict[str, str], ...] = ()) -> HttpResponse:
        """When others have taken every line meanwhile there is nothing to group: the page says what became of them."""
        return super().show_form(status if self.demand else REFUSED, refusals)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "drafts": JointProposal.objects.of_shared_service().drafts()}

    def get_initial(self) -> dict[str, Any]:
        return {"target": NEW_PROPOSAL}

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        councils = {council.number: council for council in all_councils()}
        chosen = set(self.chosen)
        return super().get_context(
            rows=[(line, councils[line.owner_id]) for line in self.demand],
            came_along=sum(1 for line in self.demand if chosen and line.pk not in chosen),
            left_out=[
                f"{line.reference} line {line.line_number}, {line.description}: {line.get_status_display().lower()}"
                for line in selectors.already_taken(self.chosen)
            ],
            council_count=len({line.owner_id for line in self.demand}),
            total=sum(line.net_amount for line in self.demand),
            **kwargs,
        )

    def act(self, form: GovukForm) -> HttpResponse:
        keys = [line.pk for line in self.demand]
        if not keys:
            raise NotAllowed("Nothing is left of the demand you chose. Choose from the demand that is still open.")
        if form.cleaned_data["target"] == NEW_PROPOSAL:
            proposal = services.draft_proposal(actor=self.actor, line_ids=keys, title=form.cleaned_data["title"])
            return self.done(
                f"{proposal.reference} drafted", to=reverse("procurement:change_proposal", args=[proposal.pk])
            )
        proposal = services.add_demand(actor=self.actor, proposal_id=form.cleaned_data["target"], line_ids=keys)
        return self.done(f"Demand added to {proposal.reference}", to=proposal_url(proposal))


class ViewProposal(Page):
    permission = "procurement.view_demand"
    template_name = "pages/shared_services/procurement/view_proposal.html"
    breadcrumbs = [("Joint proposals", "procurement:list_proposals")]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.proposal = find_proposal(self.kwargs["pk"])
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        return self.proposal.title

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        proposal = self.proposal
        manages = may(self.actor, rules.MAY_MANAGE)
        is_draft = proposal.status == ProposalStatus.DRAFT
        return super().get_context(
            proposal=proposal,
            status=proposal.get_status_display(),
            status_colour=STATUS_COLOURS.get(proposal.get_status_display(), "grey"),
            shares=[
                (row, ANSWER_COLOURS.get(row.answer, "grey"), SHARE_COLOURS[ShareStatus(row.share.status)])
                for row in selectors.share_rows(proposal)
            ],
            lines=selectors.lines_of(proposal),
            may_change=manages and is_draft,
            may_cancel=manages and proposal.status in (ProposalStatus.DRAFT, ProposalStatus.AWAITING_COUNCILS),
            may_ask_again=manages,
            **kwargs,
        )


class ProposalAction(ActionView):
    """A form about one joint proposal."""

    permission = rules.MAY_MANAGE
    breadcrumbs = [("Joint proposals", "procurement:list_proposals")]

    def get_subject(self) -> JointProposal:
        return find_proposal(self.kwargs["pk"])

    def get_back_url(self) -> str:
        return proposal_url(self.subject)

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.subject.version}

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(proposal=self.subject, **kwargs)


class ChangeProposal(ProposalAction):
    form_class = ProposalForm
    template_name = "pages/shared_services/procurement/change_proposal.html"
    button = "Save proposal"

    def get_title(self) -> str:
        return f"Change {self.subject.reference}"

    def prepare(self) -> None:
        super().prepare()
        rules.check_may_change(self.actor, self.subject)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "lines": selectors.lines_of(self.subject)}

    def get_initial(self) -> dict[str, Any]:
        proposal = self.subject
        return {
            "title": proposal.title,
            "category": proposal.category_id,
            "supplier_name": proposal.supplier_name,
            "justification": proposal.justification,
            "show_totals_to_councils": "yes" if proposal.show_totals_to_councils else "no",
            "version": proposal.version,
        }

    def act(self, form: ProposalForm) -> HttpResponse:
        proposal = services.change_proposal(
            actor=self.actor, proposal_id=self.subject.pk, prices=form.prices(), **form.wording()
        )
        return self.done(f"{proposal.reference} saved", to=proposal_url(proposal))


class SubmitProposal(ProposalAction):
    form_class = SubmitForm
    template_name = "pages/shared_services/procurement/submit_proposal.html"
    button = "Send to the councils"

    def get_title(self) -> str:
        return f"Send {self.subject.reference} to the councils"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        shares = selectors.shares_of(self.subject)
        missing = rules.missing_to_submit(self.subject, sum(1 for share in shares if share.line_count))
        return super().get_context(shares=shares, missing=missing, **kwargs)

    def act(self, form: GovukForm) -> HttpResponse:
        proposal = services.submit_proposal(
            actor=self.actor, proposal_id=self.subject.pk, version=form.cleaned_data["version"]
        )
        return self.done(f"{proposal.reference} sent to the councils", to=proposal_url(proposal))


class CancelProposal(ProposalAction):
    form_class = CancelForm
    template_name = "pages/shared_services/procurement/cancel_proposal.html"
    button = "Cancel this proposal"
    button_style = "warning"

    def get_title(self) -> str:
        return f"Cancel {self.subject.reference}"

    def act(self, form: GovukForm) -> HttpResponse:
        proposal = services.cancel_proposal(
            actor=self.actor,
            proposal_id=self.subject.pk,
            reason=form.cleaned_data["reason"],
            version=form.cleaned_data["version"],
        )
        return self.done(f"{proposal.reference} cancelled. Its demand is open again.", to=proposal_url(proposal))


class RemoveDemand(ProposalAction):
    """Take one requisition out of a draft."""

    template_name = "pages/shared_services/procurement/remove_demand.html"
    button = "Take it out"
    button_style = "warning"

    def prepare(self) -> None:
        super().prepare()
        self.demand = [
            line.demand_line
            for line in selectors.lines_of(self.subject)
            if line.demand_line.requisition_id == self.kwargs["requisition"]
        ]
        if not self.demand:
            raise Http404

    def get_title(self) -> str:
        return f"Take {self.demand[0].reference} out of {self.subject.reference}"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(lines=self.demand, total=sum(line.net_amount for line in self.demand), **kwargs)

    def act(self, form: GovukForm) -> HttpResponse:
        reference = self.demand[0].reference
        proposal = services.remove_demand(
            actor=self.actor, proposal_id=self.subject.pk, requisition_id=self.kwargs["requisition"]
        )
        return self.done(f"{reference} taken out of {proposal.reference}", to=proposal_url(proposal))


class AskForOrderAgain(ProposalAction):
    """Ask a council's room once more for an order it could not raise."""

    template_name = "pages/shared_services/procurement/ask_for_order_again.html"
    button = "Ask again"

    def prepare(self) -> None:
        super().prepare()
        found = [share for share in selectors.shares_of(self.subject) if share.pk == self.kwargs["share"]]
        if not found:
            raise Http404
        self.share = found[0]

    def get_title(self) -> str:
        return f"Ask {self.share.council_name} for its order again"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(share=self.share, **kwargs)

    def act(self, form: GovukForm) -> HttpResponse:
        services.ask_for_order_again(actor=self.actor, proposal_id=self.subject.pk, share_id=self.share.pk)
        return self.done(f"{self.share.council_name} was asked for its order again", to=proposal_url(self.subject))
