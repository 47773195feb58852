"""Writing a requisition: the whole form on one page, with its lines, its splits and the balances live."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.timezone import localdate

from councils.finance.selectors import balances, code_lists, vat_choices
from councils.finance.years import financial_year_of, year_label
from shared_services.govuk.lines import Lines, LineSet
from shared_services.govuk.pages import FormPage
from shared_services.govuk.words import spoken_money
from shared_services.procurement.selectors import cpv_labels, find_cpv, search_cpv

from . import rules, services
from .drafts import RequisitionDraft
from .forms import CODE, CodingForm, LineForm, RequisitionForm, draft_from, line_set, rows_of
from .models import Requisition
from .selectors import draft_of

HITS = 10


class RequisitionFormPage(FormPage):
    """What the two pages share that write a requisition."""

    permission = "purchasing.raise_requisition"
    form_class = RequisitionForm
    template_name = "pages/councils/purchasing/edit_requisition.html"
    button = "Save and check"
    draft: RequisitionDraft | None = None

    def get_line_sets(self) -> list[tuple[str, LineSet]]:
        return [("lines", self._line_set)]

    @cached_property
    def _line_set(self) -> LineSet:
        cost_centres, subjectives = code_lists(on=localdate())
        return line_set(cost_centres=cost_centres, subjectives=subjectives, vat_choices=vat_choices(on=localdate()))

    def get_lines_initial(self, name: str) -> list[dict[str, Any]]:
        return rows_of(self.draft) if self.draft else []

    def get_initial(self) -> dict[str, Any]:
        if self.draft is None:
            return {}
        return {name: getattr(self.draft, name) for name in RequisitionForm.base_fields if name != "version"}

    def show_form(self, *args: Any, **kwargs: Any) -> HttpResponse:
        dress(self.lines["lines"], self._charged_on(), self.request.POST.get("edit_lines", ""))
        return super().show_form(*args, **kwargs)

    def _charged_on(self) -> date:
        """The day whose financial year pays, as far as the form says it."""
        field = self.form.fields["needed_by_on"]
        try:
            return field.clean(self.form["needed_by_on"].value()) or localdate()
        except ValidationError:
            return localdate()

    def sent_draft(self, form: RequisitionForm) -> RequisitionDraft:
        rows = self.lines["lines"].values()
        for row in rows:
            # Eight digits alone are a code too: the check digit is looked up, never computed.
            if len(row["cpv"]) == len("30192000") and (known := find_cpv(row["cpv"])):
                row["cpv"] = known.code
        return draft_from(form.cleaned_data, rows)

    def go_on(self, requisition: Requisition) -> HttpResponse:
        if "save" in self.request.POST:
            message = f"Draft {requisition.reference} saved."
            return self.done(message, to=reverse("purchasing:edit_requisition", args=[requisition.reference]))
        return self.done(to=reverse("purchasing:check_requisition", args=[requisition.reference]))


class StartRequisition(RequisitionFormPage):
    title = "New requisition"

    def get_back_url(self) -> str:
        return reverse("purchasing:list_requisitions")

    def act(self, form: RequisitionForm) -> HttpResponse:
        return self.go_on(services.start_requisition(actor=self.actor, draft=self.sent_draft(form)))


class EditRequisition(RequisitionFormPage):
    """Change a draft, or a requisition that was sent back."""

    def prepare(self) -> None:
        self.requisition = own_requisition(self.actor, self.kwargs["reference"])
        rules.check_editable(self.requisition)
        self.draft = draft_of(self.requisition)

    def get_title(self) -> str:
        return f"Change requisition {self.requisition.reference}"

    def get_back_url(self) -> str:
        return self.requisition.get_absolute_url()

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), "version": self.requisition.version}

    def act(self, form: RequisitionForm) -> HttpResponse:
        requisition = services.save_draft(
            actor=self.actor,
            requisition_id=self.requisition.pk,
            draft=self.sent_draft(form),
            version=form.cleaned_data["version"],
        )
        return self.go_on(requisition)


def own_requisition(actor: Any, reference: str) -> Requisition:
    """The officer's own requisition with a reference; otherwise 404."""
    found = Requisition.objects.filter(reference=reference, requester_id=actor.pk).first()
    if found is None:
        raise Http404
    return found


def dress(lines: Lines, charged_on: date, asked: str) -> None:
    """Put beside each row what its codes stand for, the codes found for its words, and the balances of its heads."""
    codes = {row.prefix: str(row.form["cpv"].value() or "").strip() for row in lines}
    labels = cpv_labels({code for code in codes.values() if CODE.match(code)})
    for row in lines:
        words, form = codes[row.prefix], cast(LineForm, row.form)
        form.cpv_label = labels.get(words, "")
        wrong = not asked and form.is_bound and "cpv" in form.errors
        if words and (asked == f"find:{row.prefix}" or wrong):
            form.cpv_hits = search_cpv(words, HITS)
            form.cpv_searched = True
    show_balances(lines, charged_on)


def show_balances(lines: Lines, charged_on: date) -> None:
    """What is left on every head that the form names, in one query."""
    year = financial_year_of(charged_on)
    shares = [cast(CodingForm, share.form) for row in lines for share in row.inner["codings"]]
    heads = {id(form): (form["cost_centre"].value(), form["subjective"].value()) for form in shares}
    found = balances(financial_year=year, heads=[head for head in heads.values() if all(head)])
    for form in shares:
        head = heads[id(form)]
        if all(head):
            form.balance = balance_in_words(found.get(head), year)


def balance_in_words(balance: Any, year: int) -> str:
    """£1,250 available in 2026 to 2027"""
    if balance is None:
        return f"No budget in {year_label(year)}"
    return f"{spoken_money(balance.available_amount)} available in {year_label(year)}"
