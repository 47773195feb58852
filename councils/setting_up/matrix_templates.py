"""Authority matrices to start from. A council's own scheme of delegation decides; these save typing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import ROLES, check_may
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow.matrix import MAY_MANAGE, add_authority_rule, end_authority_rule
from shared_services.workflow.models import AuthorityRule

REQUISITION, JOINT = "requisition_approval", "joint_purchase"


@dataclass(frozen=True, slots=True)
class MatrixTemplate:
    """A ready matrix: who approves from which amount."""

    key: str
    title: str
    about: str
    lines: tuple[tuple[str, str, int], ...]
    """(process, role, from pounds), first approver first."""

    @property
    def words(self) -> list[str]:
        return [
            f"{'Requisitions' if process == REQUISITION else 'Joint purchases'}: "
            f"{ROLES[role].label.lower()}, {f'from £{pounds:,}' if pounds else 'any amount'}"
            for process, role, pounds in self.lines
        ]


TEMPLATES: dict[str, MatrixTemplate] = {
    template.key: template
    for template in (
        MatrixTemplate(
            "four-tiers", "Four tiers", "Budget holder, head of service, director, section 151 officer",
            (
                (REQUISITION, "budget_holder", 0), (REQUISITION, "head_of_service", 5_000),
                (REQUISITION, "director", 50_000), (REQUISITION, "section_151_officer", 150_000),
                (JOINT, "head_of_service", 0), (JOINT, "director", 50_000), (JOINT, "section_151_officer", 150_000),
            ),
        ),
        MatrixTemplate(
            "three-tiers", "Three tiers, for a smaller council", "Budget holder, head of service, section 151 officer",
            (
                (REQUISITION, "budget_holder", 0), (REQUISITION, "head_of_service", 2_500),
                (REQUISITION, "section_151_officer", 25_000),
                (JOINT, "head_of_service", 0), (JOINT, "section_151_officer", 25_000),
            ),
        ),
        MatrixTemplate(
            "tight", "Tight, while spending is controlled", "The section 151 officer sees every requisition from £500",
            (
                (REQUISITION, "budget_holder", 0), (REQUISITION, "head_of_service", 500),
                (REQUISITION, "section_151_officer", 500),
                (JOINT, "head_of_service", 0), (JOINT, "section_151_officer", 0),
            ),
        ),
    )
}  # fmt: skip


@transaction.atomic
def use_template(*, actor: OfficerCard, key: str) -> int:
    """Let a template take the place of today's matrix from tomorrow on; gives how many lines it has.

    What is decided today keeps today's lines. Using it twice changes nothing.
    """
    check_may(actor, MAY_MANAGE)
    if key not in TEMPLATES:
        raise NotAllowed("Choose one of the templates.")
    template = TEMPLATES[key]
    today = timezone.localdate()
    tomorrow = today + timedelta(days=1)
    wanted = {(process, role, Decimal(pounds)) for process, role, pounds in template.lines}
    standing = AuthorityRule.objects.of_this_room().filter(valid_to__isnull=True)
    kept = set()
    for rule in standing.order_by("pk"):
        line = (rule.decision_type, rule.role, rule.amount_from)
        if line in wanted and rule.amount_to is None and not rule.cost_centre and not rule.category_prefix:
            kept.add(line)
        else:
            last_day = max(today, rule.valid_from)
            end_authority_rule(actor=actor, rule_id=rule.pk, valid_to=last_day)
    for place, (process, role, pounds) in enumerate(template.lines, start=1):
        if (process, role, Decimal(pounds)) not in kept:
            add_authority_rule(
                actor=actor, decision_type=process, role=role, amount_from=Decimal(pounds), sequence=place * 10,
                valid_from=tomorrow,
            )  # fmt: skip
    return len(template.lines)
