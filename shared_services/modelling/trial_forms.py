"""A test case as a form: the values it starts with, an answer a row, and what should come of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from shared_services.access.permissions import ROLES
from shared_services.govuk.forms import GovukForm, SelectField, TextAreaField, VersionField
from shared_services.workflow.choices import outcome_label
from shared_services.workflow.decisions import as_plain
from shared_services.workflow.diagrams import Diagram

START = "start_"
HINTS = {
    "money": "In pounds, like 6000.00",
    "number": "A number",
    "date": "Like 2026-11-25",
    "boolean": "Yes or no",
    "list": "Several separated by commas",
}
TRUE, FALSE = {"yes", "true"}, {"no", "false"}


def read_value(kind: str, text: str) -> Any:
    """What somebody typed, as a case would hold it. Raises ValidationError in plain words."""
    text = text.strip()
    if kind in {"money", "number"}:
        try:
            number = Decimal(text.replace(",", "").removeprefix("£"))
        except InvalidOperation:
            raise ValidationError("Enter a number, like 6000.00") from None
        return str(number.quantize(Decimal("0.01"))) if kind == "money" else as_plain(number)
    if kind == "boolean":
        if text.lower() not in TRUE | FALSE:
            raise ValidationError("Enter yes or no")
        return text.lower() in TRUE
    if kind == "date":
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise ValidationError("Enter a date like 2026-11-25") from None
    if kind == "list":
        return [one.strip() for one in text.split(",") if one.strip()]
    return text


def write_value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)


class TrialForm(GovukForm):
    """Name, start values and expectations of a test. Its answers are rows below."""

    name = forms.CharField(
        label="Name of the test", max_length=120, help_text="What it shows, like “A large purchase asks the director”",
        error_messages={"required": "Enter the name of the test"},
    )  # fmt: skip
    outcome = SelectField(label="How should it end?", choices=(), required=False, empty_label="Not said")
    approvers = forms.CharField(
        label="Which roles should be asked, in order?", required=False, max_length=500,
        help_text="Separated by commas, like budget_holder, head_of_service. Leave empty if it does not matter",
    )  # fmt: skip
    stands_at = SelectField(
        label="At which step should it stand at the end?", choices=(), required=False, empty_label="Not said"
    )
    path = TextAreaField(
        label="Which steps should it pass, in order?", required=False, rows=4, max_length=4000,
        help_text="The ID of one step a line. Leave empty if it does not matter",
    )  # fmt: skip
    effects = TextAreaField(
        label="What do service steps give?", required=False, rows=3, max_length=4000,
        help_text="One a line, like required_approvals: approvers = director. Steps that are not named give nothing, "
        "but approvers are found in your authority matrix",
    )  # fmt: skip
    version = VersionField()

    def __init__(self, *args: Any, diagram: Diagram, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.diagram = diagram
        outcomes = dict.fromkeys(step.outcome for step in diagram.steps.values() if step.kind == "end" and step.outcome)
        ends = [(one, outcome_label(one)) for one in outcomes] or [("completed", "Completed")]
        self.fields["outcome"] = SelectField(
            label="How should it end?", choices=ends, required=False, empty_label="Not said"
        )
        self.fields["stands_at"] = SelectField(
            label="At which step should it stand at the end?", choices=_waiting_steps(diagram), required=False,
            empty_label="Not said",
        )  # fmt: skip
        values = {
            f"{START}{name}": forms.CharField(
                label=name.replace("_", " ").capitalize(), required=False, max_length=500, help_text=HINTS.get(kind, "")
            )
            for name, kind in diagram.variables.items()
        }
        fields = dict(self.fields)
        self.fields = {"name": fields.pop("name"), **values, **fields}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start = {}
        for name, kind in self.diagram.variables.items():
            text = cleaned.get(f"{START}{name}", "")
            if text.strip():
                start[name] = self._value(f"{START}{name}", kind, text)
        cleaned["start"] = start
        cleaned["effects_read"] = self._effects(cleaned.get("effects", ""))
        cleaned["path_read"] = self._path(cleaned.get("path", ""))
        cleaned["approvers_read"] = self._roles(cleaned.get("approvers", ""))
        return cleaned

    def _value(self, field: str, kind: str, text: str) -> Any:
        try:
            return read_value(kind, text)
        except ValidationError as error:
            self.add_error(field, error)
            return None

    def _effects(self, text: str) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for line in filter(None, map(str.strip, text.splitlines())):
            step, _, given = line.partition(":")
            name, sign, value = given.partition("=")
            step, name = step.strip(), name.strip()
            if not sign or step not in self.diagram.steps or name not in self.diagram.variables:
                self.add_error("effects", f"“{line}” must name a step and a value of the process, like step: value = 5")
                continue
            found.setdefault(step, {})[name] = self._value("effects", self.diagram.variables[name], value)
        return found

    def _path(self, text: str) -> list[str]:
        steps = [line.strip() for line in text.splitlines() if line.strip()]
        unknown = [step for step in steps if step not in self.diagram.steps]
        if unknown:
            self.add_error("path", f"There is no step “{unknown[0]}” in the process")
        return steps

    def _roles(self, text: str) -> list[str]:
        labels = {role.label.lower(): key for key, role in ROLES.items()}
        roles = [one.strip() for one in text.split(",") if one.strip()]
        return [labels.get(one.lower(), one.replace(" ", "_").lower()) for one in roles]


class AnswerForm(GovukForm):
    """What is answered at one step. Rows of one step are used one after another, the last again and again."""

    step = SelectField(label="Step", choices=(), required=False, empty_label="No answer")
    outcome = SelectField(label="Answer", choices=(), required=False, empty_label="None: word that is waited for")
    values = forms.CharField(
        label="Values filled in", required=False, max_length=500,
        help_text="Like joint_outcome = buy_locally; amount = 600",
    )  # fmt: skip

    def __init__(self, *args: Any, diagram: Diagram, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.diagram = diagram
        answers = dict.fromkeys(one for step in diagram.steps.values() for one in step.outcomes)
        self.fields["step"] = SelectField(
            label="Step", choices=_waiting_steps(diagram), required=False, empty_label="No answer"
        )
        self.fields["outcome"] = SelectField(
            label="Answer", choices=[(one, outcome_label(one)) for one in answers], required=False,
            empty_label="None: word that is waited for",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        step = self.diagram.steps.get(cleaned.get("step", ""))
        outcome = cleaned.get("outcome", "")
        if step is not None and step.kind == "user" and outcome not in step.outcomes:
            known = ", ".join(outcome_label(one) for one in step.outcomes)
            self.add_error("outcome", f"Choose an answer that “{step.label}” can be given: {known}")
        cleaned["values_read"] = self._values(cleaned.get("values", ""))
        return cleaned

    def _values(self, text: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for part in filter(None, map(str.strip, text.split(";"))):
            name, sign, value = (piece.strip() for piece in part.partition("="))
            if not sign or name not in self.diagram.variables:
                self.add_error("values", f"“{part}” must name a value of the process, like amount = 600")
                continue
            try:
                found[name] = read_value(self.diagram.variables[name], value)
            except ValidationError as error:
                self.add_error("values", error)
        return found


def trial_from(cleaned: Mapping[str, Any], answers: list[dict[str, Any]]) -> dict[str, Any]:
    """The test as it is kept beside the process."""
    expect = {
        "outcome": cleaned["outcome"],
        "approvers": cleaned["approvers_read"],
        "path": cleaned["path_read"],
        "stands_at": [cleaned["stands_at"]] if cleaned["stands_at"] else [],
    }
    return {
        "name": cleaned["name"],
        "start": cleaned["start"],
        "answers": [
            {"step": one["step"], "outcome": one["outcome"], "values": one["values_read"]}
            for one in answers
            if one["step"]
        ],
        "effects": cleaned["effects_read"],
        "expect": {name: value for name, value in expect.items() if value},
    }


def initial_of(test: Mapping[str, Any]) -> dict[str, Any]:
    """The form's fields of a test that is kept."""
    expect = test.get("expect", {})
    effects = [
        f"{step}: {name} = {write_value(value)}"
        for step, given in test.get("effects", {}).items()
        for name, value in given.items()
    ]
    return {
        "name": test.get("name", ""),
        **{f"{START}{name}": write_value(value) for name, value in test.get("start", {}).items()},
        "outcome": expect.get("outcome", ""),
        "approvers": ", ".join(expect.get("approvers", [])),
        "stands_at": next(iter(expect.get("stands_at", [])), ""),
        "path": "\n".join(expect.get("path", [])),
        "effects": "\n".join(effects),
    }


def answers_of(test: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "step": one.get("step", ""),
            "outcome": one.get("outcome", ""),
            "values": "; ".join(f"{name} = {write_value(value)}" for name, value in one.get("values", {}).items()),
        }
        for one in test.get("answers", [])
    ]


def _waiting_steps(diagram: Diagram) -> list[tuple[str, str]]:
    return [(step.id, step.label) for step in diagram.steps.values() if step.kind in {"user", "wait"}]
