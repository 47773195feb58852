"""Questions of the pages on operations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from shared_services.govuk.forms import DateField, GovukForm, RadioField, SelectField, TextAreaField, YesNoField
from shared_services.joining.forms import COLOURS

from .choices import MOST_HOURS
from .rules import LONGEST_NOTICE


class ReasonForm(GovukForm):
    """Why: the council reads it."""

    reason = TextAreaField(label="Reason", max_length=500, help_text="The council reads it. Name no person and no case")


class ConfirmedForm(ReasonForm):
    """Why, and which council's room it is, typed."""

    confirmation = forms.CharField(
        label="Type the council’s web name to confirm", max_length=40,
        error_messages={"required": "Type the council’s web name to confirm"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "govuk-input--width-20"}),
    )  # fmt: skip

    def __init__(self, *args: Any, slug: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["confirmation"].help_text = f"For this council it is {slug}"
        self.order_fields([name for name in self.fields if name != "confirmation"] + ["confirmation"])


class RestoreForm(ConfirmedForm):
    backup = SelectField(label="Backup")

    def __init__(self, *args: Any, backups: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["backup"].choices = [("", "Choose one"), *backups]  # type: ignore[attr-defined]
        self.order_fields(["backup", "reason", "confirmation"])


class RenameForm(ConfirmedForm):
    name = forms.CharField(label="Name", max_length=120)
    short_name = forms.CharField(label="Short name", max_length=80)
    slug = forms.SlugField(
        label="Web name",
        max_length=40,
        help_text="The first part of the portal’s address: small letters, figures, hyphens",
    )
    colour = RadioField(label="Colour", choices=COLOURS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colour = self.initial.get("colour")
        if colour and colour not in dict(COLOURS):
            self.fields["colour"].choices = [*COLOURS, (colour, "As it is")]  # type: ignore[attr-defined]
        self.order_fields(["gss_code", "name", "short_name", "slug", "colour", "reason", "confirmation"])


class SucceedForm(RenameForm):
    gss_code = forms.CharField(
        label="GSS code of the council that it goes on as", max_length=9,
        help_text="From the register, such as E06000065. The register must name it as the successor",
    )  # fmt: skip


class MergerForm(ConfirmedForm):
    predecessor = SelectField(label="Council whose records are taken over")

    def __init__(self, *args: Any, predecessors: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["predecessor"].choices = [("", "Choose one"), *predecessors]  # type: ignore[attr-defined]
        self.order_fields(["predecessor", "reason", "confirmation"])


class AccessForm(ReasonForm):
    hours = forms.IntegerField(
        label="For how many hours?", min_value=1, max_value=MOST_HOURS, initial=2, help_text=f"From 1 to {MOST_HOURS}",
        widget=forms.NumberInput(attrs={"class": "govuk-input--width-2", "inputmode": "numeric"}),
    )  # fmt: skip


class AnswerForm(GovukForm):
    mark_optional = False
    """The label says when the reason is asked for."""

    agreed = YesNoField(
        label="Does your council agree?", inline=False, choices=[("yes", "Yes, we agree"), ("no", "No, we refuse")]
    )
    reason = TextAreaField(
        label="Reason, if you refuse", required=False, max_length=500, help_text="The platform’s team reads it"
    )
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)


class NoticeForm(GovukForm):
    leaves_on = DateField(
        label="Day on which the council leaves",
        help_text="The first day on which nobody works in the portal, for example 1 4 2028",
    )
    reason = TextAreaField(label="Reason", required=False, max_length=1000, help_text="The partners read it")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        day = self.fields["leaves_on"]
        day.earliest = timezone.localdate() + timedelta(days=1)  # type: ignore[attr-defined]
        day.latest = timezone.localdate() + LONGEST_NOTICE  # type: ignore[attr-defined]
