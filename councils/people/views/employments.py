"""HR's pages: employments, working patterns, ledgers and schemes."""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.dateparse import parse_date
from django.utils.timezone import localdate

from councils.organisation.selectors import department_choices
from shared_services.access.models import OfficerCard
from shared_services.access.permissions import may
from shared_services.govuk.filters import CheckboxesFilter, DateFilter, GovukFilterSet
from shared_services.govuk.views import ActionView, Column, FormPage, ListPage, Page
from shared_services.tenancy.door import current_council

from .. import selectors, services
from ..choices import ANNUAL_LEAVE, LEAVE_COLOURS, LeaveStatus
from ..forms import (
    AdjustLeaveForm,
    EmploymentForm,
    EndEmploymentForm,
    NewEmploymentForm,
    WeeksForm,
    WorkingPatternForm,
    scheme_choices,
)
from ..models import Employment, LeaveRequest, LeaveType
from ..services.ledger import entitlement_of

MANAGE = "people.manage_employments"
CRUMBS = [("Leave", "people:my_leave"), ("Employments", "people:list_employments")]


class Names:
    """The council's officers by card, read once for a list."""

    def __init__(self) -> None:
        self._names: dict[Any, str] | None = None

    def of(self, card_id: Any) -> str:
        if self._names is None:
            cards = OfficerCard.objects.of_council(current_council().number)
            self._names = dict(cards.values_list("pk", "work_name"))
        return self._names.get(card_id, "")


class EmploymentFilter(GovukFilterSet):
    department = django_filters.ChoiceFilter(
        field_name="post__department_id", label="Department", choices=department_choices, empty_label="Any"
    )
    scheme = django_filters.ChoiceFilter(
        field_name="scheme_id", label="Leave scheme", choices=scheme_choices, empty_label="Any"
    )
    ended = django_filters.ChoiceFilter(
        label="Current or ended",
        method="by_end",
        choices=[("current", "Current"), ("ended", "Ended")],
        empty_label="Any",
    )
    without_hours = django_filters.BooleanFilter(
        label="No working pattern today", method="by_hours", widget=forms.CheckboxInput
    )

    def by_hours(self, employments: QuerySet[Employment], name: str, value: bool) -> QuerySet[Employment]:
        today = localdate()
        return cast(Any, employments).current(on=today).without_hours(on=today) if value else employments

    def by_end(self, employments: QuerySet[Employment], name: str, value: str) -> QuerySet[Employment]:
        if value == "ended":
            return employments.filter(end_on__lt=localdate())
        return employments.exclude(end_on__lt=localdate())


class ListEmployments(ListPage):
    """Every employment of the council."""

    permission = "people.view_employments"
    sensitive = "people.employments"
    template_name = "pages/councils/people/list_employments.html"
    title = "Employments"
    breadcrumbs = CRUMBS[:1]
    noun = "employment"
    export_name = "employments"
    filterset_class = EmploymentFilter
    search_fields = ["number", "post__title", "card__work_name"]
    search_label = "Search by name, number or post"
    default_sort = "number"
    create_url_name = "people:record_employment"
    create_label = "Record an employment"
    create_permission = MANAGE

    def get_queryset(self) -> QuerySet[Employment]:
        return Employment.objects.select_related("post__department", "scheme")

    def get_columns(self) -> list[Column]:
        names = Names()
        return [
            Column("number", "Number", link=True, sort="number"),
            Column("officer", "Officer", value=lambda one: names.of(one.card_id)),
            Column("post.title", "Post", sort="post__title"),
            Column("post.department.name", "Department", sort="post__department__name"),
            Column("start_on", "First day", sort="start_on", kind="date"),
            Column("end_on", "Last day", sort="end_on", kind="date"),
            Column("scheme.name", "Leave scheme", sort="scheme__name", shown=False),
            Column("continuous_service_on", "Service since", sort="continuous_service_on", kind="date", shown=False),
        ]


class LeaveFilter(GovukFilterSet):
    status = CheckboxesFilter(label="Status", choices=LeaveStatus.choices)
    department = django_filters.ChoiceFilter(
        field_name="employment__post__department_id", label="Department", choices=department_choices, empty_label="Any"
    )
    from_on = DateFilter("last_on", lookup_expr="gte", label="From")
    until_on = DateFilter("first_on", lookup_expr="lte", label="Until")


class ListLeave(ListPage):
    """Every leave request of the council, for HR."""

    permission = "people.view_employments"
    sensitive = "people.leave_requests"
    template_name = "pages/councils/people/list_leave.html"
    title = "Leave requests"
    breadcrumbs = CRUMBS[:1]
    noun = "leave request"
    export_name = "leave-requests"
    filterset_class = LeaveFilter
    search_fields = ["reference", "employment__number", "employment__card__work_name"]
    search_label = "Search by name, reference or employment number"
    default_sort = "-first_on"

    def get_queryset(self) -> QuerySet[LeaveRequest]:
        return LeaveRequest.objects.select_related("employment__post__department", "leave_type")

    def get_columns(self) -> list[Column]:
        names = Names()
        return [
            Column("reference", "Reference", link=True, sort="reference"),
            Column("officer", "Officer", value=lambda one: names.of(one.employment.card_id)),
            Column("leave_type.name", "Type", sort="leave_type__name"),
            Column("first_on", "First day", sort="first_on", kind="date"),
            Column("last_on", "Last day", sort="last_on", kind="date"),
            Column("hours", "Hours", sort="hours", kind="number"),
            Column("status", "Status", sort="status", kind="tag", tags=LEAVE_COLOURS),
            Column("employment.post.department.name", "Department", shown=False),
        ]


class ShowEmployment(Page):
    """One employment: contract, hours, entitlement worked out, ledger."""

    permission = "people.view_employments"
    sensitive = "people.employment"
    template_name = "pages/councils/people/show_employment.html"
    breadcrumbs = CRUMBS

    @cached_property
    def employment(self) -> Employment:
        employments = Employment.objects.select_related("post__department", "scheme")
        return get_object_or_404(employments, pk=self.kwargs["pk"])

    @cached_property
    def card(self) -> OfficerCard | None:
        return OfficerCard.objects.filter(pk=self.employment.card_id).first()

    def get_looked_at(self) -> Employment | None:
        return None if self.employment.card_id == self.actor.pk else self.employment

    def get_title(self) -> str:
        return f"{self.card.work_name if self.card else 'Officer'}, {self.employment.number}"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        employment = self.employment
        year = selectors.leave_year_of(parse_date(self.request.GET.get("year", "") or "") or localdate())
        annual = LeaveType.objects.get(key=ANNUAL_LEAVE)
        entitlement = entitlement_of(employment, year)
        balance = selectors.balance_of(employment, annual, year)
        return super().get_context(
            employment=employment,
            card=self.card,
            patterns=list(employment.patterns.all()),
            year=year,
            previous_year=year.previous,
            next_year=year.next,
            entitlement=entitlement,
            balance=balance,
            in_all=entitlement.hours + balance.carried_over + balance.adjusted,
            ledger=selectors.ledger_lines(employment, annual, year),
            may_manage=may(self.actor, MANAGE),
            may_adjust=may(self.actor, "people.adjust_leave") and employment.card_id != self.actor.pk,
            **kwargs,
        )


class RecordEmployment(FormPage):
    permission = MANAGE
    template_name = "pages/councils/people/record_employment.html"
    form_class = NewEmploymentForm
    title = "Record an employment"
    button = "Record employment"
    breadcrumbs = CRUMBS

    def get_initial(self) -> dict[str, Any]:
        return {**WeeksForm.initial_of(None), "card_id": self.request.GET.get("officer", "")}

    def act(self, form: NewEmploymentForm) -> HttpResponse:
        employment = services.record_employment(actor=self.actor, **form.cleaned_data)
        return self.done(f"Employment {employment.number} recorded", to=employment)


class EmploymentAction(ActionView):
    """What the forms about one employment share."""

    permission = MANAGE
    sensitive = "people.employment"
    breadcrumbs = CRUMBS
    template_name = "pages/councils/people/employment_action.html"

    def get_subject(self) -> Employment:
        return get_object_or_404(Employment.objects.select_related("post", "scheme"), pk=self.kwargs["pk"])

    def get_back_url(self) -> str:
        return self.subject.get_absolute_url()

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        card = OfficerCard.objects.filter(pk=self.subject.card_id).first()
        return super().get_context(card=card, **kwargs)


class ChangeEmployment(EmploymentAction):
    form_class = EmploymentForm
    title = "Change employment"

    def get_initial(self) -> dict[str, Any]:
        employment = self.subject
        return {
            "post_id": str(employment.post_id),
            "scheme": str(employment.scheme_id),
            "continuous_service_on": employment.continuous_service_on,
            "version": employment.version,
        }

    def act(self, form: EmploymentForm) -> HttpResponse:
        employment = services.change_employment(actor=self.actor, employment=self.subject, **form.cleaned_data)
        return self.done("Employment changed and entitlement worked out again", to=employment)


class ChangeWorkingPattern(EmploymentAction):
    template_name = "pages/councils/people/change_working_pattern.html"
    form_class = WorkingPatternForm
    title = "Change hours"
    button = "Save hours"

    def get_initial(self) -> dict[str, Any]:
        current = self.subject.patterns.last()
        return {**WeeksForm.initial_of(current), "from_on": localdate(), "version": self.subject.version}

    def act(self, form: WorkingPatternForm) -> HttpResponse:
        services.change_working_pattern(actor=self.actor, employment=self.subject, **form.cleaned_data)
        return self.done("Hours changed; entitlement and booked leave worked out again", to=self.subject)


class EndEmployment(EmploymentAction):
    form_class = EndEmploymentForm
    title = "End employment"
    button = "Record last day"
    button_style = "warning"

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.subject.version}

    def act(self, form: EndEmploymentForm) -> HttpResponse:
        employment = services.end_employment(actor=self.actor, employment=self.subject, **form.cleaned_data)
        return self.done("Last day recorded and entitlement worked out again", to=employment)


class AdjustLeave(EmploymentAction):
    permission = "people.adjust_leave"
    form_class = AdjustLeaveForm
    title = "Adjust leave"
    button = "Post adjustment"

    def get_form_kwargs(self) -> dict[str, Any]:
        year = selectors.leave_year_of(localdate())
        return {**super().get_form_kwargs(), "years": [year, year.next, year.previous]}

    def act(self, form: AdjustLeaveForm) -> HttpResponse:
        entry = services.adjust_leave(actor=self.actor, employment=self.subject, **form.cleaned_data)
        return self.done(f"{entry.hours:+} hours posted", to=self.subject)
