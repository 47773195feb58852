"""From a requisition to an order, as plain Django.

Each step is one transaction, rows that two people may change are locked first, and each new row is checked by
full_clean(). Nothing is read twice or row by row, and rows of one kind are written together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date

from .models import (
    AuthorityRule,
    BudgetPosition,
    Case,
    Commitment,
    CostCentre,
    Counter,
    CpvCode,
    Decision,
    LineCoding,
    Officer,
    OrderLine,
    PurchaseOrder,
    Requisition,
    RequisitionLine,
    SubjectiveCode,
    Task,
    TaskCandidate,
    VatRate,
)

PENNY = Decimal("0.01")
Head = tuple[UUID, UUID]
"""A cost centre and a subjective code."""


def checked(record: Any) -> Any:
    """A new record that may be saved. Raises ValidationError.

    Without YARDSTICK_FULL_CLEAN only the fields' own values are looked at, and references, unique keys and
    constraints are left to the database: the leanest that a careful developer would write.
    """
    if settings.YARDSTICK_FULL_CLEAN:
        record.full_clean()
    else:
        record.clean_fields(exclude=foreign_keys(type(record)))
    return record


@lru_cache
def foreign_keys(model: Any) -> frozenset[str]:
    return frozenset(field.name for field in model._meta.concrete_fields if field.is_relation)


def save(record: Any) -> Any:
    checked(record).save()
    return record


def next_reference(kind: str, year: int) -> str:
    counter, _ = Counter.objects.select_for_update().get_or_create(kind=kind, year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"YRD-{kind}-{year}-{counter.last:06d}"


def financial_year_of(day: date) -> int:
    return day.year if day.month >= 4 else day.year - 1


@transaction.atomic
def create_requisition(officer: Officer, form: dict[str, Any]) -> Requisition:
    needed_by_on = parse_date(form["needed_by_on"])
    shares = [share for row in form["lines"] for share in row["codings"]]
    codes = CpvCode.objects.in_bulk({row["cpv"] for row in form["lines"]})
    centres = CostCentre.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=needed_by_on)).in_bulk(
        {share["cost_centre"] for share in shares}, field_name="code"
    )
    subjectives = SubjectiveCode.objects.in_bulk({share["subjective"] for share in shares}, field_name="code")
    rates = dict(
        VatRate.objects.filter(valid_from__lte=needed_by_on).order_by("valid_from").values_list("code", "percent")
    )
    requisition = Requisition(
        reference=next_reference("REQ", timezone.localdate().year),
        title=form["title"],
        justification=form["justification"],
        needed_by_on=needed_by_on,
        delivery_location=form["delivery_location"],
        supplier_name=form.get("supplier_name", ""),
        requester=officer,
        financial_year=financial_year_of(needed_by_on),
    )
    lines, codings = [], []
    try:
        for position, row in enumerate(form["lines"], start=1):
            percent = rates[row["vat_code"]]
            quantity, unit_price = Decimal(row["quantity"]), Decimal(row["unit_price"])
            net = (quantity * unit_price).quantize(PENNY, ROUND_HALF_UP)
            vat = (net * percent / 100).quantize(PENNY, ROUND_HALF_UP)
            line = RequisitionLine(
                requisition=requisition,
                position=position,
                description=row["description"],
                cpv=codes[row["cpv"]],
                quantity=quantity,
                unit=row["unit"],
                unit_price=unit_price,
                vat_code=row["vat_code"],
                vat_percent=percent,
                net_amount=net,
                vat_amount=vat,
                gross_amount=net + vat,
                cost_amount=net,
            )
            lines.append(line)
            for place, share in enumerate(row["codings"], start=1):
                codings.append(
                    LineCoding(
                        line=line,
                        position=place,
                        cost_centre=centres[share["cost_centre"]],
                        subjective=subjectives[share["subjective"]],
                        amount=net,
                    )
                )
            requisition.net_amount += net
            requisition.vat_amount += vat
            requisition.gross_amount += net + vat
    except KeyError as missing:
        raise ValidationError(f"There is no code {missing}.") from missing
    save(requisition)
    RequisitionLine.objects.bulk_create([checked(line) for line in lines])
    LineCoding.objects.bulk_create([checked(coding) for coding in codings])
    return requisition


@transaction.atomic
def submit_requisition(officer: Officer, requisition_id: Any) -> Requisition:
    requisition = Requisition.objects.select_for_update().get(pk=requisition_id, requester=officer)
    if requisition.status != "draft":
        raise ValidationError("Only a draft can be submitted.")
    codings = list(
        LineCoding.objects.filter(line__requisition=requisition).select_related("line", "cost_centre__budget_holder")
    )
    heads: dict[Head, Decimal] = defaultdict(Decimal)
    for coding in codings:
        heads[coding.cost_centre_id, coding.subjective_id] += coding.amount
    positions = _positions(heads, requisition.financial_year)
    for head, amount in heads.items():
        position = positions[head]
        promised = position.reserved_amount + position.committed_amount + position.actual_amount
        if position.budget_amount - promised < amount:
            raise ValidationError("There is not enough budget.")
        position.reserved_amount += amount
        position.save(update_fields=["reserved_amount"])
    _commit("pre_commitment", requisition, heads)
    requisition.status = "submitted"
    requisition.submitted_at = timezone.now()
    requisition.version += 1
    requisition.save(update_fields=["status", "submitted_at", "updated_at", "version"])
    largest = max(codings, key=lambda coding: coding.line.net_amount)
    case = save(
        Case(
            process="requisition_approval",
            subject_id=requisition.pk,
            reference=requisition.reference,
            title=requisition.title,
            amount=requisition.net_amount,
            category=largest.line.cpv_id,
            requester=officer,
            requester_name=officer.work_name,
            step="Approve requisition",
            opened_at=timezone.now(),
            facts={"cost_centre": largest.cost_centre.code},
        )
    )
    next_approval(case, after=0)
    return requisition


def _positions(heads: Iterable[Head], year: int) -> dict[Head, BudgetPosition]:
    """The heads' positions, locked in one order so that two submissions never wait for each other."""
    wanted = Q()
    for centre, subjective in heads:
        wanted |= Q(cost_centre=centre, subjective=subjective)
    found = BudgetPosition.objects.select_for_update().filter(wanted, financial_year=year).order_by("pk")
    return {(position.cost_centre_id, position.subjective_id): position for position in found}


def _commit(kind: str, source: Requisition | PurchaseOrder, heads: dict[Head, Decimal]) -> None:
    Commitment.objects.bulk_create(
        [
            checked(
                Commitment(
                    kind=kind,
                    source_id=source.pk,
                    source_reference=source.reference,
                    cost_centre_id=centre,
                    subjective_id=subjective,
                    financial_year=source.financial_year,
                    amount=amount,
                    made_at=timezone.now(),
                )
            )
            for (centre, subjective), amount in heads.items()
        ]
    )


def next_approval(case: Case, *, after: int) -> bool:
    """Open the task of the next approver of the authority matrix; False when nobody is left."""
    rules = list(
        AuthorityRule.objects.filter(
            Q(amount_to__isnull=True) | Q(amount_to__gt=case.amount),
            decision_type="requisition",
            amount_from__lte=case.amount,
            valid_from__lte=timezone.localdate(),
        ).order_by("sequence")
    )
    if after >= len(rules):
        return False
    role = rules[after].role
    if role == "budget_holder":
        approvers = [
            CostCentre.objects.select_related("budget_holder").get(code=case.facts["cost_centre"]).budget_holder
        ]
    else:
        approvers = list(Officer.objects.filter(active=True, roles__contains=[role]))
    open_task(case, step="approve_requisition", title="Approve requisition", role=role, officers=approvers, days=5)
    return True


def open_task(case: Case, *, step: str, title: str, role: str, officers: list[Officer], days: int) -> Task:
    due_on = timezone.localdate() + timedelta(days=days)
    task = save(
        Task(
            case=case,
            process=case.process,
            step=step,
            title=title,
            role=role,
            outcomes=["approve", "reject", "send_back"],
            reference=case.reference,
            case_title=case.title,
            amount=case.amount,
            category=case.category,
            requester_name=case.requester_name,
            ready_at=timezone.now(),
            due_on=due_on,
        )
    )
    TaskCandidate.objects.bulk_create(
        [
            checked(TaskCandidate(task=task, officer=officer, due_on=due_on, amount=case.amount))
            for officer in officers
            if officer.pk != case.requester_id
        ]
    )
    return task


def decide(officer: Officer, task: Task, outcome: str, reason: str) -> None:
    """Close a task and write the decision. The caller holds the case's row."""
    if task.status != "ready":
        raise ValidationError(f"{task.done_by_name} has decided this already.")
    if not task.candidates.filter(officer=officer).exists():
        raise ValidationError("This task is not yours.")
    task.status, task.outcome = "done", outcome
    task.done_at, task.done_by_name = timezone.now(), officer.work_name
    task.version += 1
    task.save(update_fields=["status", "outcome", "done_at", "done_by_name", "version"])
    task.candidates.all().delete()
    save(
        Decision(
            case=task.case,
            task=task,
            step=task.step,
            title=task.title,
            officer=officer,
            officer_name=officer.work_name,
            officer_job_title=officer.job_title,
            role=task.role,
            outcome=outcome,
            reason=reason,
            at=timezone.now(),
        )
    )


def close(case: Case, outcome: str) -> None:
    case.status, case.outcome, case.step = "completed", outcome, ""
    case.closed_at = timezone.now()
    case.version += 1
    case.save(update_fields=["status", "outcome", "step", "closed_at", "version"])


def approve_requisition(officer: Officer, case: Case) -> None:
    approvals = case.decisions.filter(outcome="approve").count()
    if next_approval(case, after=approvals):
        case.version += 1
        case.save(update_fields=["version"])
        return
    raise_order(officer, Requisition.objects.select_for_update().get(pk=case.subject_id))
    close(case, "ordered")


def raise_order(officer: Officer, requisition: Requisition) -> PurchaseOrder:
    order = save(
        PurchaseOrder(
            reference=next_reference("PO", timezone.localdate().year),
            requisition=requisition,
            title=requisition.title,
            requester_id=requisition.requester_id,
            supplier_name=requisition.supplier_name,
            supplier_email=requisition.supplier_email,
            delivery_location=requisition.delivery_location,
            needed_by_on=requisition.needed_by_on,
            financial_year=requisition.financial_year,
            net_amount=requisition.net_amount,
            vat_amount=requisition.vat_amount,
            gross_amount=requisition.gross_amount,
            issued_at=timezone.now(),
            issued_by=officer,
        )
    )
    OrderLine.objects.bulk_create(
        [
            checked(
                OrderLine(
                    order=order,
                    requisition_line=line,
                    position=line.position,
                    description=line.description,
                    cpv_id=line.cpv_id,
                    quantity=line.quantity,
                    unit=line.unit,
                    unit_price=line.unit_price,
                    vat_code=line.vat_code,
                    vat_percent=line.vat_percent,
                    net_amount=line.net_amount,
                    vat_amount=line.vat_amount,
                    gross_amount=line.gross_amount,
                )
            )
            for line in requisition.lines.all()
        ]
    )
    reserved = list(
        Commitment.objects.select_for_update().filter(
            source_id=requisition.pk, kind="pre_commitment", released_at__isnull=True
        )
    )
    heads = {(held.cost_centre_id, held.subjective_id): held.amount for held in reserved}
    for head, position in _positions(heads, requisition.financial_year).items():
        position.reserved_amount -= heads[head]
        position.committed_amount += heads[head]
        position.save(update_fields=["reserved_amount", "committed_amount"])
    Commitment.objects.filter(pk__in=[held.pk for held in reserved]).update(released_at=timezone.now())
    _commit("commitment", order, heads)
    requisition.status = "ordered"
    requisition.version += 1
    requisition.save(update_fields=["status", "updated_at", "version"])
    return order
