"""From a requisition to an order, as plain Django: each step one transaction, each row checked by full_clean()."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

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


def save(record: Any) -> Any:
    record.full_clean()
    record.save()
    return record


def next_reference(kind: str, year: int) -> str:
    Counter.objects.get_or_create(kind=kind, year=year)
    counter = Counter.objects.select_for_update().get(kind=kind, year=year)
    counter.last += 1
    save(counter)
    return f"YRD-{kind}-{year}-{counter.last:06d}"


def financial_year_of(day: date) -> int:
    return day.year if day.month >= 4 else day.year - 1


@transaction.atomic
def create_requisition(officer: Officer, form: dict[str, Any]) -> Requisition:
    needed_by_on = parse_date(form["needed_by_on"])
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
    lines = []
    for position, row in enumerate(form["lines"], start=1):
        rate = (
            VatRate.objects.filter(code=row["vat_code"], valid_from__lte=needed_by_on).order_by("-valid_from").first()
        )
        quantity, unit_price = Decimal(row["quantity"]), Decimal(row["unit_price"])
        net = (quantity * unit_price).quantize(PENNY, ROUND_HALF_UP)
        vat = (net * rate.percent / 100).quantize(PENNY, ROUND_HALF_UP)
        line = RequisitionLine(
            requisition=requisition,
            position=position,
            description=row["description"],
            cpv=CpvCode.objects.get(pk=row["cpv"]),
            quantity=quantity,
            unit=row["unit"],
            unit_price=unit_price,
            vat_code=row["vat_code"],
            vat_percent=rate.percent,
            net_amount=net,
            vat_amount=vat,
            gross_amount=net + vat,
            cost_amount=net,
        )
        codings = []
        for place, share in enumerate(row["codings"], start=1):
            open_on = Q(valid_to__isnull=True) | Q(valid_to__gte=needed_by_on)
            codings.append(
                LineCoding(
                    line=line,
                    position=place,
                    cost_centre=CostCentre.objects.filter(open_on).get(code=share["cost_centre"]),
                    subjective=SubjectiveCode.objects.get(code=share["subjective"]),
                    amount=net,
                )
            )
        lines.append((line, codings))
        requisition.net_amount += net
        requisition.vat_amount += vat
        requisition.gross_amount += net + vat
    save(requisition)
    for line, codings in lines:
        save(line)
        for coding in codings:
            save(coding)
    return requisition


@transaction.atomic
def submit_requisition(officer: Officer, requisition_id: Any) -> Requisition:
    requisition = Requisition.objects.select_for_update().get(pk=requisition_id, requester=officer)
    if requisition.status != "draft":
        raise ValidationError("Only a draft can be submitted.")
    codings = list(
        LineCoding.objects.filter(line__requisition=requisition).select_related("line", "cost_centre", "subjective")
    )
    heads: dict[tuple[Any, Any], Decimal] = defaultdict(Decimal)
    for coding in codings:
        heads[coding.cost_centre, coding.subjective] += coding.amount
    for (centre, subjective), amount in heads.items():
        position = _position(centre, subjective, requisition.financial_year)
        if (
            position.budget_amount - position.reserved_amount - position.committed_amount - position.actual_amount
            < amount
        ):
            raise ValidationError("There is not enough budget.")
        position.reserved_amount += amount
        save(position)
        save(
            _commitment(
                "pre_commitment", requisition.pk, requisition.reference, centre, subjective, requisition, amount
            )
        )
    requisition.status = "submitted"
    requisition.submitted_at = timezone.now()
    requisition.version += 1
    save(requisition)
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


def _position(centre: CostCentre, subjective: SubjectiveCode, year: int) -> BudgetPosition:
    return BudgetPosition.objects.select_for_update().get(
        cost_centre=centre, subjective=subjective, financial_year=year
    )


def _commitment(
    kind: str, source_id: Any, reference: str, centre: CostCentre, subjective: SubjectiveCode, of: Any, amount: Decimal
) -> Commitment:
    return Commitment(
        kind=kind,
        source_id=source_id,
        source_reference=reference,
        cost_centre=centre,
        subjective=subjective,
        financial_year=of.financial_year,
        amount=amount,
        made_at=timezone.now(),
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
    for officer in officers:
        if officer.pk != case.requester_id:
            save(TaskCandidate(task=task, officer=officer, due_on=due_on, amount=case.amount))
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
    save(task)
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
    save(case)


def approve_requisition(officer: Officer, case: Case) -> None:
    approvals = case.decisions.filter(outcome="approve").count()
    if next_approval(case, after=approvals):
        case.version += 1
        save(case)
        return
    raise_order(officer, Requisition.objects.select_for_update().get(pk=case.subject_id))
    close(case, "ordered")


def raise_order(officer: Officer, requisition: Requisition) -> PurchaseOrder:
    order = save(
        PurchaseOrder(
            reference=next_reference("PO", timezone.localdate().year),
            requisition=requisition,
            title=requisition.title,
            requester=requisition.requester,
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
    for line in requisition.lines.all():
        save(
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
    reserved = Commitment.objects.select_for_update().filter(
        source_id=requisition.pk, kind="pre_commitment", released_at__isnull=True
    )
    for held in reserved.select_related("cost_centre", "subjective"):
        position = _position(held.cost_centre, held.subjective, held.financial_year)
        position.reserved_amount -= held.amount
        position.committed_amount += held.amount
        save(position)
        held.released_at = timezone.now()
        save(held)
        save(
            _commitment("commitment", order.pk, order.reference, held.cost_centre, held.subjective, order, held.amount)
        )
    requisition.status = "ordered"
    requisition.version += 1
    save(requisition)
    return order
