"""Forms with which a process is designed as a list."""

from __future__ import annotations

from typing import Any

from django import forms

from shared_services.access.permissions import roles_for_room
from shared_services.govuk.forms import GovukForm, RadioField, SelectField, TextAreaField, VersionField
from shared_services.tenancy.door import current_council
from shared_services.workflow.definitions import process_titles
from shared_services.workflow.expressions import ExpressionError, check
from shared_services.workflow.operations import all_operations

from .drawing.steps import ADDED, Facts
from .drawing.tree import STEPS

KIND_HINTS = {
    "userTask": "Somebody fills in a form or decides",
    "serviceTask": "One of the things the portal can do by itself",
    "businessRuleTask": "Works something out by a table of rules",
    "exclusiveGateway": "The first way whose condition is true",
    "inclusiveGateway": "All ways whose conditions are true, side by side",
    "parallelGateway": "All ways, side by side, and together again",
    "intermediateCatchEvent": "Until some time has passed",
    "receiveTask": "Until another process or the shared service says so",
    "callActivity": "Runs another process to its end",
    "endEvent": "The process is finished here",
}
SHORT = {"class": "govuk-input--width-10"}


def offer(form: forms.BaseForm, name: str, choices: list[tuple[str, str]]) -> None:
    """Give a field its choices, which only the page knows."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


def role_choices() -> list[tuple[str, str]]:
    """The roles of councils and, in the shared service, its own too: councils run its joint processes in their rooms."""
    own = roles_for_room(pooled=True) if current_council().is_shared_service else []
    roles = [(role.key, role.label) for role in [*roles_for_room(pooled=False), *own]]
    return [("requester", "Whoever started it"), ("line_manager", "Line manager of whoever started it"), *roles]


class KindForm(GovukForm):
    """Which kind of step is added."""

    kind = RadioField(
        label="What happens in this step?", choices=[(tag, STEPS[tag]) for tag in ADDED], hints=KIND_HINTS
    )

    def __init__(self, *args: Any, ends: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not ends:
            offer(self, "kind", [(tag, STEPS[tag]) for tag in ADDED if tag != "endEvent"])


class StepFactsForm(GovukForm):
    """What is said of a step: the questions that its kind has use for."""

    name = forms.CharField(
        label="What is it called?", max_length=120, help_text="Say what is done, like “Check the request”"
    )
    role = SelectField(label="Who does it?", required=False)
    outcomes = forms.CharField(
        label="Which answers can be given?", max_length=200,
        help_text="Words separated by spaces, like approve reject send_back. One answer only: done",
    )  # fmt: skip
    due = forms.CharField(
        label="Working days to do it in", required=False, max_length=100,
        help_text="A number, or the name of a value like due_days", widget=forms.TextInput(attrs=SHORT),
    )  # fmt: skip
    operation = SelectField(label="What does the portal do?")
    decision = SelectField(label="Which decision table?")
    timer = forms.CharField(
        label="How long?", max_length=100, help_text="Like P5D for five days, or PT4H for four hours",
        widget=forms.TextInput(attrs=SHORT),
    )  # fmt: skip
    message = forms.CharField(label="What does it wait for?", max_length=100, help_text="The name of the message")
    process = SelectField(label="Which process?")
    outcome = forms.CharField(
        label="How has it ended?", required=False, max_length=40, help_text="One word, like approved or refused",
        widget=forms.TextInput(attrs=SHORT),
    )  # fmt: skip
    lane = SelectField(label="In which lane?", required=False, empty_label=None)
    documentation = TextAreaField(label="Notes for whoever reads the process", required=False, max_length=1000, rows=3)
    version = VersionField()

    KEPT = {
        "userTask": {"role", "outcomes", "due"},
        "serviceTask": {"operation"},
        "sendTask": {"operation"},
        "businessRuleTask": {"decision"},
        "intermediateCatchEvent": {"timer"},
        "boundaryEvent": {"timer"},
        "receiveTask": {"message"},
        "callActivity": {"process"},
        "endEvent": {"outcome"},
    }
    NAMELESS = {
        "exclusiveGateway",
        "inclusiveGateway",
        "parallelGateway",
        "eventBasedGateway",
        "startEvent",
        "endEvent",
    }

    def __init__(
        self, *args: Any, tag: str, lanes: list[tuple[str, str]], decisions: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        kept = {"name", "documentation", "version"} | self.KEPT.get(tag, set()) | ({"lane"} if lanes else set())
        for name in set(self.fields) - kept:
            del self.fields[name]
        self._choose("role", [("", "Whoever its lane names"), *role_choices()])
        self._choose(
            "operation", [("", "Choose one"), *((one.name, f"{one.name}: {one.summary}") for one in all_operations())]
        )
        self._choose("decision", [("", "Choose one"), *decisions])
        self._choose("process", [("", "Choose one"), *process_titles()])
        self._choose("lane", lanes)
        self.fields["name"].required = tag not in self.NAMELESS
        if tag in ("receiveTask", "boundaryEvent", "intermediateCatchEvent"):
            for name in ("timer", "message"):
                if name in self.fields:
                    self.fields[name].required = tag == "intermediateCatchEvent"

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        if name not in self.fields:
            return
        now = self.initial.get(name)
        if now and now not in dict(choices):
            # What the file names already stays a choice, though this room does not know it.
            choices = [*choices, (now, now)]
        offer(self, name, choices)

    def clean_outcomes(self) -> str:
        words = self.cleaned_data["outcomes"].split()
        if not all(word.isidentifier() and len(word) <= 40 for word in words):
            raise forms.ValidationError("Each answer is one word of letters and underscores, like send_back")
        return " ".join(dict.fromkeys(words))

    def facts(self) -> Facts:
        """What was said, with what this kind of step does not ask left empty."""
        return Facts(**{name: value for name, value in self.cleaned_data.items() if name != "version"})


class WayForm(GovukForm):
    """One way on from a step."""

    target = SelectField(label="Leads to")
    name = forms.CharField(label="What the way is called", required=False, max_length=80, help_text="Like Yes or No")
    condition = forms.CharField(
        label="Taken if", required=False, max_length=500, help_text='Like amount > 5000 and outcome == "approve"',
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )  # fmt: skip
    default = forms.BooleanField(label="Taken when no other way fits", required=False)
    flow = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, targets: list[tuple[str, str]], gateway: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "target", [("", "Choose a step"), *targets])
        if not gateway:
            del self.fields["condition"], self.fields["default"]

    def clean_condition(self) -> str:
        condition: str = self.cleaned_data["condition"].strip()
        if condition:
            try:
                check(condition)
            except ExpressionError as error:
                raise forms.ValidationError(str(error)) from error
        return condition


class VersionForm(GovukForm):
    """Nothing but the button, for the version of the draft that was seen."""

    version = VersionField()


class PlaceForm(GovukForm):
    """Where a step is moved to."""

    place = SelectField(label="Where should it come?")
    version = VersionField()

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "place", [("", "Choose a place"), *places])
