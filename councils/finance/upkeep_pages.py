"""Changing codes, budgets and limits."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.timezone import localdate

from shared_services.govuk.views import ActionView, FormPage
from shared_services.govuk.words import spoken_money

from . import services
from .forms import (
    CostCentreForm,
    SetBudgetForm,
    SubjectiveCodeForm,
    VirementLimitsForm,
    code_choices,
)
from .models import CostCentre, FinanceSettings, SubjectiveCode
from .selectors import cost_centres_visible_to
from .years import financial_year_of


class AddCostCentre(FormPage):
    permission = "finance.manage_cost_centres"
    title = "Add a cost centre"
    form_class = CostCentreForm
    button = "Add cost centre"

    def get_back_url(self) -> str:
        return reverse("finance:list_cost_centres")

    def act(self, form: CostCentreForm) -> HttpResponse:
        centre = services.save_cost_centre(actor=self.actor, **without_version(form))
        return self.done(f"Cost centre {centre} added.", to=centre)


class ChangeCostCentre(ActionView):
    permission = "finance.manage_cost_centres"
    form_class = CostCentreForm
    button = "Save changes"

    def get_subject(self) -> CostCentre:
        return get_object_or_404(CostCentre, code=self.kwargs["code"])

    def get_title(self) -> str:
        return f"Change {self.subject}"

    def get_back_url(self) -> str:
        return self.subject.get_absolute_url()

    def get_initial(self) -> dict[str, Any]:
        fields = (
            "code", "name", "department_id", "budget_holder_id", "budget_holder_post_id", "valid_from", "valid_to", "version",
        )  # fmt: skip
        return {name: getattr(self.subject, name) for name in fields}

    def act(self, form: CostCentreForm) -> HttpResponse:
        centre = services.save_cost_centre(actor=self.actor, cost_centre=self.subject, **form.cleaned_data)
        return self.done(f"Cost centre {centre} changed.", to=centre)


class AddSubjectiveCode(FormPage):
    permission = "finance.manage_cost_centres"
    title = "Add a subjective code"
    form_class = SubjectiveCodeForm
    button = "Add code"

    def get_back_url(self) -> str:
        return reverse("finance:list_subjective_codes")

    def act(self, form: SubjectiveCodeForm) -> HttpResponse:
        code = services.save_subjective_code(actor=self.actor, **without_version(form))
        return self.done(f"Subjective code {code} added.", to="finance:list_subjective_codes")


class ChangeSubjectiveCode(ActionView):
    permission = "finance.manage_cost_centres"
    form_class = SubjectiveCodeForm
    button = "Save changes"

    def get_subject(self) -> SubjectiveCode:
        return get_object_or_404(SubjectiveCode, code=self.kwargs["code"])

    def get_title(self) -> str:
        return f"Change {self.subject}"

    def get_back_url(self) -> str:
        return reverse("finance:list_subjective_codes")

    def get_initial(self) -> dict[str, Any]:
        return {
            name: getattr(self.subject, name) for name in ("code", "name", "group", "valid_from", "valid_to", "version")
        }

    def act(self, form: SubjectiveCodeForm) -> HttpResponse:
        code = services.save_subjective_code(actor=self.actor, subjective=self.subject, **form.cleaned_data)
        return self.done(f"Subjective code {code} changed.", to="finance:list_subjective_codes")


class HeadFormPage(FormPage):
    """A form that names cost centres and subjective codes, all of them open today."""

    def get_form_kwargs(self) -> dict[str, Any]:
        today = localdate()
        return {
            **super().get_form_kwargs(),
            "cost_centres": code_choices(cost_centres_visible_to(self.actor).open_on(today)),
            "subjectives": code_choices(SubjectiveCode.objects.open_on(today)),
        }

    def get_initial(self) -> dict[str, Any]:
        return {"financial_year": str(financial_year_of(localdate())), **self.request.GET.dict()}


class SetBudget(HeadFormPage):
    permission = "finance.manage_budgets"
    title = "Set a budget"
    form_class = SetBudgetForm
    button = "Set budget"

    def get_back_url(self) -> str:
        return reverse("finance:list_budgets")

    def act(self, form: SetBudgetForm) -> HttpResponse:
        answers = form.cleaned_data
        head = (answers["cost_centre"], answers["subjective"])
        services.set_budgets(
            actor=self.actor, financial_year=int(answers["financial_year"]), amounts={head: answers["amount"]}
        )
        to = f"{reverse('finance:cost_centre', args=[head[0]])}?year={answers['financial_year']}"
        return self.done(f"Budget of {head[0]} / {head[1]} set to {spoken_money(answers['amount'])}.", to=to)


class ChangeVirementLimits(FormPage):
    permission = "finance.set_virement_limits"
    title = "Virement limits"
    form_class = VirementLimitsForm
    button = "Save limits"
    breadcrumbs: ClassVar[list[tuple[str, str]]] = [
        ("Budgets", "finance:list_budgets"),
        ("Virements", "finance:list_virements"),
    ]

    def get_initial(self) -> dict[str, Any]:
        settings = FinanceSettings.objects.get(only=True)
        return {
            "budget_holder_amount": settings.budget_holder_virement_amount,
            "finance_officer_amount": settings.finance_officer_virement_amount,
            "version": settings.version,
        }

    def act(self, form: VirementLimitsForm) -> HttpResponse:
        services.change_virement_limits(actor=self.actor, **form.cleaned_data)
        return self.done("Virement limits saved.", to="finance:list_virements")


def without_version(form: Any) -> dict[str, Any]:
    """The answers of a form that adds a record: there is no version yet."""
    return {name: value for name, value in form.cleaned_data.items() if name != "version"}
