"""What may be done to a consolidation, and the words in which it is refused."""

from __future__ import annotations

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.messaging.live_steps import StepStatus
from shared_services.tenancy.errors import NotAllowed

from .models import CouncilStep

MAY_RUN = "insight.run_consolidation"


def check_may_start(actor: OfficerCard | None, unfinished: int) -> None:
    """Nobody (the nightly run) may start; an officer needs the permission. One run at a time."""
    if actor is not None:
        check_may(actor, MAY_RUN)
    if unfinished:
        councils = "council has" if unfinished == 1 else "councils have"
        raise NotAllowed(
            f"A consolidation is under way: {unfinished} {councils} still to report. Wait until it has ended."
        )


def check_may_retry(actor: OfficerCard, step: CouncilStep) -> None:
    check_may(actor, MAY_RUN)
    if step.status != StepStatus.FAILED:
        raise NotAllowed(
            f"{step.council_name} is {step.get_status_display().lower()}: only a council that failed can be asked again."
        )
