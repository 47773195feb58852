"""What the task page and the case page both show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from shared_services.access.models import OfficerCard

from .. import presenters, selectors
from ..models import Case
from ..picture import ListedStep

STEP_COLOURS = {"done": "green", "current": "yellow", "not started": "grey", "not needed": "grey"}


def shown_facts(case: Case, actor: OfficerCard, request: HttpRequest) -> dict[str, Any]:
    """What the app behind a case shows to decide on: its rows, its own template rendered, its warnings, its link."""
    shown = presenters.present(case, actor)
    more = render_to_string(shown.template, {**shown.context, "case": case}, request) if shown.template else ""
    return {"shown": shown, "more_facts": more}


def history_items(case: Case) -> list[dict[str, Any]]:
    """A case's history for the timeline component, newest first."""
    return [
        {
            "title": f"{line.title}: {line.outcome.lower()}" if line.outcome else line.title,
            "by": f"{line.by}, {line.job_title}" if line.job_title else line.by,
            "at": line.at,
            "text": line.reason,
        }
        for line in reversed(selectors.history_of(case))
    ]


def step_items(steps: Iterable[ListedStep]) -> list[dict[str, str]]:
    """A process's steps in words for the task list component."""
    return [
        {
            "title": step.label,
            "hint": f"{step.lane}: {step.what}" if step.lane else step.what.capitalize(),
            "status": step.mark.capitalize(),
            "colour": STEP_COLOURS[step.mark],
        }
        for step in steps
    ]
