"""A draft's own page, its picture and files."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, reverse

from shared_services.access.permissions import may
from shared_services.govuk.views import GuardedView, Page
from shared_services.tenancy.door import current_council

from .. import selectors
from ..choices import STATUS_COLOURS
from ..dry_runs import MAY_VIEW
from ..models import ProcessDraft
from ..publishing import MAY_PUBLISH, why_not_publish
from ..querysets import drafts_of_this_room
from ..readiness import Readiness, changes_since, readiness_of, rules_of_this_room
from ..services import MAY_MANAGE, joint_base
from .parts import file_response, picture_response, step_items
from .processes import PROCESSES

DESIGN_PAGES = (
    ("modelling:draw_draft", "Draw the process", "Steps, ways and lanes as a drawing"),
    ("modelling:list_steps", "Change the steps in a list", "The same without a drawing, by keyboard"),
    ("modelling:design_forms", "Build the forms", "What is asked at each step"),
    ("modelling:list_tables", "Change the decision tables", "Rules as rows"),
)
"""Pages of the designer, shown where the portal has them."""


class OneDraft(GuardedView):
    permission = MAY_VIEW

    def find(self) -> ProcessDraft:
        return get_object_or_404(drafts_of_this_room(), pk=self.kwargs["draft_id"])


class ViewDraft(OneDraft, Page):
    """Where a draft stands: its steps, what is found in it, its tests, what it would change, and what to do next."""

    template_name = "pages/shared_services/modelling/draft.html"
    breadcrumbs = [PROCESSES]
    draft: ProcessDraft

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.draft = self.find()
        return self.show()

    def get_title(self) -> str:
        return f"Draft: {self.draft.title}"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        draft = self.draft
        found = readiness_of(draft)
        base = joint_base(draft)
        status = str(draft.get_status_display())
        may_change = draft.is_open and may(self.actor, MAY_MANAGE)
        return super().get_context(
            draft=draft,
            status=status,
            status_colour=STATUS_COLOURS[status],
            base=base,
            found=found,
            findings=_finding_rows(found),
            trials=found.trials,
            failed=len(found.failed_trials),
            changes=changes_since(draft.based_on, draft) if draft.based_on is not None else [],
            design=_design_items(draft) if may_change else [],
            has_picture=bool(selectors.picture_of(draft.bpmn)),
            steps=step_items(selectors.steps_of(draft.bpmn)),
            tables=selectors.tables_in_words(draft.dmn),
            decision_files=range(1, len(draft.dmn) + 1),
            dry_run=selectors.latest_dry_run(draft=draft),
            may_change=may_change,
            is_shared_service=current_council().is_shared_service,
            **self._publishing(draft, found),
            **kwargs,
        )

    def _publishing(self, draft: ProcessDraft, found: Readiness) -> dict[str, Any]:
        """Which of the buttons at the end there are, and why another is not there."""
        pooled = current_council().is_shared_service
        why_not = why_not_publish(self.actor, draft) if draft.is_open and not pooled else ""
        return {
            "may_propose": found.is_ready and draft.is_open and pooled and may(self.actor, MAY_MANAGE),
            "may_publish": found.is_ready
            and draft.is_open
            and not pooled
            and may(self.actor, MAY_PUBLISH)
            and not why_not,
            "may_ask": found.is_ready
            and draft.is_open
            and not pooled
            and may(self.actor, MAY_MANAGE)
            and rules_of_this_room().second_officer
            and not draft.is_asked_for,
            "why_not_publish": why_not if may(self.actor, MAY_PUBLISH) and found.is_ready else "",
        }


def _finding_rows(found: Readiness) -> list[list[dict[str, str]]]:
    levels = [("Error", "red", found.errors), ("Warning", "yellow", found.warnings)]
    rows = [
        [
            {"label": "Level", "text": level, "colour": colour},
            {"label": "Element", "text": finding.element or "The process"},
            {"label": "What is found", "text": finding.message},
        ]
        for level, colour, findings in levels
        for finding in findings
    ]
    refused = [(one.element, one.message) for one in found.weakenings]
    if found.clash:
        refused.insert(0, ("The process", found.clash))
    for element, message in refused:
        rows.insert(
            0,
            [
                {"label": "Level", "text": "Refused", "colour": "red"},
                {"label": "Element", "text": element},
                {"label": "What is found", "text": message},
            ],
        )
    return rows


def _design_items(draft: ProcessDraft) -> list[dict[str, str]]:
    items = []
    for name, title, hint in DESIGN_PAGES:
        try:
            items.append({"title": title, "hint": hint, "url": reverse(name, args=[draft.pk])})
        except NoReverseMatch:
            continue
    items.append(
        {
            "title": "Import files into this draft",
            "hint": "A drawing or decision tables made in another tool",
            "url": reverse("modelling:replace_files", args=[draft.pk]),
        }
    )
    return items


class DraftPicture(OneDraft):
    """The drawing as it is now, as an image of its own."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return picture_response(self.find().bpmn)


class DraftFile(OneDraft):
    """The draft's BPMN or DMN file."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return file_response(self.find(), kwargs.get("number"))
