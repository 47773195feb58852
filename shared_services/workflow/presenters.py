"""What the task page shows to decide on: the app that owns a process's subject says how to present it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shared_services.tenancy.door import current_council

if TYPE_CHECKING:
    from shared_services.access.models import OfficerCard

    from .models import Case


@dataclass(frozen=True, slots=True)
class Presentation:
    """The facts of a case: rows of (label, value), an app's own template with its context, and a link."""

    summary: list[tuple[str, Any]] = field(default_factory=list)
    template: str = ""
    context: dict[str, Any] = field(default_factory=dict)
    url: str = ""
    warnings: list[str] = field(default_factory=list)


Presenter = Callable[["Case", "OfficerCard"], Presentation]
_presenters: dict[str, Presenter] = {}


def presenter(process: str) -> Callable[[Presenter], Presenter]:
    """Register how cases of `process` are presented to the officer who decides."""

    def register(function: Presenter) -> Presenter:
        _presenters[process] = function
        return function

    return register


def present(case: Case, officer: OfficerCard) -> Presentation:
    """The facts of a case as its app presents them, or those on the case itself.

    The record behind a case that a council handed over stays in the council's room, so the shared service
    is shown what is on the case.
    """
    found = _presenters.get(case.process)
    here = current_council()
    if found is not None and not (here.is_shared_service and case.owner_id != here.number):
        return found(case, officer)
    rows: list[tuple[str, Any]] = [("Reference", case.reference), ("Title", case.title)]
    if case.amount is not None:
        rows.append(("Amount", f"£{case.amount:,.2f}"))
    return Presentation(summary=rows)
