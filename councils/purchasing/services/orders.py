"""Purchase orders: raised once from an approved requisition, recorded as sent, and cancelled."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from councils.finance.services import commit, release
from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.audit.services import record
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.references import next_reference
from shared_services.workflow.duties import check_may_do

from .. import rules
from ..choices import OrderStatus, RequisitionStatus
from ..joint_terms import AgreedTerms, apply_prices, heads_to_charge
from ..models import LineCoding, OrderLine, PricedLine, PurchaseOrder, Requisition, RequisitionLine
from .requisitions import locked

COPIED = [field.name for field in PricedLine._meta.get_fields() if field.name not in {"id", "cpv"}]


@transaction.atomic(savepoint=False)
def raise_order(*, actor: OfficerCard | None, requisition_id: UUID) -> PurchaseOrder:
    """Turn an approved requisition into the council's order and commit its budget.

    A requisition has one order: asking again returns it. Raises NotAllowed when the budget is not enough.
    """
    requisition = locked(requisition_id)
    if requisition.status == RequisitionStatus.ORDERED:
        return PurchaseOrder.objects.get(requisition=requisition)
    _check_status(requisition, RequisitionStatus.APPROVED)
    return _raise(actor, requisition, list(RequisitionLine.objects.filter(requisition=requisition)), None)


@transaction.atomic(savepoint=False)
def raise_agreed_order(*, requisition_id: UUID, terms: AgreedTerms) -> PurchaseOrder:
    """Turn a handed-over requisition into the council's order, at what its own officer agreed to and nothing else.

    Asking again returns the order. Raises NotAllowed when the requisition is not what was agreed to, or the budget
    is not enough.
    """
    requisition = locked(requisition_id)
    if requisition.status == RequisitionStatus.ORDERED:
        return PurchaseOrder.objects.get(requisition=requisition)
    _check_status(requisition, RequisitionStatus.HANDED_OVER)
    lines = list(RequisitionLine.objects.filter(requisition=requisition))
    differs = f"{requisition.reference} is no longer what this council agreed to, so nothing is ordered."
    if {line.pk: line.quantity for line in lines} != dict(terms.quantities):
        raise NotAllowed(differs)
    apply_prices(lines, terms.unit_prices)
    agreed = (terms.net_amount, terms.vat_amount)
    if (sum(line.net_amount for line in lines), sum(line.vat_amount for line in lines)) != agreed:
        raise NotAllowed(differs)
    return _raise(None, requisition, lines, terms)


def _check_status(requisition: Requisition, wanted: RequisitionStatus) -> None:
    if requisition.status != wanted:
        raise NotAllowed(
            f"{requisition.reference} is {requisition.get_status_display().lower()}: only an approved requisition is ordered."
        )


def _raise(
    actor: OfficerCard | None, requisition: Requisition, lines: list[RequisitionLine], terms: AgreedTerms | None
) -> PurchaseOrder:
    codings = LineCoding.objects.filter(line__requisition=requisition).order_by("line_id", "position").shares()
    order = _order_from(requisition, lines, actor, terms)
    order.save(force_insert=True)
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order, requisition_line=line, cpv_id=line.cpv_id, **{name: getattr(line, name) for name in COPIED}
        )
        for line in lines
    )
    commit(
        actor=actor,
        source_id=requisition.pk,
        order_id=order.pk,
        order_reference=order.reference,
        financial_year=order.financial_year,
        heads=heads_to_charge(lines, codings),
    )
    requisition.status = RequisitionStatus.ORDERED
    requisition.version += 1
    requisition.save(update_fields=["status", "version", "updated_at"])

    record(actor, "purchasing.order.raised", order, requisition=requisition.reference, net_amount=str(order.net_amount))
    return order


def _order_from(
    requisition: Requisition, lines: list[RequisitionLine], actor: OfficerCard | None, terms: AgreedTerms | None
) -> PurchaseOrder:
    agreed_supplier = terms.supplier_name if terms else ""
    needed_by_on, financial_year = rules.dated(requisition)
    net, vat = sum(line.net_amount for line in lines), sum(line.vat_amount for line in lines)
    return PurchaseOrder(
        reference=next_reference("PO", localdate().year),
        requisition=requisition,
        title=requisition.title,
        requester_id=requisition.requester_id,
        supplier_name=agreed_supplier or requisition.supplier_name,
        supplier_email="" if agreed_supplier else requisition.supplier_email,
        delivery_location=requisition.delivery_location,
        needed_by_on=needed_by_on,
        financial_year=financial_year,
        net_amount=net,
        vat_amount=vat,
        gross_amount=net + vat,
        issued_at=timezone.now(),
        issued_by_id=actor.pk if actor else None,
    )


@transaction.atomic
def cancel_order(*, actor: OfficerCard, order_id: UUID, reason: str, version: int | None = None) -> PurchaseOrder:
    """Cancel an order and give its commitment back to the budget; finance officers may. Raises Stale."""
    check_may(actor, "purchasing.cancel_order")
    order = PurchaseOrder.objects.select_for_update().get(pk=order_id)
    if order.status == OrderStatus.CANCELLED and order.cancelled_by_id == actor.pk:
        return order
    rules.check_may_cancel(order, reason)
    rules.check_version(order, version)

    freed = release(actor=actor, source_id=order.pk)
    order.status = OrderStatus.CANCELLED
    order.cancelled_at = timezone.now()
    order.cancelled_by_id = actor.pk
    order.cancel_reason = reason.strip()
    order.version += 1
    order.save(update_fields=["status", "cancelled_at", "cancelled_by", "cancel_reason", "version"])

    record(actor, "purchasing.order.cancelled", order, freed_amount=str(freed), reason=order.cancel_reason)
    return order


@transaction.atomic
def record_order_sent(
    *,
    actor: OfficerCard,
    order_id: UUID,
    sent_on: date,
    sent_by: str,
    supplier_name: str = "",
    version: int | None = None,
) -> PurchaseOrder:
    """Record when and how an order went to its supplier; those who issue orders and give no roles may. Raises Stale.

    An order that came back from joint buying may have no supplier yet: then it is named here.
    Recording the same twice changes nothing.
    """
    check_may(actor, "purchasing.issue_order")
    check_may_do(actor, "purchasing.issue_order")
    order = PurchaseOrder.objects.select_for_update().get(pk=order_id)
    if order.status == OrderStatus.SENT and (order.sent_on, order.sent_by) == (sent_on, sent_by):
        return order
    rules.check_version(order, version)
    to = order.supplier_name or supplier_name.strip()
    rules.check_may_record_sending(order, on=sent_on, by=sent_by, supplier_name=to, today=localdate())

    order.status = OrderStatus.SENT
    order.supplier_name = to
    order.sent_on, order.sent_by, order.sent_recorded_by_id = sent_on, sent_by, actor.pk
    order.version += 1
    order.save(update_fields=["status", "supplier_name", "sent_on", "sent_by", "sent_recorded_by", "version"])

    record(actor, "purchasing.order.sent", order, sent_on=str(sent_on), sent_by=sent_by, supplier=to)
    return order
