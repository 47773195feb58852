"""Form fields as GOV.UK asks questions: money, dates, yes or no, one of several, files."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from .widgets import CountedTextarea, DateInput, MoneyInput

CHOOSE = "Choose one"


class MoneyField(forms.DecimalField):
    """An amount in pounds. Takes 1250, 1,250.00 and £1,250."""

    widget = MoneyInput
    default_error_messages = {
        "invalid": "Enter the amount in pounds, like 125.50",
        "max_decimal_places": "Enter the amount with no more than 2 numbers after the point, like 125.50",
    }

    def __init__(self, *, min_value: Decimal | int | None = 0, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 14)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(min_value=min_value, **kwargs)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # DecimalField's own answer.
        if isinstance(value, str):
            value = re.sub(r"[£,\s]", "", value)
        return super().to_python(value)

    def clean(self, value: Any) -> Decimal | None:
        amount = super().clean(value)
        return amount.quantize(Decimal("0.01")) if amount is not None else None

    def prepare_value(self, value: Any) -> Any:
        return f"{value:.2f}" if isinstance(value, Decimal) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}


def _faults_of(label: Any) -> dict[str, str]:
    """What is said of a date: it names the question, as the list of errors at the top of a page has many."""
    name = f"“{label}”"
    filled_in = name.replace("%", "%%")
    return {
        "required": f"Enter the date for {name}",
        "incomplete": f"{filled_in} must include a %(missing)s",
        "invalid": f"Enter a real date for {name}, like 27 3 2027",
        "too_early": f"{filled_in} must be on or after %(limit)s",
        "too_late": f"{filled_in} must be on or before %(limit)s",
    }


class DateField(forms.Field):
    """A date in three boxes."""

    widget = DateInput
    default_error_messages = {
        "required": "Enter the date",
        "incomplete": "The date must include a %(missing)s",
        "invalid": "Enter a real date, like 27 3 2027",
        "too_early": "The date must be on or after %(limit)s",
        "too_late": "The date must be on or before %(limit)s",
    }

    def __init__(self, *, earliest: date | None = None, latest: date | None = None, **kwargs: Any) -> None:
        self.earliest, self.latest = earliest, latest
        super().__init__(**kwargs)
        if self.label:
            self.error_messages |= _faults_of(self.label) | (kwargs.get("error_messages") or {})

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, date):
            return value
        if isinstance(value, str):
            try:
                return date.fromisoformat(value)
            except ValueError:
                raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        missing = [part for part in ("day", "month", "year") if not value.get(part)]
        if missing:
            raise ValidationError(
                self.error_messages["incomplete"], code="incomplete", params={"missing": " and ".join(missing)}
            )
        try:
            year = int(value["year"])
            # Two figures would be read as the first century.
            if year < 1000:
                raise ValueError
            return date(year, int(value["month"]), int(value["day"]))
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value is None:
            return
        if self.earliest and value < self.earliest:
            raise ValidationError(
                self.error_messages["too_early"], code="too_early", params={"limit": _spoken(self.earliest)}
            )
        if self.latest and value > self.latest:
            raise ValidationError(
                self.error_messages["too_late"], code="too_late", params={"limit": _spoken(self.latest)}
            )

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class RadioField(forms.ChoiceField):
    """One of a few answers, all of them in sight. `hints` maps a value to a line under its answer."""

    widget = forms.RadioSelect

    def __init__(self, *, hints: dict[str, str] | None = None, inline: bool = False, **kwargs: Any) -> None:
        self.hints = hints or {}
        self.inline = inline
        super().__init__(**kwargs)


class YesNoField(RadioField):
    """A question answered with yes or no; the answer is a bool."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("inline", True)
        kwargs.setdefault("choices", [("yes", "Yes"), ("no", "No")])
        super().__init__(**kwargs)

    def clean(self, value: Any) -> bool | None:
        answer = super().clean(value)
        return None if answer == "" else answer == "yes"

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


class CheckboxesField(forms.MultipleChoiceField):
    """Any number of a few answers."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, hints: dict[str, str] | None = None, **kwargs: Any) -> None:
        self.hints = hints or {}
        super().__init__(**kwargs)


class SelectField(forms.ChoiceField):
    """One of many answers, in a list that opens. Starts on "Choose one" so that nobody sends the first by accident."""

    def __init__(self, *, choices: Any = (), empty_label: str | None = CHOOSE, **kwargs: Any) -> None:
        if empty_label is not None and not callable(choices):
            choices = [("", empty_label), *choices]
        super().__init__(choices=choices, **kwargs)


class TextAreaField(forms.CharField):
    """Several lines of text, with a count of the characters left when there is a limit."""

    widget = CountedTextarea

    def __init__(self, *, rows: int = 5, **kwargs: Any) -> None:
        kwargs.setdefault("widget", CountedTextarea(rows=rows))
        super().__init__(**kwargs)


class VersionField(forms.IntegerField):
    """The version of the record that the officer was looking at, carried hidden (optimistic locking)."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)


def _spoken(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
