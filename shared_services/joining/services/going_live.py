"""A council goes live, in sight of the partners."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.audit.services import record
from shared_services.tenancy.directory import every_room
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed

from ..models import LiveDecision

MAY_GO_LIVE = "joining.go_live"


def own_decision() -> LiveDecision | None:
    """The decision by which this council went live, if it has."""
    return LiveDecision.objects.filter(owner_id=current_council().number).order_by("decided_at").first()


@transaction.atomic
def go_live(*, actor: OfficerCard, checks: list[dict[str, Any]], reason: str) -> LiveDecision:
    """Let this council's portal go live; the section 151 officer may. Doing it twice changes nothing.

    Over a red check it takes a reason, which every partner reads with the officer's name and the check.
    """
    check_may(actor, MAY_GO_LIVE)
    here = current_council()
    # One at a time: the officer's own card is held until this is done.
    OfficerCard.objects.select_for_update().get(pk=actor.pk)
    known = own_decision()
    if known is not None:
        return known
    red = [check["title"] for check in checks if not check["ok"]]
    if red and not reason.strip():
        raise NotAllowed(f"Enter your reason for going live while this is red: {', '.join(red)}.", code="reason")
    decision = LiveDecision(
        owner_id=here.number, parts=[room.number for room in every_room() if room.number != here.number],
        council_name=here.name, checks=checks, red=len(red), reason=reason.strip(), officer_name=actor.work_name,
        officer_title=actor.job_title,
    )  # fmt: skip
    decision.save(force_insert=True)
    record(actor, "joining.council.went_live", decision, red=red, reason=reason.strip())
    return decision
