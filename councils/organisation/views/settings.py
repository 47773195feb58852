"""Pages of the council's settings and its calendar."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import localdate

from shared_services.access.permissions import may
from shared_services.govuk.views import ActionView, FormPage, Page

from .. import services, working_days
from ..choices import Division
from ..forms import BudgetCheckForm, ClosureDayForm, SettingsForm
from ..models import ClosureDay, CouncilSettings
from ..selectors import council_settings

MANAGE = "organisation.manage_settings"


class ChangeSettings(ActionView):
    """The council's own choices."""

    permission = MANAGE
    form_class = SettingsForm
    template_name = "pages/councils/organisation/change_settings.html"
    title = "Council settings"
    button = "Save settings"
    breadcrumbs = [("Departments", "organisation:list_departments")]

    def get_subject(self) -> CouncilSettings:
        return council_settings()

    def get_initial(self) -> dict[str, Any]:
        settings = self.subject
        initial = {name: getattr(settings, name) for name in SettingsForm.base_fields}
        initial["joint_buying_categories"] = "\n".join(settings.joint_buying_categories)
        return initial

    def act(self, form: SettingsForm) -> HttpResponse:
        services.change_settings(actor=self.actor, **form.cleaned_data)
        return self.done("Settings saved")


class ChangeBudgetCheck(ActionView):
    """Whether a requisition is stopped when its budget is not enough."""

    permission = "organisation.set_budget_check"
    form_class = BudgetCheckForm
    template_name = "pages/councils/organisation/change_budget_check.html"
    title = "Budget check"
    button = "Save budget check"
    breadcrumbs = [("Departments", "organisation:list_departments")]

    def get_subject(self) -> CouncilSettings:
        return council_settings()

    def get_initial(self) -> dict[str, Any]:
        return {"budget_check_mode": self.subject.budget_check_mode, "version": self.subject.version}

    def act(self, form: BudgetCheckForm) -> HttpResponse:
        services.change_settings(actor=self.actor, **form.cleaned_data)
        return self.done("Budget check saved")


class Calendar(Page):
    """Bank holidays and the council's own closure days."""

    permission = "organisation.view_structure"
    template_name = "pages/councils/organisation/calendar.html"
    title = "Council calendar"
    breadcrumbs = [("Departments", "organisation:list_departments")]

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        division = council_settings().bank_holiday_division
        today = localdate()
        holidays = sorted((on, title) for on, title in working_days.bank_holidays(division).items() if on >= today)
        return super().get_context(
            division=Division(division).label,
            holidays=holidays,
            closure_days=list(ClosureDay.objects.filter(on__gte=today)),
            may_manage=may(self.actor, MANAGE),
            **kwargs,
        )


class AddClosureDay(FormPage):
    permission = MANAGE
    form_class = ClosureDayForm
    title = "Add a closure day"
    button = "Add closure day"
    breadcrumbs = [("Council calendar", "organisation:calendar")]

    def act(self, form: ClosureDayForm) -> HttpResponse:
        day = services.add_closure_day(actor=self.actor, **form.cleaned_data)
        return self.done(f"{day.title} added", to="organisation:calendar")


class RemoveClosureDay(ActionView):
    permission = MANAGE
    button = "Remove closure day"
    button_style = "warning"
    breadcrumbs = [("Council calendar", "organisation:calendar")]

    def get_subject(self) -> ClosureDay:
        return get_object_or_404(ClosureDay, pk=self.kwargs["pk"])

    def get_title(self) -> str:
        return f"Remove {self.subject}"

    def act(self, form: Any) -> HttpResponse:
        title = str(self.subject)
        services.remove_closure_day(actor=self.actor, day=self.subject)
        return self.done(f"{title} removed", to="organisation:calendar")
