"""Forms about one's own account."""

from __future__ import annotations

from typing import Any

from django import forms

from shared_services.access.models import OfficerCard
from shared_services.api.scopes import scope_choices
from shared_services.govuk.forms import CheckboxesField, GovukForm, RadioField

LIFETIMES = [("30", "30 days"), ("90", "90 days"), ("180", "180 days"), ("365", "1 year")]


class SignOutEverywhereForm(GovukForm):
    with_tokens = forms.BooleanField(required=False, label="Also revoke my API tokens")


class CreateTokenForm(GovukForm):
    name = forms.CharField(
        label="Name",
        max_length=100,
        help_text="What the token is for, like “Budget spreadsheet”",
        error_messages={"required": "Enter a name for the token"},
    )
    scopes = CheckboxesField(
        label="What may it be used for?",
        help_text="It can never do more than you can.",
        error_messages={"required": "Choose at least one thing that the token may be used for"},
    )
    days = RadioField(
        label="When does it expire?", choices=LIFETIMES, error_messages={"required": "Choose when the token expires"}
    )

    def __init__(self, *args: Any, card: OfficerCard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scopes: Any = self.fields["scopes"]
        scopes.choices = scope_choices(card)

    def clean_days(self) -> int:
        return int(self.cleaned_data["days"])
