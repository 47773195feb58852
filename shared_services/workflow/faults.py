"""What stops a case: said in plain words on the case, with the details kept in the case's own room."""

from __future__ import annotations

from shared_services.annexes.services import note_by_portal
from shared_services.audit.services import record
from shared_services.tenancy.errors import NotAllowed
from shared_services.webhooks.choices import EventType

from .engine import Run
from .happenings import happened
from .models import Case
from .operations import OperationFailed

OWN_FAULT = (
    "The portal met a fault of its own. Have it tried again; if it stops once more, tell your system administrator."
)


def cause_of(error: Exception) -> str:
    """Why something failed, for an officer. What a program says of itself is not for officers: that is in the log."""
    if isinstance(error, NotAllowed):
        return error.message
    if isinstance(error, OperationFailed):
        return str(error) or OWN_FAULT
    return OWN_FAULT


def tell(case: Case, run: Run) -> str:
    """Write down what stopped a case just now; gives the sentence that the case shows."""
    stopped = run.faults()
    for fault in stopped:
        if fault.error is not None:
            write_down(case, step=fault.step.id, what=f"“{fault.step.label}” could not be done.", error=fault.error)
    labels = " and ".join(f"“{fault.step.label}”" for fault in stopped)
    return f"{labels} could not be done."[:300] if stopped else ""


def write_down(case: Case, *, step: str, what: str, error: Exception) -> None:
    """The cause goes to the case's history and the audit record, both of its own room."""
    note_by_portal(case_id=case.pk, text=f"{what} {cause_of(error)}")
    record(None, "workflow.case.stopped", case, step=step, cause=cause_of(error), kind=type(error).__name__)
    happened(EventType.CASE_STOPPED, case)
