"""Changing a council's authority matrix: lines are added and ended, never edited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import PERMISSIONS, ROLES, check_may, roles_granting
from shared_services.audit.services import record
from shared_services.messaging.outbox import enqueue
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed, Stale

from .authority import JOINT_PROCESSES
from .models import AuthorityRule
from .who import find_kind, permission_to_decide

MAY_MANAGE = "workflow.manage_authority"
MOST_NEEDED = 9


@dataclass(frozen=True, slots=True)
class MatrixLine:
    """What a line says, apart from its days."""

    decision_type: str
    role: str
    amount_from: Decimal = Decimal("0.00")
    amount_to: Decimal | None = None
    cost_centre: str = ""
    category_prefix: str = ""
    needed: int = 1
    sequence: int = 10
    minute_reference: str = ""

    @classmethod
    def of(cls, rule: AuthorityRule) -> MatrixLine:
        return cls(**{name: getattr(rule, name) for name in cls.__slots__})

    @classmethod
    def read(cls, values: dict[str, Any]) -> MatrixLine:
        """A line as it was kept in JSON, or as a form gives it."""
        amount_to = values.get("amount_to")
        return cls(
            decision_type=values["decision_type"],
            role=values["role"],
            amount_from=Decimal(values.get("amount_from") or 0).quantize(Decimal("0.01")),
            amount_to=None if amount_to in (None, "") else Decimal(amount_to).quantize(Decimal("0.01")),
            cost_centre=(values.get("cost_centre") or "").strip(),
            category_prefix=(values.get("category_prefix") or "").strip(),
            needed=int(values.get("needed") or 1),
            sequence=int(values.get("sequence") or 10),
            minute_reference=(values.get("minute_reference") or "").strip(),
        )

    def values(self) -> dict[str, Any]:
        return asdict(self)


def check_line(line: MatrixLine) -> None:
    """Refuse a line that makes no sense, whichever way it comes in."""
    if find_kind(line.role) is None and (line.role not in ROLES or ROLES[line.role].pooled):
        raise NotAllowed("Choose a role that officers of this council can hold, or a post.")
    permission = permission_to_decide(line.decision_type)
    if permission and find_kind(line.role) is None and line.role not in roles_granting(permission):
        raise NotAllowed(
            f"Officers with the role {ROLES[line.role].label.lower()} may not {PERMISSIONS[permission]}. "
            "Choose another role."
        )
    if line.amount_from < 0 or (line.amount_to is not None and line.amount_to <= line.amount_from):
        raise NotAllowed("The upper limit must be more than the amount the line starts from.")
    if not 1 <= line.needed <= MOST_NEEDED:
        raise NotAllowed(f"Between 1 and {MOST_NEEDED} officers can be asked for.")
    if line.needed > 1 and line.decision_type in JOINT_PROCESSES:
        raise NotAllowed("Each council decides on a joint purchase once, so one officer is asked for.")
    if line.needed > 1 and line.role.startswith("post:"):
        raise NotAllowed("A post has one holder, so one officer is asked for. Choose a role to ask for more.")


@transaction.atomic
def add_authority_rule(*, actor: OfficerCard, valid_from: date, **values: Any) -> AuthorityRule:
    """Add a line to this council's matrix. It holds for cases sent from its first day on; running cases keep theirs.

    The same line twice is one line. Raises NotAllowed for a line that starts in the past or has no sense.
    """
    check_may(actor, MAY_MANAGE)
    if valid_from < timezone.localdate():
        raise NotAllowed("A line can start today or later: what was decided before keeps its lines.")
    rule = _add(actor, MatrixLine.read(values), valid_from)
    _find_deciders_again()
    _tell(actor)
    return rule


@transaction.atomic
def end_authority_rule(
    *, actor: OfficerCard, rule_id: UUID, valid_to: date, version: int | None = None
) -> AuthorityRule:
    """Let a line hold until a day, today at the earliest. Raises Stale when somebody else changed it first."""
    check_may(actor, MAY_MANAGE)
    rule = _locked(rule_id)
    if rule.valid_to == valid_to:
        return rule
    if version is not None and version != rule.version:
        raise Stale
    _end(actor, rule, valid_to)
    _find_deciders_again()
    _tell(actor)
    return rule


@transaction.atomic
def change_authority_rule(
    *, actor: OfficerCard, rule_id: UUID, from_on: date, version: int | None = None, **values: Any
) -> AuthorityRule:
    """Let a line say something else from a day on, tomorrow at the earliest: it ends the day before and a new one begins.

    Gives the new line. Raises Stale when somebody else changed the line first; saying the same twice changes nothing.
    """
    check_may(actor, MAY_MANAGE)
    rule = _locked(rule_id)
    line = MatrixLine.read({**MatrixLine.of(rule).values(), **values})
    known = _known(line, from_on)
    if known is not None and known.pk != rule.pk and rule.valid_to == from_on - timedelta(days=1):
        return known
    if version is not None and version != rule.version:
        raise Stale
    if line == MatrixLine.of(rule):
        raise NotAllowed("Nothing is different. Change the line, or go back to the matrix.")
    _check_change_day(from_on)
    check_line(line)
    changed = _replace(actor, rule, line, from_on)
    _find_deciders_again()
    _tell(actor)
    return changed


@transaction.atomic
def change_matrix(
    *,
    actor: OfficerCard,
    from_on: date,
    lines: Iterable[tuple[UUID | None, MatrixLine]],
    seen: Iterable[UUID],
    decision_type: str,
    minute_reference: str = "",
) -> tuple[int, int, int]:
    """Bring one process's lines to what a grid says from a day on; gives how many were added, changed and ended.

    `lines` are (key of the line it was, what it says); `seen` are the lines that the officer was shown: one that
    is missing among `lines` ends. Raises Stale when the matrix is no longer what he was shown.
    """
    check_may(actor, MAY_MANAGE)
    _check_change_day(from_on)
    now = {
        rule.pk: rule
        for rule in AuthorityRule.objects.of_this_room()
        .select_for_update()
        .filter(decision_type=decision_type)
        .still_to_come(on=from_on)
    }
    if set(now) != set(seen):
        raise Stale
    added = changed = ended = 0
    kept: set[UUID] = set()
    for key, line in lines:
        check_line(line)
        rule = now.get(key) if key else None
        if rule is not None:
            kept.add(rule.pk)
            if MatrixLine.of(rule) == line:
                continue
        reference = minute_reference or line.minute_reference
        line = MatrixLine.read({**line.values(), "minute_reference": reference, "decision_type": decision_type})
        if rule is None:
            _add(actor, line, from_on)
            added += 1
        else:
            _replace(actor, rule, line, from_on)
            changed += 1
    for rule in now.values():
        if rule.pk not in kept:
            _leave(actor, rule, from_on)
            ended += 1
    if added or changed or ended:
        _find_deciders_again()
        _tell(actor)
    return added, changed, ended


@transaction.atomic
def replace_matrix(*, actor: OfficerCard, from_on: date, lines: Iterable[MatrixLine]) -> None:
    """Let a whole new matrix hold from a day on: every line ends the day before, the new ones begin.

    The caller checks that the actor may, and that two people agreed.
    """
    for rule in AuthorityRule.objects.of_this_room().select_for_update().still_to_come(on=from_on):
        _leave(actor, rule, from_on)
    for line in lines:
        _add(actor, line, from_on, signed=True)
    _find_deciders_again()


def _check_change_day(from_on: date) -> None:
    if from_on <= timezone.localdate():
        raise NotAllowed(
            "A change can hold from tomorrow at the earliest: what was decided today keeps its lines. "
            "Add a line to ask for more approvals today."
        )


def _locked(rule_id: UUID) -> AuthorityRule:
    rule = AuthorityRule.objects.of_this_room().select_for_update().filter(pk=rule_id).first()
    if rule is None:
        raise NotAllowed("This line is not here. Go back to the authority matrix.", code="not_found")
    return rule


def _known(line: MatrixLine, valid_from: date) -> AuthorityRule | None:
    same = AuthorityRule.objects.of_this_room().filter(valid_from=valid_from, valid_to__isnull=True)
    return same.filter(**line.values()).first()


def _check_not_own(actor: OfficerCard, line: MatrixLine, valid_from: date) -> None:
    kind = find_kind(line.role)
    own = line.role in actor.roles if kind is None else actor.pk in kind[0].holders(kind[1], valid_from)
    if own:
        raise NotAllowed(
            f"You hold this {'role' if kind is None else 'post'} yourself, so somebody else must add the line: two people "
            "change who decides. You can prepare a new matrix that another section 151 officer signs."
        )


def _add(actor: OfficerCard, line: MatrixLine, valid_from: date, *, signed: bool = False) -> AuthorityRule:
    check_line(line)
    if not signed:
        _check_not_own(actor, line, valid_from)
    known = _known(line, valid_from)
    if known is not None:
        return known
    rule = AuthorityRule(
        owner_id=current_council().number,
        **line.values(),
        valid_from=valid_from,
        added_by_name=actor.work_name,
        added_at=timezone.now(),
    )
    rule.save(force_insert=True)
    record(actor, "workflow.authority_rule.added", rule, **line.values(), valid_from=valid_from)
    return rule


def _end(actor: OfficerCard, rule: AuthorityRule, valid_to: date) -> None:
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


def _leave(actor: OfficerCard, rule: AuthorityRule, from_on: date) -> None:
    """The line does not hold from a day on. One that would only have begun then or later never holds."""
    if rule.valid_from >= from_on:
        record(
            actor, "workflow.authority_rule.dropped", rule, **MatrixLine.of(rule).values(), valid_from=rule.valid_from
        )
        rule.delete()
    elif rule.valid_to is None or rule.valid_to >= from_on:
        _end(actor, rule, from_on - timedelta(days=1))


def _replace(actor: OfficerCard, rule: AuthorityRule, line: MatrixLine, from_on: date) -> AuthorityRule:
    until = rule.valid_to
    first = max(from_on, rule.valid_from)
    _leave(actor, rule, first)
    changed = _add(actor, line, first)
    if until is not None and changed.valid_to is None:
        _end(actor, changed, until)
    return changed


def _tell(actor: OfficerCard) -> None:
    """What one officer changed is told to those who answer for the matrix, before it can lessen any approval."""
    enqueue("workflow.tell_of_matrix_change", by=actor.pk)


def _find_deciders_again() -> None:
    """How far a deputy may go rests on the lines; so does who decides on a joint case."""
    enqueue("workflow.refresh_candidates")
