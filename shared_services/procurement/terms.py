"""What a joint purchase asks of one council, as the shared rows say it now: supplier, lines, prices."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Sum

from shared_services.tenancy.door import current_council
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from .choices import ProposalStatus
from .models import ProposalLine, ProposalShare


@dataclass(frozen=True, slots=True)
class SharedLine:
    """One of the council's own lines with the price agreed for it; None: the council's own estimate stands."""

    line_id: UUID
    demand_line_id: UUID
    requisition_id: UUID
    requisition_line_id: UUID
    reference: str
    line_number: int
    description: str
    quantity: Decimal
    unit: str
    agreed_unit_price: Decimal | None
    net_amount: Decimal


@dataclass(frozen=True, slots=True)
class SharedTerms:
    """A council's own share of a proposal: what its officer is asked to agree to."""

    share_id: UUID
    proposal_id: UUID
    reference: str
    title: str
    supplier_name: str
    justification: str
    net_amount: Decimal
    lines: tuple[SharedLine, ...]
    all_agreed: bool
    """Whether the shared service says that every council agreed: it may order then, and not before."""

    @property
    def requisition_ids(self) -> set[UUID]:
        return {line.requisition_id for line in self.lines}

    def digest(self) -> str:
        """A fingerprint of all of it: one changed price, word or line gives another."""
        said = {name: value for name, value in asdict(self).items() if name != "all_agreed"}
        text = json.dumps(said, sort_keys=True, default=_plain)
        return hashlib.sha256(text.encode()).hexdigest()


def terms_of_share(share_id: UUID) -> SharedTerms | None:
    """This council's own share as it stands now; None when it has no such share. Read in the council's room."""
    return _terms(pk=share_id)


def terms_of_proposal(proposal_id: UUID) -> SharedTerms | None:
    """This council's own share of a proposal; None when it has none. Read in the council's room."""
    return _terms(proposal_id=proposal_id)


def _terms(**which: UUID) -> SharedTerms | None:
    here = current_council().number
    share = (
        ProposalShare.objects.filter(owner_id=SHARED_SERVICE_NUMBER, council_id=here, **which)
        .select_related("proposal")
        .first()
    )
    if share is None:
        return None
    held = (
        ProposalLine.objects.filter(
            owner_id=SHARED_SERVICE_NUMBER, share=share, is_live=True, demand_line__owner_id=here
        )
        .select_related("demand_line")
        .order_by("demand_line__reference", "demand_line__line_number", "pk")
    )
    return SharedTerms(
        share_id=share.pk,
        proposal_id=share.proposal_id,
        reference=share.proposal.reference,
        title=share.proposal.title,
        supplier_name=share.proposal.supplier_name,
        justification=share.proposal.justification,
        net_amount=share.net_amount,
        all_agreed=share.proposal.status in (ProposalStatus.AGREED, ProposalStatus.ORDERED),
        lines=tuple(
            SharedLine(
                line_id=line.pk,
                demand_line_id=line.demand_line_id,
                requisition_id=line.demand_line.requisition_id,
                requisition_line_id=line.demand_line.requisition_line_id,
                reference=line.demand_line.reference,
                line_number=line.demand_line.line_number,
                description=line.demand_line.description,
                quantity=line.demand_line.quantity,
                unit=line.demand_line.unit,
                agreed_unit_price=line.agreed_unit_price,
                net_amount=line.net_amount,
            )
            for line in held
        ),
    )


def share_amount(*, proposal_id: UUID, council: int) -> Decimal | None:
    """What one council's live lines in a proposal come to; None when it has none. A council may ask for its own."""
    found = ProposalLine.objects.filter(
        owner_id=SHARED_SERVICE_NUMBER, proposal_id=proposal_id, share__council_id=council, is_live=True
    )
    return found.aggregate(net=Sum("net_amount"))["net"]


def _plain(value: Any) -> str:
    """Decimals without trailing zeros, so that 10 and 10.00 are the same money."""
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)
