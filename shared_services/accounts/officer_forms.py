"""Forms about an officer, filled in by an administrator."""

from __future__ import annotations

from typing import Any

from django import forms

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import PERMISSIONS, permissions_of, roles_for_room
from shared_services.govuk.forms import CheckboxesField, GovukForm, RadioField, VersionField
from shared_services.tenancy.door import current_council


class OfficerForm(GovukForm):
    work_name = forms.CharField(
        label="Full name", max_length=150, error_messages={"required": "Enter the officer’s full name"}
    )
    work_email = forms.EmailField(
        label="Work email address",
        help_text="The officer signs in with it.",
        error_messages={
            "required": "Enter the officer’s work email address",
            "invalid": "Enter an email address in the correct format, like name@example.gov.uk",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    job_title = forms.CharField(label="Job title", max_length=150, error_messages={"required": "Enter the job title"})


class AddOfficerForm(OfficerForm):
    roles = CheckboxesField(
        label="Roles", required=False, help_text="Every officer has an inbox and can ask for leave."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["roles"]
        field.choices, field.hints = _choices([])


class ChangeOfficerForm(OfficerForm):
    version = VersionField()


class GrantRoleForm(GovukForm):
    role = RadioField(label="Which role?", error_messages={"required": "Choose a role"})

    def __init__(self, *args: Any, card: OfficerCard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["role"]
        field.choices, field.hints = _choices(card.roles)


def _choices(held: list[str]) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """The room's roles that are not held, each with a line that says what it lets an officer do."""
    roles = [role for role in roles_for_room(pooled=current_council().is_shared_service) if role.key not in held]
    own = permissions_of(())
    hints = {}
    for role in roles:
        extra = [PERMISSIONS[name] for name in sorted(permissions_of((role.key,)) - own)]
        hints[role.key] = f"May {', '.join(extra[:4])}{' and more' if len(extra) > 4 else ''}"
    return [(role.key, role.label) for role in roles], hints
