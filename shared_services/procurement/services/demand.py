"""Demand comes in from councils and, when it is not bought together, goes back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from shared_services.access.models import OfficerCard
from shared_services.audit.services import record
from shared_services.messaging.outbox import enqueue
from shared_services.tenancy.directory import all_councils
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER
from shared_services.workflow.services import hand_over_case

from .. import rules
from ..choices import DemandStatus
from ..models import DemandLine


@dataclass(frozen=True, slots=True)
class DemandLineInput:
    """One requisition line as the council hands it over: what is wanted, never who will use it."""

    requisition_line_id: UUID
    line_number: int
    cpv_code: str
    description: str
    quantity: Decimal
    unit: str
    net_amount: Decimal


@transaction.atomic
def hand_over_demand(
    *,
    actor: OfficerCard | None,
    case_id: UUID,
    requisition_id: UUID,
    reference: str,
    title: str,
    lines: Iterable[DemandLineInput],
    needed_by_on: date | None,
) -> int:
    """Show an approved requisition to the shared service, so that it can be bought with others.

    Runs in the council's own room and gives the shared service its part in the case. Can run twice: a line
    that was handed over before stays as it is. Returns how many lines are new.
    """
    council = current_council()
    known = set(
        DemandLine.objects.filter(owner_id=council.number, requisition_id=requisition_id).values_list(
            "requisition_line_id", flat=True
        )
    )
    new = [
        DemandLine(
            owner_id=council.number,
            parts=[SHARED_SERVICE_NUMBER],
            case_id=case_id,
            requisition_id=requisition_id,
            requisition_line_id=line.requisition_line_id,
            reference=reference,
            title=title,
            line_number=line.line_number,
            cpv_id=line.cpv_code,
            description=line.description,
            quantity=line.quantity,
            unit=line.unit,
            net_amount=line.net_amount,
            needed_by_on=needed_by_on,
            handed_over_by=actor,
        )
        for line in lines
        if line.requisition_line_id not in known
    ]
    if not new and not known:
        raise NotAllowed(f"{reference} has no lines to hand over.")
    if new:
        DemandLine.objects.bulk_create(new)
        hand_over_case(case_id=case_id)
        record(actor, "procurement.demand.handed_over", ("requisition", requisition_id), lines=len(new))
    return len(new)


@transaction.atomic
def withdraw_demand(*, actor: OfficerCard | None, requisition_id: UUID) -> None:
    """Take a council's demand back because it withdrew its requisition. Runs in the council's own room.

    Refused once the demand is in a joint proposal: the others rely on it. Can run twice.
    """
    lines = list(
        DemandLine.objects.select_for_update().filter(owner_id=current_council().number, requisition_id=requisition_id)
    )
    if any(line.status in (DemandStatus.PROPOSED, DemandStatus.ORDERED) for line in lines):
        raise NotAllowed(
            f"The shared service is already buying {lines[0].reference} together with other councils. "
            "Ask its category manager to take it out of the joint proposal first."
        )
    open_lines = [line for line in lines if line.status == DemandStatus.OPEN]
    if not open_lines:
        return
    DemandLine.objects.filter(owner_id=current_council().number, pk__in=[line.pk for line in open_lines]).update(
        status=DemandStatus.RETURNED, return_reason="The council withdrew its requisition."
    )
    record(actor, "procurement.demand.withdrawn", ("requisition", requisition_id), lines=len(open_lines))


@transaction.atomic
def return_demand(*, actor: OfficerCard, line_ids: Collection[UUID], reason: str) -> list[str]:
    """Hand demand back to its councils, so that each buys it itself. Whole requisitions only.

    Raises NotAllowed when a line is in a proposal. Each council's case moves on by a job in its own room.
    Returns the references handed back; what was handed back before is left alone, so it can run twice.
    """
    chosen = lock_requisitions_of(line_ids)
    lines = [line for line in chosen if line.status != DemandStatus.RETURNED]
    rules.check_may_return(actor, chosen, lines, reason)
    if not lines:
        return []
    numbers = {line.owner_id for line in lines}
    DemandLine.objects.of_councils(numbers).filter(pk__in=[line.pk for line in lines]).update(
        status=DemandStatus.RETURNED, return_reason=reason.strip()
    )
    returned = {line.requisition_id: line for line in lines}
    for line in returned.values():
        record(
            actor,
            "procurement.demand.returned",
            ("requisition", line.requisition_id),
            reference=line.reference,
            council=line.owner_id,
            reason=reason.strip(),
        )
        enqueue(
            "procurement.buy_locally",
            council=line.owner_id,
            case_id=line.case_id,
            requisition_id=line.requisition_id,
        )
    return sorted(line.reference for line in returned.values())


@transaction.atomic
def take_back(*, requisition_id: UUID, reason: str) -> None:
    """Open demand again that its council could not buy itself after all. Runs in the council's room, can run twice."""
    taken = DemandLine.objects.filter(
        owner_id=current_council().number, requisition_id=requisition_id, status=DemandStatus.RETURNED
    ).update(status=DemandStatus.OPEN, return_reason=reason[:500])
    if taken:
        record(None, "procurement.demand.taken_back", ("requisition", requisition_id), reason=reason)


def lock_requisitions_of(line_ids: Collection[UUID]) -> list[DemandLine]:
    """Lock the chosen lines with every other line of their requisitions: a requisition is ordered as one.

    Locks in one order, so that two officers who group at the same time wait for each other.
    """
    numbers = [council.number for council in all_councils()]
    chosen = DemandLine.objects.of_councils(numbers).filter(pk__in=list(line_ids))
    requisitions = set(chosen.order_by().values_list("owner_id", "requisition_id"))
    return list(
        DemandLine.objects.select_for_update(of=("self",))
        .of_councils({owner for owner, _ in requisitions})
        .filter(requisition_id__in={requisition for _, requisition in requisitions})
        .order_by("owner_id", "requisition_id", "line_number")
    )
