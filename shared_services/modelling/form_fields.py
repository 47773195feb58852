"""The pages' form for one field of a step's form, and what an author typed as a field."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable
from typing import Any

from django import forms

from shared_services.govuk.forms import GovukForm, RadioField, SelectField, TextAreaField, VersionField
from shared_services.workflow.step_forms.checking import FITS, RESERVED, problems_of
from shared_services.workflow.step_forms.spec import COLUMN_KINDS, KINDS, WIDGETS, FormField, StepForm

from .design_forms import offer

KIND_HINTS = {
    "text": "One line, like a name or a reference",
    "long_text": "Several lines, like a reason",
    "choice": "Radio buttons, a list that opens, or checkboxes",
    "officer": "Found by name or email address",
    "department": "Found by code or name",
    "cost_centre": "Found by code or name",
    "supplier": "By name",
    "file": "A document or picture",
    "table": "Rows with the same few columns, like items and their prices",
}
NARROW = {"class": "govuk-input--width-10"}


class KindOfFieldForm(GovukForm):
    """Which kind of question is added."""

    kind = RadioField(label="What kind of answer is it?", choices=list(KINDS.items()), hints=KIND_HINTS)


class FieldForm(GovukForm):
    """One question: its words, when it is asked, and what it takes."""

    label = forms.CharField(label="Question", max_length=200)
    hint = forms.CharField(
        label="Hint", required=False, max_length=300, help_text="Shown under the question, to help answer it"
    )
    options = TextAreaField(
        label="Answers to choose from", rows=6, max_length=8000,
        help_text="One on each line. To keep a short word for an answer, write it first: it = Computer equipment",
    )  # fmt: skip
    widget = RadioField(label="How is it chosen?", choices=list(WIDGETS.items()), initial="radios")
    required = forms.BooleanField(label="Must be answered", required=False, initial=True)
    required_if = forms.CharField(
        label="Must be answered only if",
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )
    show_if = forms.CharField(
        label="Is asked only if", required=False, max_length=500, widget=forms.TextInput(attrs={"spellcheck": "false"})
    )
    minimum = forms.CharField(
        label="Lowest answer", required=False, max_length=20, widget=forms.TextInput(attrs=NARROW)
    )
    maximum = forms.CharField(
        label="Highest answer", required=False, max_length=20, widget=forms.TextInput(attrs=NARROW)
    )
    max_length = forms.IntegerField(
        label="Most characters", required=False, min_value=1, max_value=10000, widget=forms.TextInput(attrs=NARROW)
    )
    pattern = forms.CharField(
        label="Pattern", required=False, max_length=200,
        help_text="What every answer must look like: [A-Z]{2}[0-9]{4} for two capitals and four figures",
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )  # fmt: skip
    min_rows = forms.IntegerField(
        label="Fewest rows", min_value=1, max_value=100, initial=1, widget=forms.TextInput(attrs=NARROW)
    )
    max_rows = forms.IntegerField(
        label="Most rows", min_value=1, max_value=100, initial=20, widget=forms.TextInput(attrs=NARROW)
    )
    variable = SelectField(
        label="Which value of the process does it set?", required=False, empty_label=None,
        help_text="Such an answer can decide which way a case goes. All other answers stay with the case in your council",
    )  # fmt: skip
    version = VersionField()

    KEPT = {
        "text": {"max_length", "pattern"},
        "long_text": {"max_length"},
        "integer": {"minimum", "maximum"},
        "number": {"minimum", "maximum"},
        "money": {"minimum", "maximum"},
        "date": {"minimum", "maximum"},
        "choice": {"options", "widget"},
        "table": {"min_rows", "max_rows"},
    }

    def __init__(
        self, *args: Any, kind: str, form: StepForm, old: FormField | None, variables: dict[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.form, self.old, self.variables = kind, form, old, variables
        kept = {"label", "hint", "required", "required_if", "show_if", "version", *self.KEPT.get(kind, set())}
        fitting = [name for name, of in variables.items() if kind in FITS.get(of, set())]
        if old is None and fitting:
            taken = {one.name for one in form}
            kept.add("variable")
            free = [(name, name) for name in fitting if name not in taken]
            offer(self, "variable", [("", "None"), *free])
        for name in set(self.fields) - kept:
            del self.fields[name]
        before = fields_before(form, old)
        help_text = names_in_words(before)
        for name in ("required_if", "show_if"):
            if before:
                self.fields[name].help_text = help_text
            else:
                del self.fields[name]
        if kind == "date":
            for name in ("minimum", "maximum"):
                self.fields[name].help_text = "Like 2026-04-01"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            one = self.field()
            fields = [*fields_before(self.form, self.old), one]
            for problem in problems_of(StepForm(fields=tuple(fields)), one, self.variables):
                if not (self.kind == "table" and "columns" in problem):
                    self.add_error(self._about(problem), problem)
        return cleaned

    def _about(self, problem: str) -> str | None:
        for words, name in (
            ("it is shown", "show_if"),
            ("it is required", "required_if"),
            ("attern", "pattern"),
            ("limit", "minimum"),
            ("lowest", "minimum"),
            ("to choose from", "options"),
        ):
            if words in problem and name in self.fields:
                return name
        return None

    def field(self, columns: Iterable[FormField] = ()) -> FormField:
        """The field as the author described it."""
        said = self.cleaned_data
        return FormField(
            name=self.old.name if self.old else said.get("variable") or free_name(said["label"], self.form),
            kind=self.kind,
            label=said["label"],
            hint=said["hint"],
            required=said["required"] and not said.get("required_if"),
            required_if=said.get("required_if", "").strip(),
            show_if=said.get("show_if", "").strip(),
            minimum=said.get("minimum", "").strip().lstrip("£"),
            maximum=said.get("maximum", "").strip().lstrip("£"),
            max_length=said.get("max_length"),
            pattern=said.get("pattern", ""),
            options=options_from(said.get("options", "")),
            widget=said.get("widget") or "radios",
            columns=tuple(columns),
            min_rows=said.get("min_rows") or 1,
            max_rows=said.get("max_rows") or 20,
        )


class ColumnForm(GovukForm):
    """One column of a table of rows."""

    label = forms.CharField(label="Heading", max_length=80)
    kind = SelectField(
        label="Kind of answer", choices=[(kind, label) for kind, label in KINDS.items() if kind in COLUMN_KINDS]
    )
    options = forms.CharField(
        label="Answers to choose from, for a choice",
        required=False,
        max_length=500,
        help_text="With commas between them",
    )
    required = forms.BooleanField(label="Must be filled in", required=False, initial=True)
    name = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") == "choice" and not cleaned.get("options", "").strip():
            self.add_error("options", "Enter the answers to choose from, with commas between them")
        return cleaned


def column_from(row: dict[str, Any], taken: set[str]) -> FormField:
    name = row["name"] or name_from(row["label"], taken)
    taken.add(name)
    options = options_from(row["options"].replace(",", "\n")) if row["kind"] == "choice" else ()
    return FormField(name, row["kind"], row["label"], required=row["required"], options=options, widget="select")


def initial_of(one: FormField) -> dict[str, Any]:
    """What the field's form starts with."""
    return {
        **{name: getattr(one, name) for name in one.__slots__ if name not in ("columns", "options")},
        "options": "\n".join(label if slug(label) == value else f"{value} = {label}" for value, label in one.options),
    }


def columns_of(one: FormField) -> list[dict[str, Any]]:
    return [
        {
            "name": c.name,
            "label": c.label,
            "kind": c.kind,
            "required": c.required,
            "options": ", ".join(label for _, label in c.options),
        }
        for c in one.columns
    ]


def fields_before(form: StepForm, old: FormField | None) -> list[FormField]:
    """The fields whose answers a condition of this one may ask for."""
    names = [one.name for one in form]
    return list(form.fields[: names.index(old.name)] if old and old.name in names else form.fields)


def names_in_words(fields: Iterable[FormField]) -> str:
    """How a condition asks for the answers before it: the four that decide most often."""
    first: list[str] = []
    later: list[str] = []
    for one in fields:
        if one.kind == "choice" and one.options:
            value = one.options[0][0]
            first.append(f'"{value}" in {one.name}' if one.many else f'{one.name} == "{value}"')
        elif one.kind == "yes_no":
            first.append(f"{one.name} == true")
        elif one.kind in ("money", "number", "integer"):
            first.append(f"{one.name} > 100")
        elif one.kind not in ("file", "table"):
            later.append(f"{one.name} != null, which means that it was answered")
    said = [*first, *later[:1]][:4]
    return "Like " + "; or ".join(said) if said else "The questions before this one can be asked for by name"


def options_from(text: str) -> tuple[tuple[str, str], ...]:
    """(value, label) of each line; a value that was not given is made from the label."""
    found = []
    for line in text.splitlines():
        value, given, label = line.partition("=")
        if not line.strip():
            continue
        found.append((value.strip(), label.strip()) if given and label.strip() else (slug(line), line.strip()))
    return tuple(found)


def slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:40] or "answer"


def name_from(label: str, taken: set[str]) -> str:
    base = slug(label)
    base = base if base[0].isalpha() else f"field_{base}"
    name, number = base, 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    return name


def free_name(label: str, form: StepForm) -> str:
    return name_from(label, {one.name for one in form} | RESERVED | set(keyword.kwlist))
