"""Reading budgets: the list, one cost centre, and what is promised and spent against it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Sum
from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.timezone import localdate

from shared_services.access.permissions import may
from shared_services.govuk.views import Column, ListPage, Page
from shared_services.govuk.words import spoken_date, spoken_money, tabled_money

from .choices import CommitmentKind
from .filters import BudgetFilters, CommitmentFilters, CostCentreFilters, SubjectiveFilters, VirementFilters
from .forms import year_choices
from .holders import budget_holder_cards, cost_centres_held_by
from .models import BudgetPosition, Commitment, CostCentre, SubjectiveCode, Virement
from .rules import moves_any_budget
from .selectors import cost_centres_visible_to, positions_visible_to
from .years import financial_year_of, year_label

AMOUNTS = (
    ("budget_amount", "Budget"),
    ("reserved_amount", "Requisitions"),
    ("committed_amount", "Orders"),
    ("actual_amount", "Spent"),
    ("available_amount", "Available"),
)
SOURCE_PAGES = {
    CommitmentKind.PRE_COMMITMENT.value: "purchasing:requisition",
    CommitmentKind.COMMITMENT.value: "purchasing:order",
}
"""Named, not imported: finance stands below purchasing."""
KIND_COLOURS = {
    CommitmentKind.PRE_COMMITMENT.value: "yellow",
    CommitmentKind.COMMITMENT.value: "blue",
    CommitmentKind.ACTUAL.value: "green",
}


class OneYearList(ListPage):
    """A list of one financial year, which it names."""

    template_name = "pages/councils/finance/list_of_year.html"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        asked = self.filterset.data.get("year", "") if self.filterset is not None else ""
        year = int(asked) if asked in dict(year_choices()) else financial_year_of(localdate())
        return super().get_context(year_text=year_label(year), **kwargs)


class ListBudgets(OneYearList):
    """Every budget line the officer may see, with what is left of it."""

    permission = "finance.view_budgets"
    title = "Budgets"
    template_name = "pages/councils/finance/list_budgets.html"
    columns: ClassVar[list[Column]] = [
        Column(
            "cost_centre.code",
            "Cost centre",
            sort="cost_centre__code",
            url=lambda row: row.cost_centre.get_absolute_url(),
        ),
        Column("cost_centre.name", "Cost centre name", sort="cost_centre__name"),
        Column("cost_centre.department", "Department", sort="cost_centre__department__name", shown=False),
        Column("subjective", "Subjective code", sort="subjective__code"),
        *(Column(name, label, kind="money", sort=name) for name, label in AMOUNTS),
    ]
    filterset_class = BudgetFilters
    search_fields: ClassVar[list[str]] = [
        "cost_centre__code",
        "cost_centre__name",
        "subjective__code",
        "subjective__name",
    ]
    search_label = "Search by code or name"
    default_sort = "cost_centre.code"
    export_name = "budgets"
    noun = "budget line"
    empty_text = "No budgets are set for this year yet."
    create_url_name = "finance:set_budget"
    create_label = "Set a budget"
    create_permission = "finance.manage_budgets"

    def get_queryset(self) -> Any:
        return positions_visible_to(self.actor).with_codes()

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(**kwargs)
        if context["total"]:
            context["figures"] = figures_of(self.rows)
        return context


class ListCostCentres(ListPage):
    permission = "finance.view_budgets"
    title = "Cost centres"
    breadcrumbs: ClassVar[list[tuple[str, str]]] = [("Budgets", "finance:list_budgets")]
    columns: ClassVar[list[Column]] = [
        Column("code", "Code", sort="code", link=True),
        Column("name", "Name", sort="name"),
        Column("department", "Department", sort="department__name"),
        Column("holder", "Budget holder", value=lambda row: row.holder_name),
        Column("valid_from", "First day", kind="date", sort="valid_from", shown=False),
        Column("valid_to", "Last day", kind="date", sort="valid_to", shown=False),
    ]
    filterset_class = CostCentreFilters
    search_fields: ClassVar[list[str]] = ["code", "name"]
    default_sort = "code"
    export_name = "cost-centres"
    noun = "cost centre"
    create_url_name = "finance:add_cost_centre"
    create_label = "Add a cost centre"
    create_permission = "finance.manage_cost_centres"

    def get_queryset(self) -> Any:
        return cost_centres_visible_to(self.actor).with_holders()


class ListSubjectiveCodes(ListPage):
    permission = "finance.view_budgets"
    title = "Subjective codes"
    breadcrumbs: ClassVar[list[tuple[str, str]]] = [("Budgets", "finance:list_budgets")]
    columns: ClassVar[list[Column]] = [
        Column("code", "Code", sort="code"),
        Column("name", "Name", sort="name"),
        Column("group", "Group", sort="group"),
        Column("valid_from", "First day", kind="date", sort="valid_from", shown=False),
        Column("valid_to", "Last day", kind="date", sort="valid_to", shown=False),
    ]
    filterset_class = SubjectiveFilters
    search_fields: ClassVar[list[str]] = ["code", "name"]
    default_sort = "code"
    export_name = "subjective-codes"
    noun = "subjective code"
    create_url_name = "finance:add_subjective_code"
    create_label = "Add a subjective code"
    create_permission = "finance.manage_cost_centres"

    def get_queryset(self) -> Any:
        return SubjectiveCode.objects.all()

    def get_columns(self) -> list[Column]:
        columns = super().get_columns()
        if may(self.actor, "finance.manage_cost_centres"):
            change = Column(
                "code", "Code", sort="code", url=lambda row: reverse("finance:change_subjective_code", args=[row.code])
            )
            columns[0] = change
        return columns


class ShowCostCentre(Page):
    """One cost centre: its budget lines of a year, and the way to what is promised on each."""

    permission = "finance.view_budgets"
    template_name = "pages/councils/finance/cost_centre.html"
    breadcrumbs: ClassVar[list[tuple[str, str]]] = [
        ("Budgets", "finance:list_budgets"),
        ("Cost centres", "finance:list_cost_centres"),
    ]

    @cached_property
    def cost_centre(self) -> CostCentre:
        return visible_cost_centre(self.actor, self.kwargs["code"])

    @cached_property
    def financial_year(self) -> int:
        asked = self.request.GET.get("year", "")
        return int(asked) if asked in dict(year_choices()) else financial_year_of(localdate())

    def get_title(self) -> str:
        return str(self.cost_centre)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        centre = self.cost_centre
        positions = BudgetPosition.objects.in_year(self.financial_year).filter(cost_centre=centre)
        rows = [self._row(position) for position in positions.select_related("subjective")]
        return super().get_context(
            cost_centre=centre,
            financial_year=self.financial_year,
            year_text=year_label(self.financial_year),
            years=year_choices(),
            summary=self._summary(),
            headings=[{"label": "Subjective code"}, *({"label": label, "number": True} for _name, label in AMOUNTS)],
            table_rows=rows,
            figures=figures_of(positions) if rows else [],
            may_change=may(self.actor, "finance.manage_cost_centres"),
            may_vire=self._may_vire(),
            **kwargs,
        )

    def _may_vire(self) -> bool:
        """Budget is moved here by finance, and by whoever holds it."""
        if not may(self.actor, "finance.vire"):
            return False
        return moves_any_budget(self.actor) or self.cost_centre.pk in cost_centres_held_by(self.actor.pk)

    def _summary(self) -> list[tuple[str, str]]:
        centre = self.cost_centre
        holder = budget_holder_cards([centre.pk]).get(centre.pk)
        last = f" to {spoken_date(centre.valid_to)}" if centre.valid_to else ""
        return [
            ("Code", centre.code),
            ("Department", centre.department.name),
            ("Budget holder", holder.work_name if holder else "Nobody. Ask a finance officer to name one."),
            ("May be charged", f"From {spoken_date(centre.valid_from)}{last}"),
        ]

    def _row(self, position: BudgetPosition) -> list[dict[str, Any]]:
        year = f"year={self.financial_year}&subjective={position.subjective.code}"
        url = f"{reverse('finance:list_commitments', args=[self.cost_centre.code])}?{year}"
        amounts = [
            {"text": tabled_money(getattr(position, name)), "label": label, "number": True} for name, label in AMOUNTS
        ]
        return [{"text": str(position.subjective), "url": url, "label": "Subjective code"}, *amounts]


class ListCommitments(OneYearList):
    """What is promised and spent on one cost centre, back to the requisition or order it came from."""

    permission = "finance.view_budgets"
    columns: ClassVar[list[Column]] = [
        Column("source_reference", "Reference", sort="source_reference", url=lambda row: source_url(row)),
        Column("kind", "Kind", kind="tag", tags=KIND_COLOURS, sort="kind"),
        Column("subjective", "Subjective code", sort="subjective__code"),
        Column("amount", "Amount", kind="money", sort="amount"),
        Column("made_at", "Made", kind="datetime", sort="made_at"),
        Column("released_at", "Released", kind="datetime", sort="released_at", shown=False),
    ]
    filterset_class = CommitmentFilters
    search_fields: ClassVar[list[str]] = ["source_reference"]
    default_sort = "-made_at"
    export_name = "commitments"
    noun = "commitment"
    empty_text = "Nothing is promised or spent on this cost centre in this year."

    @cached_property
    def cost_centre(self) -> CostCentre:
        return visible_cost_centre(self.actor, self.kwargs["code"])

    def get_title(self) -> str:
        return f"Commitments of {self.cost_centre}"

    def get_back_url(self) -> str:
        return self.cost_centre.get_absolute_url()

    def get_queryset(self) -> Any:
        return Commitment.objects.filter(cost_centre=self.cost_centre).with_codes()


class ListVirements(OneYearList):
    permission = "finance.view_budgets"
    title = "Virements"
    breadcrumbs: ClassVar[list[tuple[str, str]]] = [("Budgets", "finance:list_budgets")]
    columns: ClassVar[list[Column]] = [
        Column("reference", "Reference", sort="reference", link=True),
        Column("made_on", "Date", kind="date", sort="made_on"),
        Column("giving", "From", value=lambda row: f"{row.from_cost_centre.code} / {row.from_subjective.code}"),
        Column("taking", "To", value=lambda row: f"{row.to_cost_centre.code} / {row.to_subjective.code}"),
        Column("amount", "Amount", kind="money", sort="amount"),
        Column("made_by", "Made by", value=lambda row: row.made_by.work_name),
        Column("reason", "Reason", shown=False),
    ]
    filterset_class = VirementFilters
    search_fields: ClassVar[list[str]] = ["reference", "reason"]
    default_sort = "-made_on"
    export_name = "virements"
    noun = "virement"
    empty_text = "No budget was moved in this year."
    create_url_name = "finance:vire"
    create_label = "Move budget"
    create_permission = "finance.vire"

    def get_queryset(self) -> Any:
        return visible_virements(self.actor)


class ShowVirement(Page):
    permission = "finance.view_budgets"
    template_name = "pages/councils/finance/virement.html"
    breadcrumbs: ClassVar[list[tuple[str, str]]] = [
        ("Budgets", "finance:list_budgets"),
        ("Virements", "finance:list_virements"),
    ]

    @cached_property
    def virement(self) -> Virement:
        found = visible_virements(self.actor).filter(reference=self.kwargs["reference"]).first()
        if found is None:
            raise Http404
        return found

    def get_title(self) -> str:
        return f"Virement {self.virement.reference}"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        virement = self.virement
        summary = [
            ("Amount", spoken_money(virement.amount)),
            ("From", f"{virement.from_cost_centre} / {virement.from_subjective}"),
            ("To", f"{virement.to_cost_centre} / {virement.to_subjective}"),
            ("Financial year", year_label(virement.financial_year)),
            ("Made on", spoken_date(virement.made_on)),
            ("Made by", virement.made_by.work_name),
            ("Reason", virement.reason),
        ]
        return super().get_context(virement=virement, summary=summary, **kwargs)


def figures_of(positions: Any) -> list[tuple[str, str]]:
    """The sums of some budget lines, in one query."""
    totals = positions.order_by().aggregate(**{name: Sum(name) for name, _label in AMOUNTS})
    return [(label, spoken_money(totals[name] or 0)) for name, label in AMOUNTS]


def source_url(commitment: Commitment) -> str:
    """The page of the requisition or order behind a commitment; none for money spent without one."""
    page = SOURCE_PAGES.get(commitment.kind)
    return reverse(page, args=[commitment.source_reference]) if page else ""


def visible_cost_centre(actor: Any, code: str) -> CostCentre:
    """The cost centre with a code, if the officer may see it; otherwise 404."""
    found = cost_centres_visible_to(actor).select_related("department", "budget_holder_post").filter(code=code).first()
    if found is None:
        raise Http404
    return found


def visible_virements(actor: Any) -> Any:
    """Virements that touch a cost centre the officer may see."""
    seen = cost_centres_visible_to(actor)
    rows = Virement.objects.select_related(
        "from_cost_centre", "from_subjective", "to_cost_centre", "to_subjective", "made_by"
    )
    if may(actor, "finance.view_all_budgets"):
        return rows
    return rows.filter(from_cost_centre__in=seen) | rows.filter(to_cost_centre__in=seen)
