"""Forms of what officers do with tasks and cases besides deciding."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.annexes.choices import ALLOWED_TYPES_TEXT
from shared_services.govuk.forms import (
    CheckboxesField,
    DateField,
    GovukForm,
    RadioField,
    SelectField,
    TextAreaField,
    VersionField,
)

from . import claims, going_back, holds, questions, remarks
from .casework import LONGEST_TIME


def _days(label: str, hint: str, *, required: bool = False) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=hint,
        required=required,
        min_value=1,
        max_value=LONGEST_TIME,
        widget=forms.NumberInput(attrs={"class": "govuk-input--width-3"}),
    )


class ClaimForm(GovukForm):
    """Nothing to fill in; the page's version tells whether somebody was quicker."""

    version = VersionField()
    take_over = forms.BooleanField(required=False, widget=forms.HiddenInput)


class VersionForm(GovukForm):
    version = VersionField()


class ForwardForm(GovukForm):
    """To whom a task is handed, and why."""

    to_card_id = RadioField(
        label="Who should decide?", choices=(), error_messages={"required": "Choose who should decide"}
    )
    note = TextAreaField(
        label="Why do you forward it?",
        error_messages={"required": "Say why you forward it"},
        max_length=claims.REASON_LENGTH,
        rows=3,
    )
    version = VersionField()

    def __init__(self, *args: Any, others: Iterable[OfficerCard], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_card_id"].choices = officers(others)  # type: ignore[attr-defined]


class QuestionForm(GovukForm):
    """Whom to ask, and what."""

    to_card_id = SelectField(label="Who can answer?", choices=())
    question = TextAreaField(
        label="Your question",
        max_length=questions.TEXT_LENGTH,
        help_text="Your question and the answer stay with the case, for everyone in this organisation who may see it",
    )

    def __init__(self, *args: Any, others: Iterable[OfficerCard], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_card_id"].choices = [("", "Choose one"), *officers(others)]  # type: ignore[attr-defined]


class AnswerForm(GovukForm):
    answer = TextAreaField(label="Your answer", max_length=questions.TEXT_LENGTH)
    version = VersionField()


class HoldForm(GovukForm):
    """Why a case has to wait, and until when."""

    reason = TextAreaField(
        label="Why does it have to wait?",
        error_messages={"required": "Say why it has to wait"},
        max_length=holds.REASON_LENGTH,
        rows=3,
    )
    until = DateField(
        label="When should it go on by itself?",
        required=False,
        help_text="Leave empty if somebody has to take it off hold. Due dates stand still until then",
    )
    version = VersionField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].earliest = timezone.localdate() + timedelta(days=1)  # type: ignore[attr-defined]


class ContinueForm(GovukForm):
    note = TextAreaField(
        label="Anything the others should know?", required=False, max_length=holds.REASON_LENGTH, rows=3
    )
    version = VersionField()


class RedoForm(GovukForm):
    """To which step a case goes back, and why."""

    step = RadioField(
        label="Which step should be done again?", choices=(), error_messages={"required": "Choose a step"}
    )
    reason = TextAreaField(
        label="Why does it go back?",
        error_messages={"required": "Say why it goes back"},
        max_length=going_back.REASON_LENGTH,
        rows=3,
    )
    version = VersionField()

    def __init__(self, *args: Any, steps: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["step"].choices = steps  # type: ignore[attr-defined]


class ReopenForm(GovukForm):
    reason = TextAreaField(
        label="Why is it opened again?",
        error_messages={"required": "Say why it is opened again"},
        max_length=going_back.REASON_LENGTH,
        rows=3,
    )
    version = VersionField()


class CommentForm(GovukForm):
    """A comment, whom it is for, and who reads it."""

    text = TextAreaField(label="Your comment", max_length=remarks.TEXT_LENGTH)
    mention_card_id = SelectField(
        label="Mention an officer", choices=(), required=False, help_text="Only officers who may see this case"
    )
    to_all_parties = CheckboxesField(
        label="Who can read it?",
        required=False,
        choices=[("yes", "Show it to every organisation with a part in this case")],
        help_text="Left empty, only officers of your own organisation who may see the case can read it",
    )

    def __init__(self, *args: Any, others: Iterable[OfficerCard], joint: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mention_card_id"].choices = [("", "Nobody"), *officers(others)]  # type: ignore[attr-defined]
        if not joint:
            del self.fields["to_all_parties"]


class FileForm(GovukForm):
    upload = forms.FileField(label="File", help_text=f"{ALLOWED_TYPES_TEXT}. It stays in your organisation")


class TimesForm(GovukForm):
    """A room's own times for its inbox, in working days."""

    claim_days = _days(
        "For how many working days does a claim hold?",
        "After that the task is back in everybody’s inbox",
        required=True,
    )
    remind_after = _days(
        "After how many working days is a task reminded of?",
        "And again each time as many have passed. Leave empty for never. A process may say otherwise",
    )
    escalate_after = _days(
        "After how many working days is a task passed up?",
        "Line managers are asked as well then. Leave empty for never. A process may say otherwise",
    )
    version = VersionField()


def officers(cards: Iterable[OfficerCard]) -> list[tuple[str, str]]:
    """Officers to choose from, by name and job title."""
    return [
        (str(card.pk), f"{card.work_name}, {card.job_title}" if card.job_title else card.work_name) for card in cards
    ]
