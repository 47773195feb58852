"""What the workflow asks of a joint purchase: each council's share, and the orders that councils reported."""

from __future__ import annotations

from decimal import Decimal

from shared_services.workflow.joint import council_share, take_in_reports
from shared_services.workflow.models import Case

from . import services
from .selectors import share_amount


@council_share("joint_purchase")
def share_of_council(case: Case, council: int) -> Decimal | None:
    """What the council itself would pay: the sum of its own lines at the proposed prices."""
    return share_amount(proposal_id=case.subject_id, council=council)


@take_in_reports("joint_purchase")
def take_in_orders(case: Case) -> None:
    """Count the orders that councils reported."""
    services.take_in_orders(proposal_id=case.subject_id)
