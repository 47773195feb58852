"""What the pages of versions, drafts and proposals share: pictures, files, steps in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpResponse

from shared_services.workflow.picture import ListedStep

from .. import selectors


def picture_response(bpmn: str) -> HttpResponse:
    picture = selectors.picture_of(bpmn)
    if not picture:
        raise Http404
    response = HttpResponse(picture, content_type="image/svg+xml")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def file_response(content: Any, number: int | None) -> HttpResponse:
    """The BPMN file, or with a number one of the DMN files; always to be saved, never to be shown as a page."""
    if number is None:
        return _to_save(content.bpmn, f"{content.key}.bpmn")
    if not 1 <= number <= len(content.dmn):
        raise Http404
    return _to_save(content.dmn[number - 1], f"{content.key}-{number}.dmn")


def _to_save(text: str, name: str) -> HttpResponse:
    safe = "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in name)
    response = HttpResponse(text.encode(), content_type="application/xml; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{safe}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def step_items(steps: Iterable[ListedStep]) -> list[dict[str, str]]:
    """A process's steps in words for the task list component; nothing has been done yet."""
    return [
        {"title": step.label, "hint": f"{step.lane}: {step.what}" if step.lane else step.what.capitalize()}
        for step in steps
    ]
