"""Leave schemes: bands, extra days, hours basis, carry-over."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import localdate

from shared_services.govuk.lines import LineSet
from shared_services.govuk.views import ActionView, Column, FormPage, ListPage

from .. import services
from ..forms import BandForm, SchemeForm
from ..models import LeaveScheme

MANAGE = "people.manage_employments"
CRUMBS = [("Leave", "people:my_leave"), ("Leave schemes", "people:list_schemes")]
BANDS = LineSet(BandForm, prefix="bands", label="Band", add_label="Add another band", maximum=12)


class ListSchemes(ListPage):
    permission = "people.view_employments"
    template_name = "pages/councils/people/list_schemes.html"
    title = "Leave schemes"
    breadcrumbs = CRUMBS[:1]
    noun = "scheme"
    default_sort = "name"
    create_url_name = "people:create_scheme"
    create_label = "Add a leave scheme"
    create_permission = MANAGE

    def get_queryset(self) -> QuerySet[LeaveScheme]:
        current = Q(employments__end_on__isnull=True) | Q(employments__end_on__gte=localdate())
        return LeaveScheme.objects.prefetch_related("bands").annotate(officers=Count("employments", filter=current))

    def get_columns(self) -> list[Column]:
        return [
            Column("name", "Scheme", link=True, sort="name"),
            Column("bands", "Days a year", value=_bands),
            Column("extra_statutory_days", "Extra days", kind="number"),
            Column("carry_over_limit_days", "Carry-over limit", kind="number"),
            Column("officers", "Employments", sort="officers", kind="number"),
        ]


def _bands(scheme: LeaveScheme) -> str:
    return ", ".join(
        f"{band.days.normalize():f} from {band.from_years} years" if band.from_years else f"{band.days.normalize():f}"
        for band in scheme.bands.all()
    )


class CreateScheme(FormPage):
    permission = MANAGE
    form_class = SchemeForm
    title = "Add a leave scheme"
    button = "Save scheme"
    breadcrumbs = CRUMBS
    line_sets: ClassVar[dict[str, LineSet]] = {"bands": BANDS}

    def get_initial(self) -> dict[str, Any]:
        usual = LeaveScheme()
        names = ("extra_statutory_days", "hours_a_day", "full_time_hours", "carry_over_limit_days")
        return {name: getattr(usual, name) for name in names}

    def get_lines_initial(self, name: str) -> list[dict[str, Any]]:
        return [{"from_years": 0}]

    def act(self, form: SchemeForm) -> HttpResponse:
        return self.save(form, scheme=None)

    def save(self, form: SchemeForm, *, scheme: LeaveScheme | None) -> HttpResponse:
        bands = [(line["from_years"], line["days"]) for line in self.lines["bands"].values()]
        saved = services.save_leave_scheme(actor=self.actor, scheme=scheme, bands=bands, **form.cleaned_data)
        return self.done(f"{saved.name} saved", to="people:list_schemes")


class ChangeScheme(ActionView, CreateScheme):
    title = "Change leave scheme"

    def get_subject(self) -> LeaveScheme:
        return get_object_or_404(LeaveScheme, pk=self.kwargs["pk"])

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.subject, name) for name in SchemeForm.base_fields}

    def get_lines_initial(self, name: str) -> list[dict[str, Any]]:
        return [{"from_years": band.from_years, "days": band.days} for band in self.subject.bands.all()]

    def act(self, form: SchemeForm) -> HttpResponse:
        return self.save(form, scheme=self.subject)
