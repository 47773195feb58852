"""A whole new matrix: prepared by one officer, signed by the section 151 officer, in force from its first day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.audit.services import record
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed, Stale

from .choices import PlanStatus
from .matrix import MAY_MANAGE, MatrixLine, check_line, replace_matrix
from .models import MatrixPlan

MAY_SIGN = "workflow.sign_authority"


@transaction.atomic
def prepare_matrix(
    *,
    actor: OfficerCard,
    from_on: date,
    lines: Sequence[MatrixLine],
    minute_reference: str = "",
    plan_id: UUID | None = None,
    version: int | None = None,
) -> MatrixPlan:
    """Prepare a matrix for a day to come, or change one that nobody has signed yet. It has no effect until it is signed."""
    check_may(actor, MAY_MANAGE)
    _check_day(from_on)
    if not lines:
        raise NotAllowed("A matrix without lines lets nothing be approved. Add its first line.")
    for line in lines:
        check_line(line)
    plan = _locked(plan_id) if plan_id else MatrixPlan(owner_id=current_council().number, version=0)
    if plan_id:
        check_waiting(plan)
        _check_version(plan, version)
    plan.from_on, plan.minute_reference = from_on, minute_reference.strip()
    plan.lines = [line.values() for line in lines]
    plan.prepared_by, plan.prepared_by_name, plan.prepared_at = actor, actor.work_name, timezone.now()
    plan.version += 1
    plan.save()
    record(actor, "workflow.matrix.prepared", plan, from_on=from_on, lines=len(plan.lines))
    return plan


@transaction.atomic
def sign_matrix(*, actor: OfficerCard, plan_id: UUID, version: int | None = None) -> MatrixPlan:
    """Let a prepared matrix hold from its first day on. Signing twice changes nothing.

    Two pairs of eyes: whoever prepared it, or changed it last, does not sign it.
    """
    check_may(actor, MAY_SIGN)
    plan = _locked(plan_id)
    if plan.status == PlanStatus.SIGNED:
        return plan
    check_waiting(plan)
    _check_version(plan, version)
    if plan.prepared_by_id == actor.pk:
        raise NotAllowed("You prepared this matrix, so somebody else must sign it: another section 151 officer.")
    _check_day(plan.from_on)
    replace_matrix(actor=actor, from_on=plan.from_on, lines=lines_of(plan))
    _close(actor, plan, PlanStatus.SIGNED)
    record(actor, "workflow.matrix.signed", plan, from_on=plan.from_on, minute_reference=plan.minute_reference)
    return plan


@transaction.atomic
def withdraw_matrix(*, actor: OfficerCard, plan_id: UUID, version: int | None = None) -> MatrixPlan:
    """Give up a prepared matrix. One that is signed is changed by a new one. Twice changes nothing."""
    check_may(actor, MAY_MANAGE)
    plan = _locked(plan_id)
    if plan.status == PlanStatus.WITHDRAWN:
        return plan
    check_waiting(plan)
    _check_version(plan, version)
    _close(actor, plan, PlanStatus.WITHDRAWN)
    record(actor, "workflow.matrix.withdrawn", plan)
    return plan


def lines_of(plan: MatrixPlan) -> list[MatrixLine]:
    return [MatrixLine.read(values) for values in plan.lines]


def _locked(plan_id: UUID) -> MatrixPlan:
    plan = MatrixPlan.objects.of_this_room().select_for_update().filter(pk=plan_id).first()
    if plan is None:
        raise NotAllowed("This matrix is not here.", code="not_found")
    return plan


def _check_day(from_on: date) -> None:
    if from_on <= timezone.localdate():
        raise NotAllowed("A new matrix can hold from tomorrow at the earliest. Choose a later day.")


def check_waiting(plan: MatrixPlan) -> None:
    if plan.status != PlanStatus.PREPARED:
        raise NotAllowed(f"This matrix is {plan.get_status_display().lower()} already. Prepare a new one.")


def _check_version(plan: MatrixPlan, version: int | None) -> None:
    if version is not None and version != plan.version:
        raise Stale


def _close(actor: OfficerCard, plan: MatrixPlan, status: PlanStatus) -> None:
    plan.status, plan.closed_by_name, plan.closed_at = status, actor.work_name, timezone.now()
    plan.version += 1
    plan.save(update_fields=["status", "closed_by_name", "closed_at", "version"])
