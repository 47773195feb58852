"""The questions of the leave and employment pages."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from councils.organisation.selectors import officer_choices, post_choices
from shared_services.govuk.forms import (
    DateField,
    GovukForm,
    RadioField,
    SelectField,
    TextAreaField,
    VersionField,
    YesNoField,
)

from .leave_hours import LeaveYear
from .models import Employment, LeaveScheme, LeaveType, WorkingPattern

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _offer(form: forms.Form, name: str, choices: Sequence[tuple[str, str]]) -> None:
    """Fill a list that is read from the room when the form is made."""
    cast(forms.ChoiceField, form.fields[name]).choices = choices


class LeaveForm(GovukForm):
    """When, and what kind of leave."""

    employment = RadioField(label="Which job is this for?")
    leave_type = RadioField(label="Type of leave")
    first_on = DateField(label="First day of leave", error_messages={"required": "Enter the first day of leave"})
    starts_at_midday = forms.BooleanField(label="My leave starts at midday on the first day", required=False)
    last_on = DateField(
        label="Last day of leave",
        help_text="The same as the first day for one day of leave",
        error_messages={"required": "Enter the last day of leave"},
    )
    ends_at_midday = forms.BooleanField(label="My leave ends at midday on the last day", required=False)
    note = TextAreaField(label="Note for your manager", required=False, max_length=500, rows=3)
    version = VersionField()

    def __init__(self, *args: Any, employments: Sequence[Employment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.employments = {str(one.pk): one for one in employments}
        self.types = {str(one.pk): one for one in LeaveType.objects.filter(active=True)}
        _offer(self, "leave_type", [(key, one.name) for key, one in self.types.items()])
        if len(self.employments) == 1:
            # One job: nothing to choose, so nothing to ask.
            del self.fields["employment"]
        else:
            _offer(
                self, "employment", [(key, f"{one.post.title} ({one.number})") for key, one in self.employments.items()]
            )

    def clean_leave_type(self) -> LeaveType:
        return self.types[self.cleaned_data["leave_type"]]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first_on, last_on = data.get("first_on"), data.get("last_on")
        if first_on and last_on and last_on < first_on:
            self.add_error("last_on", "The last day must be the same as or after the first day")
        chosen = data.get("employment")
        if chosen:
            data["employment"] = self.employments[chosen]
        elif len(self.employments) == 1:
            data["employment"] = next(iter(self.employments.values()))
        return data


class WithdrawLeaveForm(GovukForm):
    note = TextAreaField(label="Reason", required=False, max_length=500, rows=3)
    version = VersionField()


class CancelLeaveForm(GovukForm):
    reason = TextAreaField(label="Reason", required=False, max_length=500, rows=3)
    version = VersionField()


def _hours_field(day: str) -> forms.DecimalField:
    return forms.DecimalField(
        label=day.capitalize(),
        required=False,
        min_value=0,
        max_value=24,
        max_digits=4,
        decimal_places=2,
        widget=forms.TextInput({"inputmode": "decimal", "class": "govuk-input--width-4"}),
    )


class WeeksForm(GovukForm):
    """Hours of each weekday, in a cycle of one week or two; the template draws each week as a row."""

    mark_optional = False

    two_weeks = YesNoField(
        label="Do the hours alternate between two weeks?", help_text="If not, leave week two empty", initial=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in (1, 2):
            for day in WEEKDAYS:
                self.fields[f"{day}_{number}"] = _hours_field(day)

    @property
    def weeks(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The rows of weekdays with their headings."""
        return [
            (f"Hours in week {word}", [self[f"{day}_{number}"] for day in WEEKDAYS])
            for number, word in ((1, "one"), (2, "two"))
        ]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        in_weeks = {f"{day}_{number}" for day in WEEKDAYS for number in (1, 2)}
        return [bound for bound in self.visible_fields() if bound.name not in in_weeks]

    @staticmethod
    def initial_of(pattern: WorkingPattern | None) -> dict[str, Any]:
        """The form's answers for a pattern; without one, a full-time week of 7.4 hours a day."""
        if pattern is None:
            week_one: Sequence[Decimal] = [Decimal("7.40")] * 5 + [Decimal(0)] * 2
            week_two: Sequence[Decimal] | None = None
        else:
            week_one, week_two = pattern.week_one, pattern.week_two
        initial: dict[str, Any] = {"two_weeks": "yes" if week_two else "no"}
        for number, week in ((1, week_one), (2, week_two)):
            if week:
                initial |= {f"{day}_{number}": hours for day, hours in zip(WEEKDAYS, week, strict=True)}
        return initial

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        weeks = {
            number: [data.pop(f"{day}_{number}", None) or Decimal("0.00") for day in WEEKDAYS] for number in (1, 2)
        }
        if not self.errors and not any(weeks[1]):
            self.add_error("monday_1", "Enter the hours of at least one day of week one")
        data["week_one"] = weeks[1]
        data["week_two"] = weeks[2] if data.pop("two_weeks", False) else None
        return data


def scheme_choices() -> list[tuple[str, str]]:
    return [(str(one.pk), one.name) for one in LeaveScheme.objects.filter(active=True)]


class EmploymentTerms(GovukForm):
    """The post, scheme and service date of an employment."""

    post_id = SelectField(label="Post")
    scheme = SelectField(label="Leave scheme")
    continuous_service_on = DateField(
        label="Continuous local government service since",
        help_text="Often earlier than the first day, if the officer came from another council",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "post_id", [("", "Choose one"), *post_choices()])
        _offer(self, "scheme", [("", "Choose one"), *scheme_choices()])

    def clean_post_id(self) -> UUID:
        return UUID(self.cleaned_data["post_id"])

    def clean_scheme(self) -> LeaveScheme:
        return LeaveScheme.objects.get(pk=self.cleaned_data["scheme"])


class EmploymentForm(EmploymentTerms):
    version = VersionField()


class NewEmploymentForm(EmploymentTerms, WeeksForm):
    number = forms.CharField(label="Employment number", max_length=12)
    card_id = SelectField(label="Officer")
    start_on = DateField(label="First day")

    field_order = ["number", "card_id", "post_id", "start_on", "continuous_service_on", "scheme", "two_weeks"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "card_id", [("", "Choose one"), *officer_choices()])
        self.fields["continuous_service_on"].required = False
        self.fields["continuous_service_on"].help_text = "Leave empty if it began on the first day"

    def clean_number(self) -> str:
        return self.cleaned_data["number"].strip().upper()

    def clean_card_id(self) -> UUID:
        return UUID(self.cleaned_data["card_id"])


class WorkingPatternForm(WeeksForm):
    from_on = DateField(label="These hours apply from")
    version = VersionField()

    field_order = ["from_on", "two_weeks"]


class EndEmploymentForm(GovukForm):
    end_on = DateField(label="Last day of employment")
    version = VersionField()


class AdjustLeaveForm(GovukForm):
    """Hours to add or take away, and why."""

    leave_type = SelectField(label="Type of leave")
    leave_year_on = SelectField(label="Leave year")
    hours = forms.DecimalField(
        max_digits=6,
        decimal_places=2,
        help_text="Hours to add, or a minus sign and the hours to take away, for example -7.4",
        widget=forms.TextInput({"class": "govuk-input--width-5"}),
    )
    reason = TextAreaField(max_length=200, rows=3, help_text="The officer and the auditor can read it")

    def __init__(self, *args: Any, years: Sequence[LeaveYear], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.types = {str(one.pk): one for one in LeaveType.objects.filter(active=True, uses_balance=True)}
        self.years = {year.first_on.isoformat(): year.first_on for year in years}
        _offer(self, "leave_type", [(key, one.name) for key, one in self.types.items()])
        _offer(self, "leave_year_on", [(year.first_on.isoformat(), str(year)) for year in years])

    def clean_leave_type(self) -> LeaveType:
        return self.types[self.cleaned_data["leave_type"]]

    def clean_leave_year_on(self) -> Any:
        return self.years[self.cleaned_data["leave_year_on"]]

    def clean_hours(self) -> Decimal:
        hours = self.cleaned_data["hours"]
        if not hours:
            raise ValidationError("Enter hours other than 0")
        return hours


class BandForm(GovukForm):
    """One line of a scheme: days of leave from a number of years' service."""

    from_years = forms.IntegerField(label="From years of service", min_value=0, max_value=50)
    days = forms.DecimalField(label="Days a year", min_value=0, max_value=60, max_digits=4, decimal_places=1)


class SchemeForm(GovukForm):
    """The numbers of a leave scheme."""

    name = forms.CharField(max_length=80)
    extra_statutory_days = forms.DecimalField(label="Extra statutory days", min_value=0, max_digits=4, decimal_places=1)
    hours_a_day = forms.DecimalField(label="Hours a day", min_value=1, max_value=24, max_digits=4, decimal_places=2)
    full_time_hours = forms.DecimalField(
        label="Hours in a full-time week", min_value=1, max_value=48, max_digits=4, decimal_places=2
    )
    bank_holiday_days = forms.DecimalField(
        label="Bank holidays a year",
        required=False,
        min_value=0,
        max_digits=4,
        decimal_places=1,
        help_text="Leave empty to count those in each leave year: a year from 1 April has 6 to 10, as Easter moves",
    )
    carry_over_limit_days = forms.DecimalField(
        label="Days that may be carried over", min_value=0, max_digits=4, decimal_places=1
    )
    version = VersionField()
