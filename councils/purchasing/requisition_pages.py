"""Reading requisitions, sending them for approval and taking them back."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property

from councils.finance.years import year_label
from shared_services.access.permissions import may
from shared_services.annexes.selectors import attachments_for
from shared_services.govuk.views import ActionView, Column, ListPage, Page
from shared_services.govuk.words import spoken_date, spoken_instant
from shared_services.workflow.selectors import history_of as history_of_case
from shared_services.workflow.selectors import who_can_act

from . import rules, services
from .choices import EDITABLE, REQUISITION_COLOURS, RequisitionStatus
from .editing_pages import own_requisition
from .filters import RequisitionFilters
from .forms import FilesForm, WithdrawForm
from .history import history_of_requisition
from .joint_words import joint_buying_in_words
from .models import PurchaseOrder, Requisition
from .selectors import case_of, requisitions_visible_to, visible_requisition
from .tables import (
    CODING_HEADINGS,
    LINE_HEADINGS,
    coding_rows,
    file_list,
    line_rows,
    totals_summary,
)

TRAIL: list[tuple[str, str]] = [("Requisitions", "purchasing:list_requisitions")]


class ListRequisitions(ListPage):
    permission = "purchasing.view_requisition"
    title = "Requisitions"
    columns: ClassVar[list[Column]] = [
        Column("reference", "Reference", link=True, sort="reference"),
        Column("title", "Title", sort="title"),
        Column("requester", "Raised by", value=lambda row: row.requester.work_name, sort="requester__work_name"),
        Column("net_amount", "Net amount", kind="money", sort="net_amount"),
        Column("gross_amount", "Total with VAT", kind="money", sort="gross_amount", shown=False),
        Column("supplier_name", "Supplier", sort="supplier_name", shown=False),
        Column("needed_by_on", "Needed by", kind="date", sort="needed_by_on"),
        Column("status", "Status", kind="tag", tags=REQUISITION_COLOURS, sort="status"),
        Column("created_at", "Started", kind="datetime", sort="created_at", shown=False),
        Column("submitted_at", "Submitted", kind="datetime", sort="submitted_at", shown=False),
    ]
    filterset_class = RequisitionFilters
    search_fields: ClassVar[list[str]] = ["reference", "title", "supplier_name"]
    search_label = "Search by reference, title or supplier"
    default_sort = "-created_at"
    export_name = "requisitions"
    noun = "requisition"
    empty_text = "You see requisitions that you raised, decided or whose cost centre is yours. There are none yet."
    create_url_name = "purchasing:start_requisition"
    create_label = "New requisition"
    create_permission = "purchasing.raise_requisition"

    def get_queryset(self) -> Any:
        return requisitions_visible_to(self.actor).select_related("requester")


class ShowRequisition(Page):
    """One requisition: what is asked for, who pays, its files, and everything that happened to it."""

    permission = "purchasing.view_requisition"
    template_name = "pages/councils/purchasing/requisition.html"
    breadcrumbs: ClassVar[list[tuple[str, str]]] = TRAIL

    @cached_property
    def requisition(self) -> Requisition:
        found = visible_requisition(self.actor, self.kwargs["reference"])
        if found is None:
            raise Http404
        return found

    def get_title(self) -> str:
        return self.requisition.title

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        requisition = self.requisition
        is_mine = requisition.requester_id == self.actor.pk and may(self.actor, "purchasing.raise_requisition")
        lines = list(requisition.lines.all())
        order = PurchaseOrder.objects.filter(requisition=requisition).first()
        return super().get_context(
            requisition=requisition,
            colour=REQUISITION_COLOURS[requisition.status],
            summary=[*whereabouts_of(requisition), *summary_of(requisition, order)],
            sent_back=sent_back_reason(requisition),
            line_headings=LINE_HEADINGS,
            line_rows=line_rows(lines),
            coding_headings=CODING_HEADINGS,
            coding_rows=coding_rows(lines),
            totals=totals_summary(requisition),
            files=file_list(attachments_for(requisition)),
            history=history_of_requisition(requisition, order),
            order=order,
            may_delete=is_mine and rules.may_delete(requisition),
            may_edit=is_mine and requisition.status in EDITABLE,
            may_withdraw=is_mine and rules.may_withdraw(requisition),
            may_copy=may(self.actor, "purchasing.raise_requisition") and (is_mine or rules.may_see_all(self.actor)),
            **kwargs,
        )


def whereabouts_of(requisition: Requisition) -> list[dict[str, str]]:
    """Who has a requisition now and since when, with the way to its case."""
    case = case_of(requisition)
    if case is None:
        return []
    rows = [
        {
            "label": "With now",
            "value": f"{', '.join(standing.names) or standing.role_label}, since {spoken_instant(standing.task.ready_at)}",
        }
        for standing in who_can_act(case)
    ]
    rows.append({
        "label": "Case", "value": case.reference, "url": reverse("workflow:case", args=[case.pk]), "action": "Open",
    })  # fmt: skip
    return rows


def sent_back_reason(requisition: Requisition) -> str:
    """Who sent it back and why, while it waits to be changed."""
    case = case_of(requisition) if requisition.status == RequisitionStatus.RETURNED else None
    if case is None:
        return ""
    decisions = [line for line in history_of_case(case) if line.outcome]
    if not decisions:
        return ""
    last = decisions[-1]
    return f"{last.by} sent this back on {spoken_instant(last.at)}: {last.reason}".rstrip(": ")


def summary_of(requisition: Requisition, order: PurchaseOrder | None = None) -> list[dict[str, str]]:
    """The facts of a requisition as rows to read."""
    year = requisition.financial_year
    rows = [
        ("Reference", requisition.reference),
        ("Raised by", f"{requisition.requester.work_name}, {requisition.requester.job_title}".rstrip(", ")),
        ("Why it is needed", requisition.justification or "Not said yet"),
        ("Needed by", spoken_date(requisition.needed_by_on) or "Not said yet"),
        ("Financial year that pays", year_label(year) if year else "Follows from the date"),
        ("Delivery", requisition.delivery_location or "Not said yet"),
        ("Supplier", ", ".join(filter(None, (requisition.supplier_name, requisition.supplier_email))) or "Not chosen"),
        ("Buy together with other councils", joint_buying_in_words(requisition, list(requisition.lines.all()))),
    ]
    if requisition.submitted_at:
        rows.append(("Submitted", spoken_instant(requisition.submitted_at)))
    summary = [{"label": label, "value": value} for label, value in rows]
    if order is not None:
        summary.append(
            {"label": "Purchase order", "value": order.reference, "url": order.get_absolute_url(), "action": "Open"}
        )
    return summary


class OwnRequisition(ActionView):
    """A form about one of the officer's own requisitions."""

    permission = "purchasing.raise_requisition"

    def get_subject(self) -> Requisition:
        return own_requisition(self.actor, self.kwargs["reference"])

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.subject.version}

    def get_back_url(self) -> str:
        return self.subject.get_absolute_url()


class WithdrawRequisition(OwnRequisition):
    form_class = WithdrawForm
    button = "Withdraw requisition"
    button_style = "warning"
    template_name = "pages/councils/purchasing/withdraw_requisition.html"

    def get_title(self) -> str:
        return f"Withdraw requisition {self.subject.reference}"

    def act(self, form: WithdrawForm) -> HttpResponse:
        requisition = services.withdraw_requisition(
            actor=self.actor,
            requisition_id=self.subject.pk,
            version=form.cleaned_data["version"],
            note=form.cleaned_data["note"],
        )
        return self.done(f"Requisition {requisition.reference} withdrawn.", to=requisition)


class DeleteDraft(OwnRequisition):
    """Throw away a draft that nobody else has seen."""

    button = "Delete draft"
    button_style = "warning"
    template_name = "pages/councils/purchasing/delete_draft.html"

    def get_initial(self) -> dict[str, Any]:
        return {}

    def get_title(self) -> str:
        return f"Delete draft {self.subject.reference}"

    def act(self, form: Any) -> HttpResponse:
        reference = self.subject.reference
        services.delete_draft(actor=self.actor, requisition_id=self.subject.pk)
        return self.done(f"Draft {reference} deleted.", to=reverse("purchasing:list_requisitions"))


class CopyRequisition(ActionView):
    permission = "purchasing.raise_requisition"
    button = "Start a copy"

    def get_subject(self) -> Requisition:
        found = visible_requisition(self.actor, self.kwargs["reference"])
        if found is None:
            raise Http404
        return found

    def get_title(self) -> str:
        return f"Copy requisition {self.subject.reference}"

    def get_back_url(self) -> str:
        return self.subject.get_absolute_url()

    def act(self, form: Any) -> HttpResponse:
        copy = services.copy_requisition(actor=self.actor, requisition_id=self.subject.pk)
        message = f"Draft {copy.reference} started with the same lines."
        return self.done(message, to=reverse("purchasing:edit_requisition", args=[copy.reference]))


class ChangeFiles(OwnRequisition):
    """Put files on a requisition."""

    form_class = FilesForm
    template_name = "pages/councils/purchasing/files.html"
    button = "Upload file"

    def get_title(self) -> str:
        return f"Files of requisition {self.subject.reference}"

    def get_initial(self) -> dict[str, Any]:
        return {}

    def get_back_url(self) -> str:
        return reverse("purchasing:check_requisition", args=[self.subject.reference])

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(files=file_list(attachments_for(self.subject)), **kwargs)

    def act(self, form: FilesForm) -> HttpResponse:
        file = services.attach_file(
            actor=self.actor, requisition_id=self.subject.pk, upload=form.cleaned_data["upload"]
        )
        return self.done(f"{file.name} uploaded.")


class RemoveFile(OwnRequisition):
    button = "Remove file"
    button_style = "warning"

    def get_initial(self) -> dict[str, Any]:
        return {}

    @cached_property
    def file(self) -> Any:
        found = attachments_for(self.subject).filter(pk=self.kwargs["file_id"]).first()
        if found is None:
            raise Http404
        return found

    def get_title(self) -> str:
        return f"Remove {self.file.name}"

    def get_back_url(self) -> str:
        return reverse("purchasing:files", args=[self.subject.reference])

    def act(self, form: Any) -> HttpResponse:
        name = self.file.name
        services.remove_file(actor=self.actor, requisition_id=self.subject.pk, attachment_id=self.file.pk)
        return self.done(f"{name} removed.", to=self.get_back_url())
