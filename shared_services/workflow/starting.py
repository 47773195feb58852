"""Which processes an officer may start with a form."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from uuid import UUID

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import EVERY_OFFICER, ROLES, check_may
from shared_services.tenancy.errors import NotAllowed

from .decisions import DecisionRefused
from .definitions import definition_of, newest_version
from .diagrams import Diagram
from .finding import ProcessRefused
from .models import ProcessVersion
from .safe_xml import XmlRefused
from .step_forms.keeping import forms_of
from .step_forms.spec import StepForm, read_form

log = logging.getLogger("guildhall.workflow")

MAY_START = "workflow.start_request"


@dataclass(frozen=True)
class StartableProcess:
    """A process that cases of this room run and that begins with a form."""

    key: str
    title: str
    documentation: str
    version: int
    version_id: UUID
    step: str
    role: str
    form: StepForm
    variables: dict[str, str]

    @property
    def role_label(self) -> str:
        return ROLES[self.role].label if self.role in ROLES else ""

    def is_open_to(self, officer: OfficerCard) -> bool:
        """Everyone may start it, unless the start stands in a lane of a role that can be given."""
        return self.role not in ROLES or self.role == EVERY_OFFICER or self.role in officer.roles


@dataclass(frozen=True)
class Startable:
    """The processes of this room that begin with a form, by title."""

    open: list[StartableProcess]
    closed: list[StartableProcess]
    """Those that only officers with another role can start."""


def startable_processes(officer: OfficerCard) -> Startable:
    """What an officer may start, and what takes a role that the officer does not hold.

    The room's own processes, and the joint ones that it has no override of.
    """
    newest = (
        ProcessVersion.objects.for_this_room()
        # The shared service is number 0, so a council's own version comes first.
        .order_by("key", "-owner_id", "-version")
        .distinct("key")
        .only("key", "title", "version")
    )
    found = sorted(filter(None, map(_startable, newest)), key=lambda process: process.title)
    return Startable(
        open=[process for process in found if process.is_open_to(officer)],
        closed=[process for process in found if not process.is_open_to(officer)],
    )


def find_startable(key: str) -> StartableProcess | None:
    """The process of that name as new cases of this room run it, when it begins with a form."""
    try:
        version = newest_version(key)
    except NotAllowed:
        return None
    return _startable(version)


def check_may_start(officer: OfficerCard, process: StartableProcess) -> None:
    check_may(officer, MAY_START)
    if not process.is_open_to(officer):
        raise NotAllowed(
            f"Only a {ROLES[process.role].label.lower()} can start “{process.title}”. "
            "Ask your council’s administrator for the role.",
            code="not_yours",
        )


def _startable(version: ProcessVersion) -> StartableProcess | None:
    if not forms_of(version.pk):
        return None
    try:
        diagram = definition_of(version.pk).diagram
    except (ProcessRefused, XmlRefused, DecisionRefused):
        # Published long ago, and refused by the rules of today: the others can still be started.
        log.exception("version %s of a process cannot be read", version.pk)
        return None
    start = _start_of(diagram)
    schema = forms_of(version.pk).get(start) if start else None
    if not start or not schema:
        return None
    return StartableProcess(
        key=version.key,
        title=version.title,
        documentation=diagram.documentation,
        version=version.version,
        version_id=version.pk,
        step=start,
        role=diagram.steps[start].lane_role,
        form=read_form(schema),
        variables=diagram.variables,
    )


def _start_of(diagram: Diagram) -> str:
    return next((step.id for step in diagram.steps.values() if step.kind == "start"), "")
