"""A requisition from its first draft to submission, and back out again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from councils.finance.heads import HeadAmount
from councils.finance.services import release, reserve
from councils.organisation.choices import BudgetCheckMode
from councils.organisation.selectors import council_settings
from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.annexes.selectors import attachments_for
from shared_services.annexes.services import remove_attachment
from shared_services.audit.services import record
from shared_services.procurement.services import withdraw_demand
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.references import next_reference
from shared_services.workflow.services import complete_task, hold_case, open_case, withdraw_case

from .. import rules
from ..choices import RequisitionStatus
from ..drafts import RequisitionDraft
from ..models import Requisition, RequisitionLine
from ..selectors import draft_of, revision_task_id
from .lines import fill_in, remove_lines, write_lines

PROCESS = "requisition_approval"
ZERO = Decimal("0.00")


@transaction.atomic
def start_requisition(*, actor: OfficerCard, draft: RequisitionDraft) -> Requisition:
    """Begin a requisition with whatever is known so far; requisitioners may."""
    check_may(actor, "purchasing.raise_requisition")
    requisition = Requisition(requester_id=actor.pk)
    lines, codings = fill_in(requisition, draft)

    requisition.reference = next_reference("REQ", localdate().year)
    requisition.save(force_insert=True)
    write_lines(lines, codings)

    record(
        actor, "purchasing.requisition.started", requisition, net_amount=str(requisition.net_amount), lines=len(lines)
    )
    return requisition


@transaction.atomic
def save_draft(
    *, actor: OfficerCard, requisition_id: UUID, draft: RequisitionDraft, version: int | None = None
) -> Requisition:
    """Write the whole form of a requisition anew, while it is a draft or was sent back. Raises Stale."""
    requisition = locked(requisition_id)
    rules.check_is_requester(actor, requisition)
    rules.check_version(requisition, version)
    rules.check_editable(requisition)
    before = requisition.net_amount
    lines, codings = fill_in(requisition, draft)

    remove_lines(requisition)
    requisition.version += 1
    requisition.save()
    write_lines(lines, codings)

    record(
        actor,
        "purchasing.requisition.changed",
        requisition,
        net_before=str(before),
        net_amount=str(requisition.net_amount),
        lines=len(lines),
    )
    return requisition


@transaction.atomic
def submit_requisition(*, actor: OfficerCard, requisition_id: UUID, version: int | None = None) -> Requisition:
    """Send a requisition for approval and reserve its budget; after it was sent back, send it again.

    A category that the council always buys together is offered to the shared service without being asked.
    Raises NotAllowed when it is unfinished or overspends. Submitting twice changes nothing.
    """
    requisition = locked_with_case(requisition_id)
    rules.check_is_requester(actor, requisition)
    if requisition.status == RequisitionStatus.SUBMITTED:
        return requisition
    rules.check_version(requisition, version)
    rules.check_editable(requisition)
    settings = council_settings()
    totals = _totals(requisition, settings.joint_buying_categories)

    was_returned = requisition.status == RequisitionStatus.RETURNED
    requisition.status = RequisitionStatus.SUBMITTED
    requisition.submitted_at = timezone.now()
    requisition.wants_joint_buying |= rules.is_bought_together(totals.category, settings.joint_buying_categories)
    requisition.version += 1
    requisition.save(update_fields=["status", "submitted_at", "wants_joint_buying", "version", "updated_at"])
    # A council may let the budget holder decide on a shortage; the order is then the first to take the money.
    if settings.budget_check_mode == BudgetCheckMode.STOP:
        reserve(
            actor=actor,
            source_id=requisition.pk,
            source_reference=requisition.reference,
            financial_year=rules.dated(requisition)[1],
            heads=totals.heads,
        )
    record(
        actor,
        "purchasing.requisition.submitted",
        requisition,
        net_amount=str(requisition.net_amount),
        heads=[f"{centre}/{subjective} {amount}" for (centre, subjective), amount in totals.by_code.items()],
    )
    _send_for_approval(actor, requisition, totals, again=was_returned)
    return requisition


def _send_for_approval(actor: OfficerCard, requisition: Requisition, totals: Totals, *, again: bool) -> None:
    facts = {
        "cost_centre": totals.main_cost_centre,
        "cost_centres": totals.cost_centres,
        "wants_joint_buying": requisition.wants_joint_buying,
    }
    task_id = revision_task_id(requisition) if again else None
    if task_id is not None:
        values = {**facts, "amount": str(requisition.net_amount), "category": totals.category}
        complete_task(actor=actor, task_id=task_id, outcome="resubmit", values=values)
        return
    case = open_case(
        actor=actor,
        process=PROCESS,
        subject_id=requisition.pk,
        reference=requisition.reference,
        title=requisition.title,
        amount=requisition.net_amount,
        category=totals.category,
        facts=facts,
    )
    # By key and one column only: a process without a task may already have moved the requisition on.
    Requisition.objects.filter(pk=requisition.pk).update(case_id=case.pk)
    requisition.case_id = case.pk


@transaction.atomic
def withdraw_requisition(
    *, actor: OfficerCard, requisition_id: UUID, version: int | None = None, note: str = ""
) -> Requisition:
    """Take a requisition back: its case ends and its budget is free again. Withdrawing twice changes nothing."""
    requisition = locked_with_case(requisition_id)
    rules.check_is_requester(actor, requisition)
    if requisition.status == RequisitionStatus.WITHDRAWN:
        return requisition
    rules.check_version(requisition, version)
    rules.check_may_withdraw(requisition)

    if requisition.status == RequisitionStatus.HANDED_OVER:
        withdraw_demand(actor=actor, requisition_id=requisition.pk)
    release(actor=actor, source_id=requisition.pk)
    requisition.status = RequisitionStatus.WITHDRAWN
    requisition.version += 1
    requisition.save(update_fields=["status", "version", "updated_at"])

    record(actor, "purchasing.requisition.withdrawn", requisition)
    if requisition.case_id:
        withdraw_case(actor=actor, case_id=requisition.case_id, note=note)
    return requisition


@transaction.atomic
def delete_draft(*, actor: OfficerCard, requisition_id: UUID) -> None:
    """Throw away a draft that was never submitted, with its lines and files; its requester may. Twice is once."""
    requisition = Requisition.objects.select_for_update().filter(pk=requisition_id).first()
    if requisition is None:
        return
    rules.check_is_requester(actor, requisition)
    rules.check_may_delete(requisition)
    for file in attachments_for(requisition):
        remove_attachment(actor=actor, attachment=file)
    record(actor, "purchasing.requisition.deleted", requisition, net_amount=str(requisition.net_amount))
    remove_lines(requisition)
    requisition.delete()


@transaction.atomic
def copy_requisition(*, actor: OfficerCard, requisition_id: UUID) -> Requisition:
    """Start a new draft with the same lines and codes, for the same thing again or after a rejection."""
    original = Requisition.objects.get(pk=requisition_id)
    if original.requester_id != actor.pk and not rules.may_see_all(actor):
        raise NotAllowed("You may copy only requisitions that you raised.")
    return start_requisition(actor=actor, draft=draft_of(original, keep_date=False))


def locked(requisition_id: UUID) -> Requisition:
    """The requisition as it is now, held until the transaction ends."""
    return Requisition.objects.select_for_update().get(pk=requisition_id)


def locked_with_case(requisition_id: UUID) -> Requisition:
    """The same where its case is moved as well: the case is locked first, as a decision does."""
    hold_case(Requisition.objects.values_list("case_id", flat=True).get(pk=requisition_id))
    return locked(requisition_id)


class Totals:
    """What submission needs of the lines: heads to reserve, the main cost centre and category, what is missing."""

    def __init__(self) -> None:
        self.lines: dict[int, tuple[str | None, Decimal, Decimal]] = {}
        self.coded: defaultdict[int, Decimal] = defaultdict(Decimal)
        self.by_id: defaultdict[tuple[UUID, UUID], Decimal] = defaultdict(Decimal)
        self.by_code: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)

    @property
    def heads(self) -> list[HeadAmount]:
        return [HeadAmount(*head, amount) for head, amount in self.by_id.items()]

    @property
    def category(self) -> str:
        """The CPV code of the largest line."""
        return max(self.lines.items(), key=lambda item: (item[1][1], -item[0]))[1][0] or ""

    @property
    def main_cost_centre(self) -> str:
        """The cost centre that pays the most; the first by code when two pay the same."""
        return self.cost_centres[0]

    @property
    def cost_centres(self) -> list[str]:
        """Every cost centre that pays, the one that pays most first: each one's budget holder is asked."""
        by_centre: defaultdict[str, Decimal] = defaultdict(Decimal)
        for (centre, _subjective), amount in self.by_code.items():
            by_centre[centre] += amount
        return sorted(by_centre, key=lambda centre: (-by_centre[centre], centre))


def _totals(requisition: Requisition, joint_categories: Sequence[str]) -> Totals:
    """Read the lines and shares in one query and refuse what is unfinished."""
    totals = Totals()
    rows = RequisitionLine.objects.filter(requisition=requisition).values_list(
        "position",
        "cpv_id",
        "net_amount",
        "cost_amount",
        "codings__cost_centre_id",
        "codings__cost_centre__code",
        "codings__subjective_id",
        "codings__subjective__code",
        "codings__amount",
    )
    for position, cpv, net, cost, centre_id, centre, subjective_id, subjective, amount in rows:
        totals.lines[position] = (cpv, net, cost)
        if centre_id is not None:
            totals.coded[position] += amount
            totals.by_id[centre_id, subjective_id] += amount
            totals.by_code[centre, subjective] += amount
    complete = [
        (position, bool(cpv), position in totals.coded and totals.coded[position] == cost)
        for position, (cpv, _net, cost) in totals.lines.items()
    ]
    together = bool(totals.lines) and rules.is_bought_together(totals.category, joint_categories)
    rules.check_complete(requisition, complete, today=localdate(), bought_together=together)
    return totals
