"""The questions of setting up."""

from __future__ import annotations

from typing import Any

from django import forms

from shared_services.govuk.forms import GovukForm, RadioField
from shared_services.tenancy.errors import NotAllowed

from .matrix_templates import TEMPLATES
from .networks import read_network


class TableForm(GovukForm):
    """A table as a CSV file."""

    table = forms.FileField(
        label="CSV file",
        help_text="Up to 2 MB and 5,000 rows. Everything is kept, or nothing when a row is wrong",
        error_messages={"required": "Choose the CSV file", "empty": "The file is empty. Choose another file"},
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )


class TemplateForm(GovukForm):
    key = RadioField(
        label="Which matrix do you want to start from?",
        choices=[(template.key, template.title) for template in TEMPLATES.values()],
        hints={template.key: template.about for template in TEMPLATES.values()},
        error_messages={"required": "Choose a template"},
    )


class NetworkForm(GovukForm):
    cidr = forms.CharField(label="Network", max_length=60, help_text="For example 203.0.113.0/24, or one address")
    label = forms.CharField(label="What it is", max_length=80, help_text="For example, Town hall")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cidr"].widget.attrs["autocomplete"] = "off"

    def clean_cidr(self) -> str:
        typed: str = self.cleaned_data["cidr"]
        try:
            read_network(typed)
        except NotAllowed as refusal:
            raise forms.ValidationError(refusal.message) from None
        return typed
