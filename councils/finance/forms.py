"""What finance officers fill in: codes, budgets, virements."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.core.validators import RegexValidator
from django.utils.timezone import localdate

from councils.organisation.selectors import department_choices, officer_choices, post_choices
from shared_services.govuk.forms import DateField, GovukForm, MoneyField, SelectField, TextAreaField, VersionField

from .choices import SubjectiveGroup
from .models import CostCentre, SubjectiveCode
from .years import financial_year_of, year_label

YEARS_BACK, YEARS_AHEAD = 2, 2
code_shape = RegexValidator(r"^[A-Za-z0-9-]+$", "Enter a code of letters, numbers and hyphens, like HW1201")


def year_choices() -> list[tuple[str, str]]:
    """The financial years that officers still work with, the newest first. Whoever offers them chooses this one at first."""
    now = financial_year_of(localdate())
    return [(str(year), year_label(year)) for year in range(now + YEARS_AHEAD, now - YEARS_BACK - 1, -1)]


def code_choices(codes: Iterable[CostCentre | SubjectiveCode]) -> list[tuple[str, str]]:
    """Codes for a list that opens: chosen by code, read with the name."""
    return [(code.code, str(code)) for code in codes]


def offer(form: forms.BaseForm, name: str, choices: list[tuple[str, str]], *, empty: bool = True) -> None:
    """Fill a list of the form with what the council has today."""
    cast(forms.ChoiceField, form.fields[name]).choices = [("", "Choose one"), *choices] if empty else choices


def offer_years(form: forms.BaseForm) -> None:
    """Offer the financial years, with this one chosen."""
    offer(form, "financial_year", year_choices(), empty=False)
    form.fields["financial_year"].initial = str(financial_year_of(localdate()))


class DatedCodeForm(GovukForm):
    """A code that opens and closes on dates."""

    code = forms.CharField(label="Code", max_length=12, validators=[code_shape])
    name = forms.CharField(label="Name", max_length=120)

    def clean_code(self) -> str:
        return self.cleaned_data["code"].upper()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("valid_from"), cleaned.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", "The last day must be the same as or after the first day")
        return cleaned


class CostCentreForm(DatedCodeForm):
    department_id = SelectField(label="Department")
    budget_holder_id = SelectField(
        label="Budget holder", required=False, help_text="Choose an officer, or leave it empty and choose a post"
    )
    budget_holder_post_id = SelectField(
        label="Post that holds the budget", required=False, help_text="Whoever is in this post then holds the budget"
    )
    valid_from = DateField(label="First day it may be charged")
    valid_to = DateField(label="Last day it may be charged", required=False)
    version = VersionField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "department_id", department_choices())
        offer(self, "budget_holder_id", officer_choices())
        offer(self, "budget_holder_post_id", post_choices())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in ("budget_holder_id", "budget_holder_post_id"):
            cleaned[name] = cleaned.get(name) or None
        if cleaned["budget_holder_id"] and cleaned["budget_holder_post_id"]:
            self.add_error("budget_holder_post_id", "Choose an officer or a post, not both")
        if not cleaned["budget_holder_id"] and not cleaned["budget_holder_post_id"] and not self.errors:
            self.add_error("budget_holder_id", "Choose a budget holder or the post that holds the budget")
        return cleaned


class SubjectiveCodeForm(DatedCodeForm):
    group = SelectField(label="Group", choices=SubjectiveGroup.choices)
    valid_from = DateField(label="First day it may be charged")
    valid_to = DateField(label="Last day it may be charged", required=False)
    version = VersionField()


class SetBudgetForm(GovukForm):
    """The year's budget of one head."""

    financial_year = SelectField(label="Financial year", empty_label=None)
    cost_centre = SelectField(label="Cost centre")
    subjective = SelectField(label="Subjective code")
    amount = MoneyField(label="Budget for the whole year", help_text="It is spread evenly over the 12 periods")

    def __init__(self, *args: Any, cost_centres: list, subjectives: list, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_years(self)
        offer(self, "cost_centre", cost_centres)
        offer(self, "subjective", subjectives)


class VirementForm(GovukForm):
    """Move budget from one head to another."""

    financial_year = SelectField(label="Financial year", empty_label=None)
    from_cost_centre = SelectField(
        label="Take it from cost centre",
        error_messages={"required": "Choose the cost centre to take it from"},
    )
    from_subjective = SelectField(
        label="Take it from subjective code",
        error_messages={"required": "Choose the subjective code to take it from"},
    )
    to_cost_centre = SelectField(
        label="Give it to cost centre",
        error_messages={"required": "Choose the cost centre to give it to"},
    )
    to_subjective = SelectField(
        label="Give it to subjective code",
        error_messages={"required": "Choose the subjective code to give it to"},
    )
    amount = MoneyField(
        label="Amount",
        min_value=None,
        help_text="Like 1250 or 125.50",
        error_messages={"required": "Enter the amount to move, like 125.50"},
    )
    reason = TextAreaField(
        label="Why is the money moved?",
        rows=3,
        max_length=500,
        error_messages={"required": "Enter why the money is moved"},
    )

    def __init__(self, *args: Any, cost_centres: list, subjectives: list, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_years(self)
        for side in ("from", "to"):
            offer(self, f"{side}_cost_centre", cost_centres)
            offer(self, f"{side}_subjective", subjectives)

    def clean_amount(self) -> Any:
        amount = self.cleaned_data["amount"]
        if amount is not None and amount <= 0:
            raise forms.ValidationError("Enter an amount above zero, like 125.50")
        return amount

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        giving = (cleaned.get("from_cost_centre"), cleaned.get("from_subjective"))
        if all(giving) and giving == (cleaned.get("to_cost_centre"), cleaned.get("to_subjective")):
            self.add_error("to_subjective", "Choose a different cost centre or code: money cannot move to where it is")
        return cleaned


class VirementLimitsForm(GovukForm):
    budget_holder_amount = MoneyField(label="Budget holders may move up to", help_text="Between their own cost centres")
    finance_officer_amount = MoneyField(
        label="Finance officers may move up to",
        help_text="Between any cost centres. Above it the section 151 officer decides.",
    )
    version = VersionField()
