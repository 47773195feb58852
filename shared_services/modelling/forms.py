"""Forms of the pages on which processes are begun, tested, published and voted on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from shared_services.govuk.forms import CheckboxesField, GovukForm, RadioField, TextAreaField, VersionField, YesNoField
from shared_services.tenancy.errors import NotAllowed

from .drawings import check_drawing, check_table_file
from .services import MOST_TABLES
from .voting import LONGEST_REASON

LARGEST_FILE = 1024 * 1024


class StartDraftForm(GovukForm):
    """The name of a new process."""

    title = forms.CharField(
        label="Name of the process", max_length=200, help_text="As officers call it, like “Taxi licence”",
        error_messages={"required": "Enter the name of the process"},
    )  # fmt: skip


class _Files(forms.FileField):
    """Any number of files."""

    widget = forms.FileInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=_ManyFiles(), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list) else [data] if data else []
        if len(files) > MOST_TABLES:
            raise ValidationError(f"Choose {MOST_TABLES} decision files at most")
        return [super(_Files, self).clean(one, initial) for one in files]


class _ManyFiles(forms.FileInput):
    allow_multiple_selected = True


class ImportForm(GovukForm):
    """A drawing and its decision tables, from this portal or any other BPMN and DMN tool."""

    bpmn = forms.FileField(
        label="BPMN file", help_text="The drawing, with one executable process",
        error_messages={"required": "Choose the BPMN file"},
    )  # fmt: skip
    dmn = _Files(label="DMN files", required=False, help_text="The decision tables that the drawing uses")

    def clean_bpmn(self) -> str:
        text = read_text(self.cleaned_data["bpmn"])
        _refused_as_error(check_drawing, text)
        return text

    def clean_dmn(self) -> list[str]:
        texts = []
        for file in self.cleaned_data["dmn"]:
            text = read_text(file)
            _refused_as_error(check_table_file, text, f"“{file.name}”")
            texts.append(text)
        return texts


class ReplaceFilesForm(ImportForm):
    """Files that take the place of those in a draft; what is not chosen stays."""

    version = VersionField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bpmn"].required = False
        self.fields["dmn"].help_text = "All that are chosen take the place of all that the draft has"

    def clean_bpmn(self) -> str | None:  # type: ignore[override]
        return super().clean_bpmn() if self.cleaned_data.get("bpmn") else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("bpmn") and not cleaned.get("dmn"):
            self.add_error("bpmn", "Choose a BPMN file, DMN files or both")
        return cleaned


def read_text(file: Any) -> str:
    """An uploaded file as text. Raises ValidationError for one that is too large or not UTF-8."""
    if file.size > LARGEST_FILE:
        raise ValidationError(f"The file must be smaller than {LARGEST_FILE // 1024} KB")
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValidationError("The file is not text in UTF-8. Save it again as XML in UTF-8") from None
    return str(text)


def _refused_as_error(check: Any, *args: Any) -> None:
    try:
        check(*args)
    except NotAllowed as refusal:
        raise ValidationError(refusal.message) from refusal


class VersionedForm(GovukForm):
    """A plain confirmation of the draft that the officer looked at."""

    version = VersionField()


class PublishForm(VersionedForm):
    """Publishing, or asking for it; warnings are read first."""

    seen = CheckboxesField(
        label="Warnings", choices=[("yes", "I have read the warnings and they are as they should be")],
        error_messages={"required": "Say that you have read the warnings"},
    )  # fmt: skip

    def __init__(self, *args: Any, warned: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not warned:
            del self.fields["seen"]


class VoteForm(GovukForm):
    """A council's answer to a proposal."""

    in_favour = YesNoField(
        label="Does your council agree to this change?", error_messages={"required": "Choose yes or no"}
    )
    reason = TextAreaField(
        label="Your council’s reason", max_length=LONGEST_REASON,
        help_text="The other councils and the shared service read it. Do not write about persons",
        error_messages={"required": "Enter your council’s reason"},
    )  # fmt: skip


class RulesForm(GovukForm):
    """How a council publishes its processes."""

    second_officer = YesNoField(label="Must a second officer confirm before a process is published?")
    authors_may_publish = YesNoField(label="May an officer who changed a draft publish it?")
    version = VersionField()


class SharedRulesForm(RulesForm):
    """How the shared service puts joint processes to the vote."""

    quorum = forms.IntegerField(
        label="How many councils must agree", required=False, min_value=1, max_value=1000,
        help_text="Leave empty for more than half of the councils that are live when the vote opens",
    )  # fmt: skip
    days_to_vote = forms.IntegerField(label="Days to vote", min_value=1, max_value=90)


class MoveCasesForm(GovukForm):
    """Which of the cases that can move are to move."""

    cases = CheckboxesField(label="Cases to move", choices=(), error_messages={"required": "Choose at least one case"})

    def __init__(self, *args: Any, cases: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cases"] = CheckboxesField(
            label="Cases to move", choices=cases, error_messages={"required": "Choose at least one case"}
        )


class ChooseVersionForm(GovukForm):
    """The version that running cases should go on with."""

    to = RadioField(label="Move to which version?", choices=(), error_messages={"required": "Choose a version"})

    def __init__(self, *args: Any, versions: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = RadioField(
            label="Move to which version?", choices=versions, error_messages={"required": "Choose a version"}
        )
