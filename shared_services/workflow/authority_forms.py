"""Forms of the matrix's grid, of prepared matrices, deputies and separated duties."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import PERMISSIONS, ROLES
from shared_services.govuk.forms import (
    CheckboxesField,
    DateField,
    GovukForm,
    MoneyField,
    RadioField,
    SelectField,
    TextAreaField,
    VersionField,
)
from shared_services.tenancy.door import current_council

from .authority import role_label
from .choices import DutyScope
from .definitions import process_titles
from .forms import CHOOSE_ONE, approver_choices, matrix_processes
from .matrix import MOST_NEEDED
from .models import DutyRule

SHORT = {"class": "govuk-input--width-4"}


def officer_choices(*, besides: UUID | None = None) -> list[tuple[str, str]]:
    """Active officers of this room by name."""
    cards = OfficerCard.objects.of_council(current_council().number).active().order_by("work_name")
    return [CHOOSE_ONE] + [
        (str(card.pk), f"{card.work_name}, {card.job_title}" if card.job_title else card.work_name)
        for card in cards
        if card.pk != besides
    ]


class MatrixLineForm(GovukForm):
    """One row of the grid."""

    mark_optional = False
    rule = forms.UUIDField(required=False, widget=forms.HiddenInput)
    role = SelectField(label="Role or post", choices=approver_choices)
    needed = forms.IntegerField(
        label="How many", min_value=1, max_value=MOST_NEEDED, initial=1,
        widget=forms.NumberInput(attrs={"class": "govuk-input--width-2"}),
    )  # fmt: skip
    amount_from = MoneyField(label="From £", initial=0, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    amount_to = MoneyField(label="To under £", required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    cost_centre = forms.CharField(label="Cost centre", required=False, max_length=40)
    category_prefix = forms.CharField(label="Category", required=False, max_length=10)
    sequence = forms.IntegerField(
        label="Place", min_value=1, max_value=999, initial=10,
        widget=forms.NumberInput(attrs={"class": "govuk-input--width-3"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        low, high = cleaned.get("amount_from"), cleaned.get("amount_to")
        if low is not None and high is not None and high <= low:
            self.add_error("amount_to", "The upper limit must be more than the amount the line starts from")
        return cleaned


class PlanLineForm(MatrixLineForm):
    """One row of a whole matrix: it names its process too."""

    rule = None  # type: ignore[assignment]
    decision_type = SelectField(label="Process", choices=matrix_processes)
    field_order = ("decision_type",)


class FromDayForm(GovukForm):
    """From which day a grid holds, and on what decision."""

    from_on = DateField(
        label="From this day", help_text="Tomorrow or later. Lines you change end the day before and begin anew"
    )
    minute_reference = forms.CharField(
        label="Minute reference", required=False, max_length=120, help_text="The decision that these lines rest on"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_on"].earliest = timezone.localdate() + timedelta(days=1)  # type: ignore[attr-defined]


class ChangeMatrixForm(FromDayForm):
    version = forms.CharField(required=False, widget=forms.HiddenInput)


class PrepareMatrixForm(FromDayForm):
    from_on = DateField(label="From this day", help_text="Tomorrow or later. Every line of today ends the day before")
    version = VersionField()


class VersionForm(GovukForm):
    """No question but the button."""

    version = VersionField()


class ReplayForm(GovukForm):
    first = DateField(label="First day", required=False, help_text="Leave empty to begin with the first approval")
    last = DateField(label="Last day", required=False, help_text="Leave empty to go up to now")


class NameDeputyForm(GovukForm):
    """Who stands in, when, and for what."""

    principal = SelectField(label="For which officer?", choices=officer_choices)
    deputy = SelectField(label="Who stands in?", choices=officer_choices)
    from_on = DateField(label="First day")
    to_on = DateField(label="Last day")
    decision_types = CheckboxesField(
        label="For which processes?", required=False, choices=process_titles, help_text="Choose none for all of them"
    )
    roles = CheckboxesField(label="In which roles?", required=False, help_text="Choose none for all of them")
    cost_centres = forms.CharField(
        label="For which cost centres?", required=False, max_length=200,
        help_text="Codes with commas between them. Leave empty for all",
    )  # fmt: skip
    max_amount = MoneyField(
        label="Up to which amount?", required=False,
        help_text="The deputy’s own limit holds in any case. Leave empty for no further limit",
    )  # fmt: skip

    def __init__(self, *args: Any, principal: OfficerCard | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if principal is not None:
            del self.fields["principal"]
            self.fields["deputy"].choices = officer_choices(besides=principal.pk)  # type: ignore[attr-defined]
            keys = [key for key in principal.roles if key in ROLES]
        else:
            keys = [role.key for role in ROLES.values() if role.pooled == current_council().is_shared_service]
        if keys:
            self.fields["roles"].choices = [(key, role_label(key)) for key in keys]  # type: ignore[attr-defined]
        else:
            del self.fields["roles"]
        self.fields["to_on"].earliest = timezone.localdate()  # type: ignore[attr-defined]

    def clean_cost_centres(self) -> list[str]:
        return [code.strip() for code in self.cleaned_data["cost_centres"].split(",") if code.strip()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("from_on"), cleaned.get("to_on")
        if first and last and last < first:
            self.add_error("to_on", "The last day must be the first day or later")
        return cleaned


class HigherLimitForm(GovukForm):
    amount = MoneyField(label="Up to which amount may the deputy decide?")
    version = VersionField()


def duty_choices() -> list[Any]:
    roles = [(f"role:{role.key}", f"Act as {role.label.lower()}") for role in ROLES.values() if not role.pooled]
    permissions = [(key, words[:1].upper() + words[1:]) for key, words in PERMISSIONS.items()]
    return [CHOOSE_ONE, ("Roles", roles), ("Permissions", permissions)]


class DutyRuleForm(GovukForm):
    sentence = forms.CharField(
        label="The rule in words", max_length=200, help_text="For example: whoever keeps suppliers may not order"
    )
    first = SelectField(label="Whoever may do this", choices=duty_choices)
    second = SelectField(label="May not do this as well", choices=duty_choices)
    scope = RadioField(
        label="When?",
        choices=[(DutyScope.ALWAYS, "Never both"), (DutyScope.SAME_CASE, "Not both in the same case")],
        hints={DutyScope.ALWAYS: "A role that would bring them together is refused"},
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("first") and cleaned.get("first") == cleaned.get("second"):
            self.add_error("second", "Choose two different duties")
        return cleaned


class ExceptionForm(GovukForm):
    until_on = DateField(label="Until which day?", help_text="A year ahead at most. The exception ends by itself")
    reason = TextAreaField(
        label="Why must this officer hold both, and how is the risk watched?", max_length=1000,
        help_text="Kept in your council’s own record",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until_on"].earliest = timezone.localdate()  # type: ignore[attr-defined]


def _rule_choices() -> list[tuple[str, str]]:
    rules = DutyRule.objects.for_this_room().in_force().filter(scope=DutyScope.ALWAYS)
    return [CHOOSE_ONE, *((str(rule.pk), rule.sentence) for rule in rules)]


class ChooseExceptionForm(GovukForm):
    """Which rule, and for whom."""

    card = SelectField(label="Which officer?", choices=officer_choices)
    rule = SelectField(label="From which rule?", choices=_rule_choices)
