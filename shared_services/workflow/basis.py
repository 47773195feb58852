"""What an approval stands on: the question to the matrix, the lines it answered with, and the holders of the day.

Kept with each decision, so that any of them can be asked again (replay.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from . import authority
from .models import Case, Decision, Task
from .standing import StandIn


def asked(
    case: Case, required: Iterable[authority.RequiredApproval], *, decision_type: str = "", cost_centre: str = ""
) -> dict[str, Any]:
    """What the matrix was asked for a case now, and its answer: keys and routing values only."""
    return {
        "at": timezone.now().isoformat(),
        "decision_type": decision_type or case.process,
        "amount": None if case.amount is None else str(case.amount),
        "category": case.category,
        "cost_centre": cost_centre,
        "lines": [[str(one.rule.pk), one.role, one.needed] for one in required],
    }


def stood_on(task: Task, case: Case, whom: StandIn | None) -> dict[str, Any]:
    """What is kept with an approval."""
    found = dict(task.basis or case.authority)
    if not task.role:
        return found
    holders = authority.holders(task.role, authority.facts_of(case), joint=bool(task.authority))
    found["role"] = task.role
    found["holders"] = sorted(str(card) for card in holders)
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
        owner_id=case.owner_id, case_id=case.pk, step=task.step, role=task.role, outcome="approve", at__gte=since
    ).order_by("at")
    names = [decision.by for decision in approved]
    return f"{len(names)} of {needed} approved" + (f": {', '.join(names)}"[:260] if names else "")
