"""Changing a council's authority matrix: lines are added and ended, never edited."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import PERMISSIONS, ROLES, check_may, roles_granting
from shared_services.audit.services import record
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed, Stale

from .models import AuthorityRule
from .who import permission_to_decide

MAY_MANAGE = "workflow.manage_authority"


@transaction.atomic
def add_authority_rule(
    *,
    actor: OfficerCard,
    decision_type: str,
    role: str,
    amount_from: Decimal,
    amount_to: Decimal | None = None,
    cost_centre: str = "",
    category_prefix: str = "",
    sequence: int = 10,
    valid_from: date,
) -> AuthorityRule:
    """Add a line to this council's matrix. It holds for cases sent from its first day on; running cases keep theirs.

    The same line twice is one line. Raises NotAllowed for a line that starts in the past or has no sense.
    """
    check_may(actor, MAY_MANAGE)
    if valid_from < timezone.localdate():
        raise NotAllowed("A line can start today or later: what was decided before keeps its lines.")
    if role not in ROLES or ROLES[role].pooled:
        raise NotAllowed("Choose a role that officers of this council can hold.")
    if role in actor.roles:
        raise NotAllowed(
            "You hold this role yourself, so somebody else must add the line: two people change who decides."
        )
    permission = permission_to_decide(decision_type)
    if permission and role not in roles_granting(permission):
        raise NotAllowed(
            f"Officers with the role {ROLES[role].label.lower()} may not {PERMISSIONS[permission]}. Choose another role."
        )
    if amount_to is not None and amount_to <= amount_from:
        raise NotAllowed("The upper limit must be more than the amount the line starts from.")
    line: dict[str, Any] = {
        "owner_id": current_council().number,
        "decision_type": decision_type,
        "role": role,
        "amount_from": amount_from,
        "amount_to": amount_to,
        "cost_centre": cost_centre.strip(),
        "category_prefix": category_prefix.strip(),
        "sequence": sequence,
        "valid_from": valid_from,
    }
    known = AuthorityRule.objects.filter(**line, valid_to__isnull=True).first()
    if known is not None:
        return known
    rule = AuthorityRule(**line, added_by_name=actor.work_name)
    rule.save(force_insert=True)
    facts = {name: value for name, value in line.items() if name != "owner_id"}
    record(actor, "workflow.authority_rule.added", rule, **facts)
    return rule


@transaction.atomic
def end_authority_rule(
    *, actor: OfficerCard, rule_id: UUID, valid_to: date, version: int | None = None
) -> AuthorityRule:
    """Let a line hold until a day, today at the earliest. Raises Stale when somebody else changed it first."""
    check_may(actor, MAY_MANAGE)
    rule = AuthorityRule.objects.of_this_room().select_for_update().filter(pk=rule_id).first()
    if rule is None:
        raise NotAllowed("This line is not here. Go back to the authority matrix.", code="not_found")
    if rule.valid_to == valid_to:
        return rule
    if version is not None and version != rule.version:
        raise Stale
    today = timezone.localdate()
    if rule.valid_to is not None and rule.valid_to < today:
        raise NotAllowed("This line has ended already. Add a new one instead.")
    if valid_to < max(today, rule.valid_from):
        raise NotAllowed("A line can end today or later, and not before it starts.")
    changes = {"valid_to": [rule.valid_to, valid_to]}
    rule.valid_to = valid_to
    rule.version += 1
    rule.save(update_fields=["valid_to", "version"])
    record(actor, "workflow.authority_rule.ended", rule, role=rule.role, changes=changes)
    return rule
