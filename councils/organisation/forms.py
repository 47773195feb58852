"""The questions of the organisation's pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate

from shared_services.govuk.forms import (
    DateField,
    GovukForm,
    RadioField,
    SelectField,
    TextAreaField,
    VersionField,
    YesNoField,
)

from .choices import BudgetCheckMode, Division
from .models import Department, Post
from .selectors import department_choices, officer_choices, post_choices

NONE = "none"


def _offer(form: forms.Form, name: str, choices: Sequence[tuple[str, str]]) -> None:
    """Fill a list that is read from the room when the form is made."""
    cast(forms.ChoiceField, form.fields[name]).choices = choices


class DepartmentNames(GovukForm):
    """A department's code and name."""

    code = forms.CharField(max_length=12, help_text="Short and unique, for example ASC or HWY")
    name = forms.CharField(max_length=120)

    def clean_code(self) -> str:
        return self.cleaned_data["code"].strip().upper()


class DepartmentForm(DepartmentNames):
    version = VersionField()


class ParentMixin(forms.Form):
    """The department above, or the top of the tree."""

    parent = SelectField(label="Department above", help_text="Choose “Top of the council” for a directorate")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = department_choices()
        _offer(self, "parent", [("", "Choose one"), (NONE, "Top of the council"), *choices])

    def clean_parent(self) -> Department | None:
        chosen = self.cleaned_data["parent"]
        return None if chosen == NONE else Department.objects.get(pk=chosen)


class NewDepartmentForm(ParentMixin, DepartmentNames):
    field_order = ["code", "name", "parent"]


class MoveDepartmentForm(ParentMixin, GovukForm):
    version = VersionField()


class DepartmentLeadsForm(GovukForm):
    """The posts that answer for a department."""

    head_post = SelectField(
        label="Head of service", required=False, help_text="Leave empty to use the head of the department above"
    )
    director_post = SelectField(
        label="Director", required=False, help_text="Leave empty to use the director of the department above"
    )
    version = VersionField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "None of its own"), *post_choices()]
        _offer(self, "head_post", choices)
        _offer(self, "director_post", choices)

    def _post(self, name: str) -> Post | None:
        chosen = self.cleaned_data[name]
        return Post.objects.get(pk=chosen) if chosen else None

    def clean_head_post(self) -> Post | None:
        return self._post("head_post")

    def clean_director_post(self) -> Post | None:
        return self._post("director_post")


class PostPlace(GovukForm):
    """A post's title, place and grade."""

    title = forms.CharField(max_length=120)
    department = SelectField()
    reports_to = SelectField(
        label="Reports to", required=False, help_text="The post that manages this one. Empty for the chief executive"
    )
    grade = forms.CharField(max_length=20, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "department", [("", "Choose one"), *department_choices()])
        _offer(self, "reports_to", [("", "Nobody"), *post_choices()])

    def clean_department(self) -> Department:
        return Department.objects.get(pk=self.cleaned_data["department"])

    def clean_reports_to(self) -> Post | None:
        chosen = self.cleaned_data["reports_to"]
        return Post.objects.get(pk=chosen) if chosen else None


class PostForm(PostPlace):
    version = VersionField()


class NewPostForm(PostPlace):
    number = forms.CharField(label="Post number", max_length=12)

    field_order = ["number", "title", "department", "reports_to", "grade"]

    def clean_number(self) -> str:
        return self.cleaned_data["number"].strip().upper()


class AppointForm(GovukForm):
    """Who takes a post, and from when."""

    card_id = SelectField(label="Officer")
    from_on = DateField(label="First day in the post")
    acting = YesNoField(label="Is this an acting appointment?", initial=False)
    version = VersionField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "card_id", [("", "Choose one"), *officer_choices()])

    def clean_card_id(self) -> UUID:
        return UUID(self.cleaned_data["card_id"])


class VacateForm(GovukForm):
    """The holder's last day."""

    to_on = DateField(label="Last day in the post")
    version = VersionField()


class ClosePostForm(GovukForm):
    version = VersionField()


class SettingsForm(GovukForm):
    """The council's own choices."""

    leave_year_start_day = forms.IntegerField(label="Leave year starts on day", min_value=1, max_value=28)
    leave_year_start_month = forms.TypedChoiceField(
        label="Leave year starts in",
        coerce=int,
        choices=[(month, f"{date(2000, month, 1):%B}") for month in range(1, 13)],
    )
    bank_holiday_division = RadioField(label="Bank holidays of", choices=Division.choices)
    full_time_hours = forms.DecimalField(
        label="Hours in a full-time week", max_digits=4, decimal_places=2, min_value=1, max_value=48
    )
    joint_buying_categories = TextAreaField(
        label="Categories for joint buying",
        required=False,
        rows=4,
        help_text="Starts of CPV codes, one on each line, for example 30192 for office supplies",
    )
    contact_email = forms.EmailField(
        label="Contact for officers’ questions", required=False, help_text="Shown on the help page"
    )
    version = VersionField()

    def clean_joint_buying_categories(self) -> list[str]:
        starts = self.cleaned_data["joint_buying_categories"].replace(",", " ").split()
        wrong = [start for start in starts if not (start.isdigit() and 2 <= len(start) <= 8)]
        if wrong:
            raise ValidationError(f"{wrong[0]} is not the start of a CPV code. Enter 2 to 8 numbers, like 30192")
        return sorted(set(starts))


class BudgetCheckForm(GovukForm):
    """What the section 151 officer decides."""

    budget_check_mode = RadioField(
        label="When a budget is not enough",
        choices=BudgetCheckMode.choices,
        help_text="This is checked when a requisition is submitted. An order never spends more than there is.",
    )
    version = VersionField()


class ClosureDayForm(GovukForm):
    """A day on which the council is closed."""

    on = DateField(label="Day")
    title = forms.CharField(label="What it is called", max_length=80, help_text="For example, Christmas closure")

    def clean_on(self) -> date:
        on = self.cleaned_data["on"]
        if on < localdate():
            raise ValidationError("Enter today or a later day")
        return on
