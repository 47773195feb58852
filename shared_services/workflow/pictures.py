"""The picture of a case: its process's drawing with the steps of the case marked."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from . import picture
from .definitions import definition_of
from .engine import Run
from .models import Case, ProcessVersion
from .picture import Layout, ListedStep

_layouts: dict[UUID, Layout] = {}
KEPT_LAYOUTS = 64


def layout_of(version_id: UUID) -> Layout:
    found = _layouts.get(version_id)
    if found is None:
        text = ProcessVersion.objects.values_list("bpmn", flat=True).get(pk=version_id)
        while len(_layouts) >= KEPT_LAYOUTS:
            _layouts.pop(next(iter(_layouts)))
        found = _layouts[version_id] = picture.read_layout(text)
    return found


def marks_of(case: Case) -> dict[str, str]:
    """Which steps of the drawing are done and which are current."""
    if not case.state:
        return {}
    marks = Run.restore(definition_of(case.process_version_id), case.state).passed()
    return marks if case.is_open else {step: mark for step, mark in marks.items() if mark == "done"}


def picture_of(case: Case) -> str:
    """The drawing as SVG."""
    diagram = definition_of(case.process_version_id).diagram
    return picture.draw(diagram, layout_of(case.process_version_id), marks_of(case))


def steps_of(case: Case) -> Iterator[ListedStep]:
    """The same in words."""
    left = "not started" if case.is_open else "not needed"
    return picture.listed(definition_of(case.process_version_id).diagram, marks_of(case), left=left)


def process_title(case: Case) -> str:
    return definition_of(case.process_version_id).diagram.title
