"""Moving running cases to another version: which one, then a preview of each case, then the move."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from shared_services.govuk.views import ActionView
from shared_services.govuk.words import counted
from shared_services.workflow import replacing
from shared_services.workflow.models import ProcessVersion

from .. import selectors
from ..forms import ChooseVersionForm, MoveCasesForm


class _Moving(ActionView):
    permission = replacing.MAY_MOVE
    subject: ProcessVersion

    def get_subject(self) -> ProcessVersion:
        return get_object_or_404(ProcessVersion.objects.for_this_room(), pk=self.kwargs["version_id"])

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        version = self.subject
        return [
            ("Home", reverse("govuk:home")),
            ("Processes", reverse("modelling:list_processes")),
            (f"{version.title}, version {version.version}", reverse("modelling:version", args=[version.pk])),
        ]


class ChooseVersion(_Moving):
    title = "Move running cases"
    form_class = ChooseVersionForm
    button = "Show what would happen"

    def get_form_kwargs(self) -> dict[str, Any]:
        versions = [one for one in selectors.versions_of(self.subject.key) if one.pk != self.subject.pk]
        labels = [
            (str(one.pk), f"{'Joint version' if one.is_joint else 'Own version'} {one.version}") for one in versions
        ]
        return {**super().get_form_kwargs(), "versions": labels}

    def act(self, form: ChooseVersionForm) -> HttpResponse:
        return self.done(to=reverse("modelling:move_cases", args=[self.subject.pk, form.cleaned_data["to"]]))


class MoveCases(_Moving):
    """Each running case: where it stands and would stand, or why it has to stay."""

    form_class = MoveCasesForm
    template_name = "pages/shared_services/modelling/move_cases.html"
    button = "Move the chosen cases"
    target: ProcessVersion
    moves: list[replacing.Move]

    def prepare(self) -> None:
        super().prepare()
        versions = ProcessVersion.objects.for_this_room().filter(key=self.subject.key)
        self.target = get_object_or_404(versions, pk=self.kwargs["to_id"])
        if self.target.pk == self.subject.pk:
            raise Http404
        self.moves = replacing.preview_move(from_id=self.subject.pk, to_id=self.target.pk)

    def get_title(self) -> str:
        return f"Move cases to version {self.target.version}"

    def get_form_kwargs(self) -> dict[str, Any]:
        able = [(str(move.case.pk), move.case.reference) for move in self.moves if not move.why_not]
        return {"initial": {"cases": [key for key, _ in able]}, "cases": able}

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        rows = [
            [
                {"label": "Case", "text": move.case.reference, "url": reverse("workflow:case", args=[move.case.pk])},
                {"label": "Stands at", "text": move.stands_at},
                {"label": "Would stand at", "text": move.would_stand_at or "Stays where it is"},
                {"label": "Why it cannot move", "text": move.why_not or "–"},
            ]
            for move in self.moves
        ]
        return super().get_context(
            rows=rows, target=self.target, able=any(not move.why_not for move in self.moves),
            most=replacing.MOST_AT_ONCE, full=len(rows) >= replacing.MOST_AT_ONCE, **kwargs,
        )  # fmt: skip

    def act(self, form: MoveCasesForm) -> HttpResponse:
        moved, left = replacing.move_cases(
            actor=self.actor,
            from_id=self.subject.pk,
            to_id=self.target.pk,
            case_ids=[UUID(key) for key in form.cleaned_data["cases"]],
        )
        stayed = f", {counted(len(left), 'case')} stayed: {', '.join(left[:10])}" if left else ""
        return self.done(
            f"{counted(len(moved), 'case')} moved{stayed}", to=reverse("modelling:version", args=[self.target.pk])
        )
