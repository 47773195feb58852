"""Pages over the demand that councils handed over."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import may
from shared_services.govuk.forms import GovukForm
from shared_services.govuk.views import ActionView, BulkAction, Column, ListPage, Page
from shared_services.tenancy.directory import all_councils, council_by_number

from .. import rules, selectors, services
from ..choices import DemandStatus
from ..filters import DemandFilter
from ..forms import HandBackForm
from ..models import DemandLine

STATUS_COLOURS = {
    DemandStatus.OPEN.label: "blue",
    DemandStatus.PROPOSED.label: "yellow",
    DemandStatus.ORDERED.label: "green",
    DemandStatus.RETURNED.label: "grey",
}
MOST_CHOSEN = 100
"""Chosen lines travel in the address of the next page, which servers cut at 4,094 characters."""
GROUP = "group"


def pack(keys: Iterable[UUID]) -> str:
    """Line keys as one short word for an address."""
    return base64.urlsafe_b64encode(b"".join(key.bytes for key in keys)).decode().rstrip("=")


def unpack(word: str) -> list[UUID]:
    """The line keys in such a word; none when it is not one."""
    try:
        raw = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
    except ValueError:
        return []
    return [UUID(bytes=raw[start : start + 16]) for start in range(0, len(raw) - len(raw) % 16, 16)][:MOST_CHOSEN]


def council_of(line: DemandLine) -> str:
    council = council_by_number(line.owner_id)
    return council.short_name if council else f"Council {line.owner_id}"


def requisition_url(line: DemandLine) -> str:
    return reverse("procurement:view_demand", args=[line.owner_id, line.requisition_id])


def hand_back_line(*, actor: OfficerCard, row: DemandLine, reason: str) -> None:
    services.return_demand(actor=actor, line_ids=[row.pk], reason=reason)


def draft_from_line(*, actor: OfficerCard, row: DemandLine) -> None:
    services.draft_proposal(actor=actor, line_ids=[row.pk])


def check_open(_actor: OfficerCard, line: DemandLine) -> None:
    rules.check_all_open([line])


class ListDemand(ListPage):
    permission = "procurement.view_demand"
    title = "Demand from councils"
    template_name = "pages/shared_services/procurement/list_demand.html"
    columns = [
        Column("reference", "Reference", sort="reference", url=requisition_url),
        Column("council", "Council", value=council_of, sort="owner"),
        Column("description", "What"),
        Column("cpv.label", "Category", sort="cpv"),
        Column("cpv_id", "CPV code", sort="cpv", shown=False),
        Column("quantity", "Quantity", kind="number", shown=False, value=lambda line: line.quantity.normalize()),
        Column("unit", "Unit", shown=False),
        Column("net_amount", "Net amount", kind="money", sort="net_amount"),
        Column("needed_by_on", "Needed by", kind="date", sort="needed_by_on"),
        Column("status", "Status", kind="tag", value=lambda line: line.get_status_display(), tags=STATUS_COLOURS),
        Column("handed_over_at", "Handed over", kind="datetime", sort="handed_over_at"),
    ]
    filterset_class = DemandFilter
    search_fields = ["reference", "title", "description"]
    default_sort = "-handed_over_at"
    export_name = "demand"
    export_event = "procurement.demand.exported"
    noun = "line"
    empty_text = "No council has handed over any demand yet."
    bulk_actions = [
        BulkAction(
            GROUP,
            "Group into a joint proposal",
            handler=draft_from_line,
            permission=rules.MAY_PROPOSE,
            check=check_open,
        ),
        BulkAction(
            "hand_back",
            "Hand back to the council",
            handler=hand_back_line,
            permission=rules.MAY_MANAGE,
            form_class=HandBackForm,
            amount="net_amount",
            past="handed back",
            warning=True,
        ),
    ]

    def get_queryset(self) -> Any:
        lines = DemandLine.objects.of_councils(council.number for council in all_councils()).select_related("cpv")
        # What is ordered or handed back is history, and history grows: it is shown when a status is chosen.
        return lines if self.params.getlist("status") else lines.handed_over()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("bulk_action") == GROUP and may(self.actor, rules.MAY_PROPOSE):
            # Grouping is one act over all chosen lines, so it has a page of its own.
            chosen = self.rows.filter(pk__in=_keys(request.POST.getlist("selected")))
            return redirect(group_url(chosen.values_list("pk", flat=True)[:MOST_CHOSEN]))
        return super().post(request, *args, **kwargs)


def group_url(keys: Iterable[UUID]) -> str:
    return f"{reverse('procurement:group_demand')}?{urlencode({'lines': pack(keys)})}"


def _keys(values: Iterable[str]) -> list[UUID]:
    keys = []
    for value in values:
        try:
            keys.append(UUID(value))
        except ValueError:
            continue
    return keys


class ViewDemand(Page):
    """One requisition as its council handed it over."""

    permission = "procurement.view_demand"
    template_name = "pages/shared_services/procurement/view_demand.html"
    breadcrumbs = [("Demand from councils", "procurement:list_demand")]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.demand = _requisition(self.kwargs)
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        return self.demand[0].title

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        first = self.demand[0]
        is_open = all(line.status == DemandStatus.OPEN for line in self.demand)
        return super().get_context(
            first=first,
            lines=self.demand,
            from_council=council_by_number(first.owner_id),
            total=sum(line.net_amount for line in self.demand),
            status=first.get_status_display(),
            status_colour=STATUS_COLOURS.get(first.get_status_display(), "grey"),
            proposals=selectors.proposals_of_requisition(first.requisition_id, first.owner_id),
            group_url=group_url([first.pk]) if is_open and may(self.actor, rules.MAY_PROPOSE) else "",
            may_hand_back=is_open and may(self.actor, rules.MAY_MANAGE),
            **kwargs,
        )


class HandBackDemand(ActionView):
    """Hand one requisition back, so that its council buys it itself."""

    permission = rules.MAY_MANAGE
    form_class = HandBackForm
    template_name = "pages/shared_services/procurement/hand_back.html"
    button = "Hand back to the council"
    button_style = "warning"
    breadcrumbs = [("Demand from councils", "procurement:list_demand")]

    def get_subject(self) -> DemandLine:
        self.demand = _requisition(self.kwargs)
        return self.demand[0]

    def get_title(self) -> str:
        return f"Hand back {self.subject.reference}"

    def get_back_url(self) -> str:
        return requisition_url(self.subject)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(
            from_council=council_by_number(self.subject.owner_id),
            lines=self.demand,
            total=sum(line.net_amount for line in self.demand),
            **kwargs,
        )

    def act(self, form: GovukForm) -> HttpResponse:
        services.return_demand(
            actor=self.actor, line_ids=[line.pk for line in self.demand], reason=form.cleaned_data["reason"]
        )
        return self.done(f"{self.subject.reference} handed back", to=requisition_url(self.subject))


class DemandByCategory(Page):
    """Open demand side by side: which councils want the same thing."""

    permission = "procurement.view_demand"
    template_name = "pages/shared_services/procurement/demand_by_category.html"
    breadcrumbs = [("Demand from councils", "procurement:list_demand")]

    def get_title(self) -> str:
        return "Demand by category"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        rows = selectors.demand_by_category()
        councils = all_councils()
        return super().get_context(
            rows=rows,
            councils=councils,
            totals=selectors.column_totals(rows, councils),
            total=sum(row.net_amount for row in rows),
            **kwargs,
        )


class DemandInDivision(DemandByCategory):
    """One division's demand by group, with the way to the lines behind it."""

    template_name = "pages/shared_services/procurement/demand_in_division.html"
    breadcrumbs = [
        ("Demand from councils", "procurement:list_demand"),
        ("Demand by category", "procurement:demand_by_category"),
    ]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.division = self.kwargs["division"]
        labels = selectors.division_labels()
        if self.division not in labels:
            raise Http404
        self.label = labels[self.division]
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        return self.label

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        rows = selectors.demand_by_category(under=self.division, digits=selectors.GROUP_DIGITS)
        councils = all_councils()
        return Page.get_context(
            self,
            rows=rows,
            councils=councils,
            totals=selectors.column_totals(rows, councils),
            total=sum(row.net_amount for row in rows),
            division=self.division,
            **kwargs,
        )


class FindCpv(Page):
    """Find a CPV code by words or by its first digits."""

    permission = "procurement.view_demand"
    template_name = "pages/shared_services/procurement/find_cpv.html"
    title = "Find a CPV code"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        query = self.request.GET.get("q", "").strip()[:100]
        hits = selectors.search_cpv(query, limit=50) if query else []
        return super().get_context(query=query, hits=hits, **kwargs)


def _requisition(kwargs: dict[str, Any]) -> list[DemandLine]:
    if council_by_number(kwargs["council"]) is None:
        raise Http404
    lines = list(
        DemandLine.objects.of_councils([kwargs["council"]])
        .filter(requisition_id=kwargs["requisition"])
        .select_related("cpv", "handed_over_by")
        .order_by("line_number")
    )
    if not lines:
        raise Http404
    return lines
