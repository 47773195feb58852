"""What an approval stands on: the question to the matrix, the lines it answered with, and the holders of the day.

Kept with each decision, so that any of them can be asked again (replay.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from . import authority, passing_up
from .models import Case, Decision, Task
from .standing import StandIn


def asked(
    case: Case,
    required: Iterable[authority.RequiredApproval],
    *,
    decision_type: str,
    amount: Decimal | None,
    cost_centre: str = "",
) -> dict[str, Any]:
    """What the matrix was asked for a case now, and its answer: keys and routing values only."""
    return {
        "at": timezone.now().isoformat(),
        "decision_type": decision_type,
        "amount": None if amount is None else str(amount),
        "category": case.category,
        "cost_centre": cost_centre,
        "lines": [[str(one.rule.pk), one.role, one.needed] for one in required],
    }


def stood_on(task: Task, case: Case, whom: StandIn | None) -> dict[str, Any]:
    """What is kept with an approval; a council's part in a joint case stands on its own matrix of the moment."""
    if authority.asks_own_matrix(task, case):
        found = asked(
            case,
            authority.approvals_for(task, case),
            decision_type=task.authority or case.process,
            amount=authority.amount_for(task, case),
        )
    else:
        found = dict(case.authority)
    role = authority.role_for(task, case)
    if not role:
        return found
    found["role"] = role
    found["holders"] = sorted(str(card) for card in authority.holders_for(task, case))
    above = passing_up.still_above(task, case)
    if above:
        found["above"] = sorted(str(card) for card in above)
    if whom is not None:
        found["for"] = str(whom.for_card)
        found["deputy"] = str(whom.deputy_id) if whom.deputy_id else "manager"
    return found


def needed_for(role: str, found: dict[str, Any]) -> int:
    """How many holders of a role a case needs."""
    return next((needed for _key, line_role, needed in found.get("lines", []) if line_role == role), 1)


def progress_of(task: Task, case: Case) -> str:
    """ "2 of 3 approved: ..." where several holders must approve; empty where one is enough."""
    needed = needed_for(task.role, case.authority)
    if needed < 2:
        return ""
    since = parse_datetime(case.authority["at"])
    approved = Decision.objects.filter(
        owner_id=case.owner_id, case_id=case.pk, step=task.step, role=task.role, outcome="approve", at__gte=since,
        card_id__in=case.approved_by,
    ).order_by("at")  # fmt: skip
    names = list(dict.fromkeys(decision.by for decision in approved))
    return f"{len(names)} of {needed} approved" + (f": {', '.join(names)}"[:260] if names else "")
