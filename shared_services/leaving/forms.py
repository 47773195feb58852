"""What the second officer answers when a colleague asks for an exit pack."""

from __future__ import annotations

from shared_services.govuk.fields import TextAreaField, YesNoField
from shared_services.govuk.forms import GovukForm


class AnswerForm(GovukForm):
    mark_optional = False
    """The label says when the reason is asked for."""

    agreed = YesNoField(
        label="Do you agree that everything is taken away as a file?", inline=False,
        choices=[("yes", "Yes, I agree"), ("no", "No, I refuse")],
        error_messages={"required": "Choose whether you agree"},
    )  # fmt: skip
    reason = TextAreaField(
        label="Reason, if you refuse", required=False, max_length=500, help_text="Whoever asked reads it"
    )
