"""Pages of the shared figures and of the consolidation that brings them up to date."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from shared_services.access.permissions import may
from shared_services.audit.services import record
from shared_services.govuk.exports import csv_response
from shared_services.govuk.forms import GovukForm
from shared_services.govuk.views import ActionView, Column, FormPage, ListPage, Page
from shared_services.messaging.live_steps import STEP_COLOURS, StepStatus
from shared_services.procurement.selectors import division_labels
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.directory import council_by_number

from . import rules, selectors, services
from .choices import FigureKind
from .filters import PublishedSpendFilter
from .forms import PeriodForm, months_of, period_choices
from .models import ConsolidationRun, CouncilStep, PublishedSpend

CREDIT = "Contains public sector information from Trafford Council, licensed under the Open Government Licence v3.0."


class FigurePage(Page):
    """A page of figures for the months an officer chose."""

    permission = "insight.view_figures"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        known = dict(period_choices())
        asked = request.GET.get("period", "")
        self.period = asked if asked in known else next(iter(known))
        self.period_label = known[self.period]
        self.first, self.last = months_of(self.period)
        return super().get(request, *args, **kwargs)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(
            period=self.period,
            period_label=self.period_label,
            period_form=PeriodForm(initial={"period": self.period}),
            **kwargs,
        )


class SpendByCategory(FigurePage):
    """What the councils spend on the same things, side by side."""

    template_name = "pages/shared_services/insight/spend_by_category.html"
    title = "Spend by category"
    kind = FigureKind.SPEND

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        shown = super().get(request, *args, **kwargs)
        return self.export() if request.GET.get("export") == "csv" else shown

    def get_table(self) -> selectors.FigureTable:
        return selectors.spend_by_category(first=self.first, last=self.last, kind=self.kind)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        table = self.get_table()
        return super().get_context(
            table=table,
            is_spend=self.kind == FigureKind.SPEND,
            credit=CREDIT,
            latest_run=selectors.latest_run(),
            may_run=may(self.actor, rules.MAY_RUN),
            form_token=new_key(),
            **kwargs,
        )

    def export(self) -> StreamingHttpResponse:
        """The table as a CSV file, with each council's figures and where they come from."""
        table = self.get_table()
        columns = [Column("division", "CPV division"), Column("label", "Category")]
        columns += [
            Column(column.key, f"{column.name}{' (published)' if column.published else ''}", kind="money")
            for column in table.columns
        ]
        columns.append(Column("net_amount", "Together", kind="money"))
        rows = [
            {
                "division": line.division,
                "label": line.label,
                "net_amount": line.net_amount,
                **{cell.column.key: cell.net_amount for cell in line.cells},
            }
            for line in table.lines
        ]
        record(self.actor, "insight.figures.exported", ("list", self.kind), period=self.period, rows=len(rows))
        return csv_response(rows, columns, f"{self.kind}-by-category")


class DemandByMonth(SpendByCategory):
    """What the councils asked for, side by side."""

    title = "Requisitions by category"
    kind = FigureKind.DEMAND


class DivisionFigures(FigurePage):
    """One category month by month."""

    template_name = "pages/shared_services/insight/division_figures.html"
    breadcrumbs = [("Spend by category", "insight:spend_by_category")]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.division = self.kwargs["division"]
        known = {**division_labels(), selectors.NOT_MATCHED: selectors.NOT_MATCHED_LABEL}
        if self.division not in known:
            raise Http404
        self.title = known[self.division]
        return super().get(request, *args, **kwargs)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        table = selectors.spend_by_category(first=self.first, last=self.last)
        months = selectors.months_of_division(division=self.division, first=self.first, last=self.last)
        return super().get_context(
            columns=table.columns,
            months=[
                (month, [(column, amounts.get(column.key)) for column in table.columns], sum(amounts.values()))
                for month, amounts in months
            ],
            division=self.division,
            published=[column for column in table.columns if column.published],
            credit=CREDIT,
            **kwargs,
        )


def division_name(line: PublishedSpend) -> str:
    return line.division or selectors.NOT_MATCHED_LABEL


class ListPublishedSpend(ListPage):
    """The published lines behind a council's column."""

    permission = "insight.view_figures"
    title = "Published spend"
    template_name = "pages/shared_services/insight/list_published_spend.html"
    breadcrumbs = [("Spend by category", "insight:spend_by_category")]
    columns = [
        Column("council_name", "Council", sort="council_name"),
        Column("paid_on", "Paid", kind="date", sort="paid_on"),
        Column("beneficiary_name", "Supplier", sort="beneficiary_name"),
        Column("purpose", "Purpose", sort="purpose"),
        Column("proclass_label", "ProClass", sort="proclass_code"),
        Column("division", "CPV division", value=division_name, sort="division", shown=False),
        Column("unit", "Unit", sort="unit", shown=False),
        Column("transaction_number", "Transaction", shown=False),
        Column("net_amount", "Net amount", kind="money", sort="net_amount"),
    ]
    filterset_class = PublishedSpendFilter
    search_fields = ["beneficiary_name", "purpose", "unit", "transaction_number"]
    default_sort = "-paid_on"
    export_name = "published-spend"
    export_event = "insight.published_spend.exported"
    noun = "payment"
    empty_text = "No published spend has been loaded."
    queryset = PublishedSpend.objects

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(credit=CREDIT, **kwargs)


class ListRuns(Page):
    """The consolidations of the last weeks."""

    permission = "insight.view_figures"
    template_name = "pages/shared_services/insight/list_runs.html"
    title = "Consolidations"
    breadcrumbs = [("Spend by category", "insight:spend_by_category")]

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(
            runs=selectors.recent_runs(),
            may_run=may(self.actor, rules.MAY_RUN),
            form_token=new_key(),
            **kwargs,
        )


class ViewRun(Page):
    """How far a consolidation has come, council by council."""

    permission = "insight.view_figures"
    template_name = "pages/shared_services/insight/view_run.html"
    breadcrumbs = [("Spend by category", "insight:spend_by_category"), ("Consolidations", "insight:list_runs")]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.run = find_run(self.kwargs["pk"])
        if "HX-Request" in request.headers:
            return render(request, "pages/shared_services/insight/_progress.html", self.get_context())
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        return "Bringing the figures up to date"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        steps = selectors.steps_of(self.run)
        done = sum(1 for step in steps if step.status == StepStatus.DONE)
        failed = sum(1 for step in steps if step.status == StepStatus.FAILED)
        return super().get_context(
            run=self.run,
            steps=[(step, STEP_COLOURS[StepStatus(step.status)], step.status == StepStatus.FAILED) for step in steps],
            done=done,
            failed=failed,
            total=len(steps),
            under_way=done + failed < len(steps),
            may_run=may(self.actor, rules.MAY_RUN),
            form_token=new_key(),
            **kwargs,
        )


class StartConsolidation(FormPage):
    """Ask every council's room for its figures now."""

    permission = rules.MAY_RUN
    template_name = "pages/shared_services/insight/start_consolidation.html"
    title = "Bring the figures up to date"
    button = "Bring the figures up to date"
    breadcrumbs = [("Spend by category", "insight:spend_by_category"), ("Consolidations", "insight:list_runs")]

    def act(self, form: GovukForm) -> HttpResponse:
        run = services.start_consolidation(actor=self.actor)
        return self.done("Every council has been asked for its figures", to=run_url(run))


class RetryStep(ActionView):
    """Ask a council again that failed."""

    permission = rules.MAY_RUN
    template_name = "pages/shared_services/insight/retry_step.html"
    button = "Ask again"
    breadcrumbs = [("Spend by category", "insight:spend_by_category"), ("Consolidations", "insight:list_runs")]

    def get_subject(self) -> CouncilStep:
        if council_by_number(self.kwargs["council"]) is None:
            raise Http404
        return get_object_or_404(
            CouncilStep.objects.of_councils([self.kwargs["council"]]), run=find_run(self.kwargs["pk"])
        )

    def get_title(self) -> str:
        return f"Ask {self.subject.council_name} again"

    def get_back_url(self) -> str:
        return reverse("insight:view_run", args=[self.kwargs["pk"]])

    def act(self, form: GovukForm) -> HttpResponse:
        step = services.retry_step(actor=self.actor, council=self.kwargs["council"], step_id=self.subject.pk)
        return self.done(f"{step.council_name} was asked again", to=self.get_back_url())


def find_run(key: Any) -> ConsolidationRun:
    return get_object_or_404(ConsolidationRun.objects.of_shared_service().select_related("started_by"), pk=key)


def run_url(run: ConsolidationRun) -> str:
    return reverse("insight:view_run", args=[run.pk])
