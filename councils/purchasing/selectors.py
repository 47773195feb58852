"""What pages, the API and other apps read of requisitions and orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.db.models import Q
from django.utils.timezone import localdate

from councils.finance.selectors import cost_centres_answered_for
from shared_services.access.models import OfficerCard
from shared_services.workflow.answers import who_would_approve
from shared_services.workflow.selectors import cases_decided_by, may_view_case, open_task_for

from . import rules
from .choices import SameBy
from .drafts import CodingDraft, LineDraft, RequisitionDraft
from .models import LineCoding, PurchaseOrder, Requisition, RequisitionLine, Supplier
from .querysets import PurchaseOrderQuerySet, RequisitionQuerySet

if TYPE_CHECKING:
    from collections.abc import Iterable


def requisitions_visible_to(actor: OfficerCard) -> RequisitionQuerySet:
    """Finance and the section 151 officer see all.

    Others see what they raised, what they decided on, and what the cost centres pay for that they hold or answer for.
    """
    if rules.may_see_all(actor):
        return Requisition.objects.all()
    return Requisition.objects.filter(_concerns(actor, ""))


def orders_visible_to(actor: OfficerCard) -> PurchaseOrderQuerySet:
    """An order is visible to whoever may see its requisition."""
    if rules.may_see_all(actor):
        return PurchaseOrder.objects.all()
    return PurchaseOrder.objects.filter(_concerns(actor, "requisition__"))


def _concerns(actor: OfficerCard, prefix: str) -> Q:
    concerns = Q(**{f"{prefix}requester_id": actor.pk}) | Q(**{f"{prefix}case_id__in": cases_decided_by(actor)})
    if centres := cost_centres_answered_for(actor.pk):
        coded = LineCoding.objects.filter(cost_centre_id__in=centres).values("line__requisition_id")
        concerns |= Q(**{f"{prefix}pk__in" if prefix else "pk__in": coded})
    return concerns


def visible_requisition(actor: OfficerCard, reference: str) -> Requisition | None:
    """A requisition with its lines, for whoever may see it, approvers of its case included."""
    found = Requisition.objects.with_lines().filter(reference=reference).first()
    return found if found is not None and may_see(actor, found) else None


def visible_order(actor: OfficerCard, reference: str) -> PurchaseOrder | None:
    """An order with its lines, for whoever may see its requisition."""
    found = PurchaseOrder.objects.with_lines().filter(reference=reference).first()
    return found if found is not None and may_see(actor, found.requisition) else None


def may_see(actor: OfficerCard, requisition: Requisition) -> bool:
    """Its requester, finance, the budget holders who pay, and everyone who decides or decided on its case."""
    if requisition.requester_id == actor.pk or rules.may_see_all(actor):
        return True
    if requisitions_visible_to(actor).filter(pk=requisition.pk).exists():
        return True
    case = case_of(requisition)
    return case is not None and may_view_case(actor, case)


def category_of(lines: Iterable[RequisitionLine]) -> str:
    """The CPV code of the largest line: the category that a requisition counts as."""
    return max(lines, key=lambda line: (line.net_amount, -line.position)).cpv_id or ""


def who_will_approve(requisition: Requisition, lines: Iterable[RequisitionLine]) -> list[tuple[str, str]]:
    """Who will be asked to approve a complete requisition as things stand today: (role, names), in order."""
    lines = list(lines)
    centres = list(dict.fromkeys(share.cost_centre.code for line in lines for share in line.codings.all()))
    names: dict[str, list[str]] = {}
    for centre in centres:
        for approval in who_would_approve(
            decision_type="requisition_approval",
            amount=requisition.net_amount,
            category=category_of(lines),
            cost_centre=centre,
            requester=requisition.requester,
            on=localdate(),
        ):
            found = names.setdefault(str(approval.role_label), [])
            found += [card.work_name for card in approval.officers if card.work_name not in found]
    return [(role, ", ".join(found) or "Nobody holds this role yet") for role, found in names.items()]


def case_of(requisition: Requisition) -> Any:
    """The case of a requisition, or None before it is submitted."""
    if requisition.case_id is None:
        return None
    return apps.get_model("workflow.Case").objects.of_this_room().filter(pk=requisition.case_id).first()


def draft_of(requisition: Requisition, *, keep_date: bool = True) -> RequisitionDraft:
    """A requisition as the plain data of its form."""
    lines = Requisition.objects.with_lines().get(pk=requisition.pk).lines.all()
    return RequisitionDraft(
        title=requisition.title,
        justification=requisition.justification,
        needed_by_on=requisition.needed_by_on if keep_date else None,
        delivery_location=requisition.delivery_location,
        supplier_name=requisition.supplier_name,
        supplier_email=requisition.supplier_email,
        wants_joint_buying=requisition.wants_joint_buying,
        lines=tuple(
            LineDraft(
                description=line.description,
                quantity=line.quantity,
                unit_price=line.unit_price,
                unit=line.unit,
                vat_code=line.vat_code,
                cpv=line.cpv_id or "",
                codings=_coding_drafts(line.codings.all()),
            )
            for line in lines
        ),
    )


def _coding_drafts(codings: Iterable[LineCoding]) -> tuple[CodingDraft, ...]:
    codings = list(codings)
    if len(codings) == 1:
        return (CodingDraft(codings[0].cost_centre.code, codings[0].subjective.code),)
    return tuple(
        CodingDraft(
            coding.cost_centre.code,
            coding.subjective.code,
            percent=coding.percent,
            amount=None if coding.percent is not None else coding.amount,
        )
        for coding in codings
    )


def revision_task_id(requisition: Requisition) -> UUID | None:
    """The task that asks the requester to change a requisition that was sent back."""
    if requisition.case_id is None:
        return None
    return open_task_for(case_id=requisition.case_id, outcome="resubmit")


def alike_suppliers() -> dict[SameBy, int]:
    """How many suppliers in use look like another, by what they have alike."""
    return {by: Supplier.objects.alike_by(by).count() for by in SameBy}
