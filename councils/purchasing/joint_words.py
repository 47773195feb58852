"""Why a requisition is bought together with other councils, and who asked for it, in words."""

from __future__ import annotations

from collections.abc import Sequence

from councils.organisation.selectors import council_settings

from . import rules
from .choices import RequisitionStatus
from .models import Requisition, RequisitionLine
from .selectors import category_of

RULE = "Your council always buys this category together with other councils."
TOGETHER = (
    f"{RULE} Once approved, it goes to the shared service, "
    "and no order is raised until a joint purchase is agreed or the shared service hands it back."
)

NOT_DECIDED_YET = frozenset({
    RequisitionStatus.DRAFT, RequisitionStatus.SUBMITTED, RequisitionStatus.RETURNED, RequisitionStatus.APPROVED,
    RequisitionStatus.HANDED_OVER,
})  # fmt: skip
"""While no order has been raised and one may still be: afterwards the rule alone is said."""


def always_together(lines: Sequence[RequisitionLine]) -> bool:
    """Whether the council's own rule sends these lines to joint buying, whoever asks."""
    return bool(lines) and rules.is_bought_together(category_of(lines), council_settings().joint_buying_categories)


def joint_buying_in_words(requisition: Requisition, lines: Sequence[RequisitionLine]) -> str:
    """Whether it is bought together, and whose wish that is: the council's rule or the requester."""
    if always_together(lines):
        return f"Yes. {TOGETHER if requisition.status in NOT_DECIDED_YET else RULE}"
    if requisition.wants_joint_buying:
        return f"Yes. {requisition.requester.work_name} offered it to the shared service."
    return "No"
