"""Who would approve this much, for this, on this cost centre, on this day, and why: by the engine's own functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared_services.access.models import OfficerCard
from shared_services.tenancy.door import current_council

from . import authority
from .models import AuthorityRule
from .standing import Question, StandIns
from .who import CaseFacts


@dataclass(frozen=True, slots=True)
class Standing:
    """An officer who would stand in, and why."""

    officer: OfficerCard
    why: str


@dataclass(frozen=True, slots=True)
class WouldApprove:
    """One approval that a purchase would need: how many of whom, the line that asks for it, and who stands in."""

    role: str
    role_label: str
    needed: int
    officers: list[OfficerCard]
    stand_ins: list[Standing]
    rule: AuthorityRule
    because: str

    @property
    def is_short(self) -> bool:
        """Whether fewer could act than must."""
        return len(self.officers) < self.needed


def who_would_approve(
    *, decision_type: str, amount: Decimal, category: str, cost_centre: str, requester: OfficerCard, on: date
) -> list[WouldApprove]:
    """Every approval in its order. A day to come is answered by the posts and deputies of that day and today's roles."""
    facts = CaseFacts(process=decision_type, requester_id=requester.pk, cost_centre=cost_centre, on=on)
    joint = decision_type in authority.JOINT_PROCESSES
    stand_ins = StandIns(on)
    cards = OfficerCard.objects.of_council(current_council().number)
    found = []
    for approval in authority.deciding_approvals(
        decision_type=decision_type, amount=amount, category=category, cost_centre=cost_centre, on=on
    ):
        holders = authority.holders(approval.role, facts, joint=joint)
        question = Question(decision_type, approval.role, amount, category, cost_centre)
        standing = stand_ins.for_question(question, holders, {requester.pk})
        known = cards.in_bulk((holders | standing.keys()) - {requester.pk})
        found.append(
            WouldApprove(
                role=approval.role,
                role_label=approval.role_label,
                needed=approval.needed,
                officers=sorted((known[key] for key in holders & known.keys()), key=lambda one: one.work_name),
                stand_ins=[Standing(known[key], one.why) for key, one in standing.items() if key not in holders],
                rule=approval.rule,
                because=approval.because,
            )
        )
    return found
