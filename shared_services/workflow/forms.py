"""Forms of the task page and of the authority matrix."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from shared_services.access.permissions import ROLES
from shared_services.govuk.forms import (
    DateField,
    GovukForm,
    MoneyField,
    RadioField,
    SelectField,
    TextAreaField,
    VersionField,
)

from .choices import OUTCOMES_THAT_NEED_A_REASON, outcome_action
from .matrix import MOST_NEEDED
from .matrix_processes import matrix_processes as find_matrix_processes
from .rules import REASON_LENGTH
from .who import kind_choices

CHOOSE_ONE = ("", "Choose one")


def matrix_processes() -> list[tuple[str, str]]:
    return [CHOOSE_ONE, *find_matrix_processes()]


def approver_choices() -> list[Any]:
    """Roles of a council, and its posts."""
    roles = [(role.key, role.label) for role in ROLES.values() if not role.pooled]
    posts = kind_choices()
    return [CHOOSE_ONE, ("Roles", roles), *([("Posts", posts)] if posts else [])]


class DecisionForm(GovukForm):
    """Answer a task: one of its outcomes, and why."""

    outcome = RadioField(label="Your decision", choices=())
    note = TextAreaField(
        label="Reason", required=False, max_length=REASON_LENGTH,
        help_text="Needed when you reject or send back, so that the requester knows what to put right",
    )  # fmt: skip
    version = VersionField()

    def __init__(self, *args: Any, outcomes: list[str], joint: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        actions = [(outcome, outcome_action(outcome)) for outcome in outcomes]
        missing = {"required": "Choose your decision"}
        self.fields["outcome"] = RadioField(label="Your decision", choices=actions, error_messages=missing)
        if joint:
            self.fields["note"].help_text = "The shared service reads this reason. Needed when you reject"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("outcome") in OUTCOMES_THAT_NEED_A_REASON and not cleaned.get("note", "").strip():
            self.add_error("note", "Enter a reason, so that the requester knows what to put right")
        return cleaned


class RetryForm(GovukForm):
    """Have a stopped case tried again."""

    version = VersionField()


class AuthorityRuleForm(GovukForm):
    """A new line of the authority matrix."""

    decision_type = SelectField(label="Process", choices=matrix_processes)
    role = SelectField(label="Role or post that must approve", choices=approver_choices)
    needed = forms.IntegerField(
        label="How many different officers",
        required=False,
        min_value=1,
        max_value=MOST_NEEDED,
        initial=1,
        widget=forms.NumberInput(attrs={"class": "govuk-input--width-2"}),
        help_text="Leave empty for one. Above 1, so many holders of the role must approve",
    )
    amount_from = MoneyField(
        label="From this amount",
        help_text="0 for any amount",
        error_messages={"required": "Enter the amount from which the role must approve, 0 for any amount"},
    )
    amount_to = MoneyField(label="Up to, but not including", required=False, help_text="Leave empty for no upper limit")
    cost_centre = forms.CharField(
        label="Cost centre", required=False, max_length=40, help_text="Leave empty for every cost centre"
    )
    category_prefix = forms.CharField(
        label="Category", required=False, max_length=10, help_text="The first digits of a CPV code, like 45 for works"
    )
    sequence = forms.IntegerField(
        label="Place in the order", min_value=1, max_value=999, initial=10, help_text="Lower numbers approve first"
    )
    minute_reference = forms.CharField(
        label="Minute reference", required=False, max_length=120, help_text="The decision that this line rests on"
    )
    valid_from = DateField(label="From this date", help_text="Today or later: the past cannot be changed")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _not_in_the_past(self, "valid_from")


class EndRuleForm(GovukForm):
    """The last day on which a line of the matrix holds."""

    valid_to = DateField(
        label="Last day", help_text="Today or later: what was decided by this line stays explained by it"
    )
    version = VersionField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _not_in_the_past(self, "valid_to")


class WhoWouldApproveForm(GovukForm):
    """A purchase that somebody thinks of."""

    decision_type = SelectField(label="Process", choices=matrix_processes)
    amount = MoneyField(label="Amount")
    category = forms.CharField(
        label="Category", required=False, max_length=10, help_text="A CPV code, or its first digits"
    )
    cost_centre = forms.CharField(label="Cost centre", required=False, max_length=40)
    on = DateField(label="On this date", required=False, help_text="Leave empty for today")


def _not_in_the_past(form: GovukForm, name: str) -> None:
    field = form.fields[name]
    assert isinstance(field, DateField)
    field.earliest = timezone.localdate()
