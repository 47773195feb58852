"""The questions of joining."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from shared_services.govuk.forms import (
    CheckboxesField,
    GovukForm,
    RadioField,
    SelectField,
    TextAreaField,
    VersionField,
)
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import RegisteredCouncil

from . import rules
from .choices import Admission, NamedRole, Service, Voice
from .rules import Person

COLOURS = [
    ("#1d4f91", "Blue"),
    ("#0b6e4f", "Green"),
    ("#8f1d3f", "Claret"),
    ("#5b2a86", "Purple"),
    ("#0b5563", "Teal"),
    ("#7a3b00", "Brown"),
    ("#383f43", "Slate"),
    ("#a3123a", "Red"),
]
DIVISIONS = [
    ("england-and-wales", "England and Wales"),
    ("scotland", "Scotland"),
    ("northern-ireland", "Northern Ireland"),
]
ROLE_HINTS = {
    NamedRole.SPONSOR: "The senior officer who answers for joining. Signs the partnership agreement",
    NamedRole.SECTION_151: (
        "The chief finance officer, under section 151 of the Local Government Act 1972 or its equivalent. "
        "Signs the partnership agreement"
    ),
    NamedRole.MONITORING: "Under section 5 of the Local Government and Housing Act 1989. Signs the data sharing agreement",
    NamedRole.DATA_PROTECTION: "Signs the data sharing agreement, to record that advice was given",
    NamedRole.ADMINISTRATOR: "Sets the portal up and adds the officers. Gets a link to do so when it is open",
}


class NameField(forms.CharField):
    """An officer's name, which is written into mails to others."""

    def clean(self, value: Any) -> str:
        cleaned: str = super().clean(value)
        if cleaned:
            try:
                rules.check_name(cleaned)
            except NotAllowed as refusal:
                raise ValidationError(refusal.message) from None
        return cleaned


class StartForm(GovukForm):
    """Which council, and who is applying for it."""

    council = SelectField(label="Your council", help_text="Every principal council of the United Kingdom is listed")
    work_name = NameField(label="Your full name")
    work_email = forms.EmailField(
        label="Your work email address", help_text="It must be at your council’s own domain. We send a link to it"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        councils = RegisteredCouncil.objects.order_by("name").values_list("gss_code", "name")
        cast(forms.ChoiceField, self.fields["council"]).choices = [("", "Choose one"), *councils]

    def clean_council(self) -> RegisteredCouncil:
        return RegisteredCouncil.objects.get(pk=self.cleaned_data["council"])


class ComeBackForm(GovukForm):
    work_email = forms.EmailField(label="Your work email address")


class PeopleForm(GovukForm):
    """A name and an address for each role."""

    version = VersionField()

    def __init__(self, *args: Any, registered: RegisteredCouncil, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.registered = registered
        for role in NamedRole:
            self.fields[f"{role}_name"] = NameField(label=f"{role.label}: full name", help_text=ROLE_HINTS[role])
            self.fields[f"{role}_email"] = forms.EmailField(label=f"{role.label}: work email address")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        people = {
            role.value: Person(cleaned[f"{role}_name"], cleaned[f"{role}_email"])
            for role in NamedRole
            if cleaned.get(f"{role}_name") and cleaned.get(f"{role}_email")
        }
        for role, reason in rules.check_people(self.registered, people).items():
            self.add_error(f"{role}_email", reason)
        return {"version": cleaned.get("version"), "people": people}


class SignatoryForm(GovukForm):
    """Another officer in one role."""

    work_name = NameField(label="Full name")
    work_email = forms.EmailField(label="Work email address")


class ServicesForm(GovukForm):
    services = CheckboxesField(
        label="Which services does your council want to share?",
        choices=Service.choices,
        hints={
            Service.PROCUREMENT: "Requisitions, orders, joint purchases, spending compared with the partners",
            Service.HR: "Leave, employments, the organisation and its posts",
        },
        error_messages={"required": "Choose at least one service"},
    )
    version = VersionField()


class PortalForm(GovukForm):
    """How the council's own portal is called and looks, and which calendar it keeps."""

    display_name = forms.CharField(label="Name of the council on its pages", max_length=120)
    short_name = forms.CharField(label="Short name", max_length=80, help_text="For example, Wigan")
    slug = forms.CharField(
        label="Web name", max_length=40, help_text="The first part of the portal’s web address, for example wigan"
    )
    colour = RadioField(label="Colour of the header", choices=COLOURS)
    contact_email = forms.EmailField(
        label="Contact for officers’ questions", help_text="An address at your council’s domain, shown on its help page"
    )
    bank_holiday_division = RadioField(label="Bank holidays of", choices=DIVISIONS)
    leave_year_start_month = RadioField(
        label="Leave year starts on",
        choices=[("4", "1 April"), ("1", "1 January")],
        help_text="It can be changed to another day later. The financial year is 1 April to 31 March, as the law has it",
    )
    version = VersionField()

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"].strip().lower()
        if slug != slugify(slug) or not slug[:1].isalpha():
            raise ValidationError("Use small letters, numbers and hyphens, beginning with a letter, like east-riding")
        return slug

    def clean_leave_year_start_month(self) -> int:
        return int(self.cleaned_data["leave_year_start_month"])


class CheckForm(GovukForm):
    agreed = forms.BooleanField(
        label="The officers named here know that they are named and will be sent links",
        error_messages={"required": "Confirm that the officers know, before they are sent links"},
    )
    version = VersionField()


class SignForm(GovukForm):
    """The officer's own words that he has read and signs."""

    read = forms.BooleanField(
        label="I have read the whole text and the terms, and I sign for the council in this role",
        error_messages={"required": "Confirm that you have read the text and the terms"},
    )
    work_name = forms.CharField(
        label="Your full name", max_length=150, help_text="Typing it is your signature. It is kept with the text"
    )
    digests = forms.CharField(widget=forms.HiddenInput, max_length=500)

    def clean_digests(self) -> list[str]:
        return self.cleaned_data["digests"].split()


class CompareForm(GovukForm):
    """The published spend file of a council that is thinking of joining."""

    spend = forms.FileField(
        label="Your council’s published spend file",
        help_text="CSV, up to 100 MB. It is added up while it arrives and never stored",
        error_messages={
            "required": "Choose the CSV file that your council publishes",
            "empty": "The file is empty. Choose the CSV file that your council publishes",
        },
    )

    def clean_spend(self) -> Any:
        sent = self.cleaned_data["spend"]
        if sent.fault:
            raise ValidationError(sent.fault)
        return sent.reading


class AdmissionForm(GovukForm):
    admission = RadioField(label="Which councils are admitted?", choices=Admission.choices)
    days_to_vote = forms.IntegerField(
        label="Days to vote", min_value=1, max_value=90, help_text="Who has not voted by then does not count"
    )
    version = VersionField()


class VoteForm(GovukForm):
    voice = RadioField(label="Your council’s vote", choices=Voice.choices)
    reason = TextAreaField(
        label="Reason",
        required=False,
        max_length=500,
        help_text="Needed when you vote against. The applicant is told it",
    )


class ShareSuppliersForm(GovukForm):
    digest = forms.CharField(widget=forms.HiddenInput)
