"""What the shared service's home page says of the figures."""

from __future__ import annotations

from django.urls import reverse

from shared_services.access.models import OfficerCard
from shared_services.govuk.home import HomeCard, home_card
from shared_services.govuk.words import spoken_instant
from shared_services.messaging.live_steps import StepStatus
from shared_services.tenancy.door import current_council

from .selectors import latest_run, steps_of


@home_card("insight.view_figures")
def figures(_actor: OfficerCard) -> HomeCard | None:
    """How many councils stand behind the figures; urgent when one failed."""
    if not current_council().is_shared_service:
        return None
    run = latest_run()
    if run is None:
        return HomeCard(
            title="Shared figures",
            text="No council has reported yet",
            url=reverse("insight:list_runs"),
            order=40,
        )
    steps = steps_of(run)
    failed = [step for step in steps if step.status == StepStatus.FAILED]
    done = [step for step in steps if step.status == StepStatus.DONE]
    if failed:
        return HomeCard(
            title="Councils missing from the figures",
            count=len(failed),
            text=", ".join(step.council_name for step in failed),
            url=reverse("insight:view_run", args=[run.pk]),
            urgent=True,
            order=40,
        )
    latest = max((step.ended_at for step in done if step.ended_at), default=None)
    return HomeCard(
        title="Shared figures",
        text=f"{len(done)} of {len(steps)} councils reporting"
        + (f", as at {spoken_instant(latest)}" if latest else ""),
        url=reverse("insight:spend_by_category"),
        order=40,
    )
