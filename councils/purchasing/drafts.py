"""What an officer fills in on a requisition, as plain data: forms, the API and seeds all hand over the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class CodingDraft:
    """One share of a line, in percent or in pounds (never both). Codes are the ones officers write."""

    cost_centre: str
    subjective: str
    percent: Decimal | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One line. `cpv` is the code with its check digit ("30192000-1"), empty while not chosen yet."""

    description: str
    quantity: Decimal
    unit_price: Decimal
    unit: str = "each"
    vat_code: str = "S"
    cpv: str = ""
    codings: tuple[CodingDraft, ...] = ()


@dataclass(frozen=True, slots=True)
class RequisitionDraft:
    """The whole form of a requisition."""

    title: str
    justification: str = ""
    needed_by_on: date | None = None
    delivery_location: str = ""
    supplier_name: str = ""
    supplier_email: str = ""
    wants_joint_buying: bool = False
    lines: tuple[LineDraft, ...] = ()
