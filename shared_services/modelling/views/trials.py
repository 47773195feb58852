"""Test cases of a draft: run, added, changed, removed."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from shared_services.access.permissions import may
from shared_services.govuk.lines import LineSet
from shared_services.govuk.views import Page
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow.authority import role_label
from shared_services.workflow.choices import outcome_label
from shared_services.workflow.diagrams import Diagram

from ..checks import diagram_or_none
from ..forms import VersionedForm
from ..services import MAY_MANAGE, save_draft
from ..trial_forms import AnswerForm, TrialForm, answers_of, initial_of, trial_from
from ..trials import MOST_TESTS, TrialResult, run_trials
from .beginning import ChangeDraft
from .drafts import OneDraft


class ListTrials(OneDraft, Page):
    """Every test of a draft, run just now: nothing is written and no operation is done."""

    title = "Tests"
    template_name = "pages/shared_services/modelling/trials.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.draft = self.find()
        return self.show()

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [
            ("Home", reverse("govuk:home")),
            ("Processes", reverse("modelling:list_processes")),
            (self.draft.title, reverse("modelling:draft", args=[self.draft.pk])),
        ]

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        results = run_trials(self.draft.bpmn, self.draft.dmn, self.draft.tests)
        return super().get_context(
            draft=self.draft,
            results=[(number, result, _way_rows(result)) for number, result in enumerate(results, start=1)],
            failed=sum(not result.passed for result in results),
            may_change=self.draft.is_open and may(self.actor, MAY_MANAGE),
            may_add=len(results) < MOST_TESTS,
            **kwargs,
        )


def _way_rows(result: TrialResult) -> list[list[dict[str, str]]]:
    return [
        [
            {"label": "Step", "text": one.label},
            {"label": "Asked", "text": role_label(one.role) if one.role else "–"},
            {"label": "Answer", "text": outcome_label(one.outcome) if one.outcome else "–"},
        ]
        for one in result.way.passed
    ]


class _OneTrial(ChangeDraft):
    form_class = TrialForm
    template_name = "pages/shared_services/modelling/trial.html"
    button = "Save this test"
    diagram: Diagram

    @property
    def tests(self) -> list[dict[str, Any]]:
        return list(self.subject.tests)

    @property
    def index(self) -> int | None:
        """The place of the test that is changed; None for a new one."""
        return None

    def prepare(self) -> None:
        super().prepare()
        diagram = diagram_or_none(self.subject.bpmn)
        if diagram is None:
            raise NotAllowed("The drawing cannot be read. Put it right before you write tests for it.")
        self.diagram = diagram

    @property
    def test(self) -> dict[str, Any]:
        return {} if self.index is None else self.tests[self.index]

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), **initial_of(self.test)}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "diagram": self.diagram}

    def get_line_sets(self) -> list[tuple[str, LineSet]]:
        answers = LineSet(
            AnswerForm, "answers", "Answer", "Add another answer", 1, 50, form_kwargs={"diagram": self.diagram}
        )
        return [("answers", answers)]

    def get_lines_initial(self, name: str) -> list[dict[str, Any]]:
        return answers_of(self.test)

    def act(self, form: TrialForm) -> HttpResponse:
        test = trial_from(form.cleaned_data, self.lines["answers"].values())
        tests = self.tests
        if self.index is None:
            tests.append(test)
        else:
            tests[self.index] = test
        return self.keep(tests, form.cleaned_data["version"], "Test saved")

    def keep(self, tests: list[dict[str, Any]], version: int | None, message: str) -> HttpResponse:
        if len(tests) > MOST_TESTS:
            raise NotAllowed(f"A process can have {MOST_TESTS} tests at most.")
        save_draft(actor=self.actor, draft_id=self.subject.pk, version=version, tests=tests)
        return self.done(message, to=reverse("modelling:trials", args=[self.subject.pk]))


class AddTrial(_OneTrial):
    title = "Add a test"


class _KnownTrial(_OneTrial):
    @property
    def index(self) -> int:
        return int(self.kwargs["number"]) - 1

    def prepare(self) -> None:
        super().prepare()
        if not 0 <= self.index < len(self.tests):
            raise Http404


class ChangeTrial(_KnownTrial):
    title = "Change a test"


class RemoveTrial(_KnownTrial):
    form_class = VersionedForm
    template_name = "pages/shared_services/modelling/remove_trial.html"
    title = "Remove a test"
    button = "Remove this test"
    button_style = "warning"

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.subject.version}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": self.get_initial()}

    def get_line_sets(self) -> list[tuple[str, LineSet]]:
        return []

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(name=self.test.get("name", ""), **kwargs)

    def act(self, form: Any) -> HttpResponse:
        tests = self.tests
        del tests[self.index]
        return self.keep(tests, form.cleaned_data["version"], "Test removed")
