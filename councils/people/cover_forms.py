"""Who stands in for an approver during his leave."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from councils.organisation.selectors import officer_choices
from shared_services.govuk.forms import GovukForm, SelectField, TextAreaField, VersionField


class CoverForm(GovukForm):
    deputy = SelectField(label="Who stands in on these days?", required=False)
    reason = TextAreaField(
        label="Or why need nobody stand in?", required=False, max_length=500, rows=3,
        help_text="For example: two other officers hold the same role",
    )  # fmt: skip
    version = VersionField()

    def __init__(self, *args: Any, besides: set[UUID], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(key, label) for key, label in officer_choices() if UUID(key) not in besides]
        self.fields["deputy"].choices = [("", "Nobody"), *choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and bool(cleaned.get("deputy")) == bool((cleaned.get("reason") or "").strip()):
            self.add_error("deputy", "Choose who stands in, or say why nobody need. Not both")
        return cleaned
