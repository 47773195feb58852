"""Consent to a joint purchase: written when the council's officer agrees, read when its order is raised."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.audit.services import record
from shared_services.procurement.selectors import SharedLine, SharedTerms, terms_of_proposal
from shared_services.tenancy.errors import NotAllowed

from ..choices import RequisitionStatus
from ..joint_terms import AgreedTerms, apply_prices
from ..models import JointConsent, JointConsentLine, PurchaseOrder, Requisition, RequisitionLine

LONGEST_SUPPLIER = PurchaseOrder._meta.get_field("supplier_name").max_length or 0
NOT_OURS = "The proposal does not say what your council handed over"
TELL = "Reject it, or ask the shared service to send it again."


def keep_consent(
    *, actor: OfficerCard, case_id: UUID, task_id: UUID, proposal_id: UUID, for_name: str = ""
) -> JointConsent:
    """Write down what this council agrees to, in the transaction of the decision; `for_name`: for whom a deputy does.

    Raises NotAllowed when the proposal is not about this council's own handed-over requisitions, line for line.
    """
    terms = terms_of_proposal(proposal_id)
    if terms is None or not terms.lines:
        raise NotAllowed(f"Your council has no share in this proposal, so there is nothing to agree to. {TELL}")
    if len(terms.supplier_name) > LONGEST_SUPPLIER:
        raise NotAllowed(f"The supplier’s name is longer than an order can carry ({LONGEST_SUPPLIER} letters). {TELL}")
    lines = _priced(terms)
    consent = JointConsent(
        case_id=case_id,
        task_id=task_id,
        proposal_id=terms.proposal_id,
        share_id=terms.share_id,
        proposal_reference=terms.reference,
        supplier_name=terms.supplier_name,
        net_amount=sum(line.net_amount for line in lines),
        vat_amount=sum(line.vat_amount for line in lines),
        gross_amount=sum(line.gross_amount for line in lines),
        agreed_by_id=actor.pk,
        agreed_by_name=actor.work_name,
        agreed_for_name=for_name,
        agreed_at=timezone.now(),
        seen_digest=terms.digest(),
    )
    if consent.net_amount != terms.net_amount:
        raise NotAllowed(f"{terms.reference}: the lines do not add up to the share that it states. {TELL}")
    if JointConsent.objects.filter(share_id=terms.share_id).exists():
        raise NotAllowed(f"Your council has already agreed to {terms.reference}.", code="already_done")
    consent.save(force_insert=True)
    JointConsentLine.objects.bulk_create(
        JointConsentLine(
            consent=consent,
            requisition_line=line,
            position=place,
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
        for place, line in enumerate(lines, start=1)
    )
    record(
        actor,
        "purchasing.joint_purchase.agreed",
        consent,
        supplier=consent.supplier_name,
        net_amount=str(consent.net_amount),
        seen=consent.seen_digest,
    )
    return consent


def consent_to(terms: SharedTerms) -> JointConsent:
    """The consent that lets this council order its share. Raises NotAllowed without one that says exactly the same."""
    consent = JointConsent.objects.filter(share_id=terms.share_id, proposal_id=terms.proposal_id).first()
    if consent is None:
        raise NotAllowed(f"No officer of this council agreed to {terms.reference}, so nothing is ordered.")
    later = JointConsentLine.objects.filter(
        requisition_line__in=consent.lines.values("requisition_line"), consent__agreed_at__gt=consent.agreed_at
    )
    if later.exists():
        raise NotAllowed(f"This council has since agreed to another purchase of what {terms.reference} holds.")
    if not terms.all_agreed:
        raise NotAllowed(f"{terms.reference} is not agreed by every council, so nothing is ordered.")
    if consent.seen_digest != terms.digest():
        raise NotAllowed(
            f"{terms.reference} is no longer what {consent.agreed_by_name} agreed to for this council, "
            "so nothing is ordered."
        )
    return consent


def agreed_terms(consent: JointConsent) -> dict[UUID, AgreedTerms]:
    """What was agreed for each requisition, from the council's own record alone."""
    prices: dict[UUID, dict[UUID, JointConsentLine]] = defaultdict(dict)
    lines = JointConsentLine.objects.filter(consent=consent).select_related("requisition_line")
    for line in lines.order_by("position"):
        prices[line.requisition_line.requisition_id][line.requisition_line_id] = line
    return {
        requisition_id: AgreedTerms(
            supplier_name=consent.supplier_name,
            unit_prices={key: line.unit_price for key, line in agreed.items()},
            quantities={key: line.quantity for key, line in agreed.items()},
            net_amount=sum(line.net_amount for line in agreed.values()),
            vat_amount=sum(line.vat_amount for line in agreed.values()),
        )
        for requisition_id, agreed in prices.items()
    }


def _priced(terms: SharedTerms) -> list[RequisitionLine]:
    """This council's own lines at the agreed prices: every line of each requisition, and no line of another."""
    own = {
        requisition.pk: requisition
        for requisition in Requisition.objects.select_for_update().filter(pk__in=terms.requisition_ids).order_by("pk")
    }
    shared: dict[UUID, dict[UUID, SharedLine]] = defaultdict(dict)
    for line in terms.lines:
        if line.requisition_line_id in shared[line.requisition_id]:
            raise NotAllowed(f"{NOT_OURS}: {line.reference} line {line.line_number} is there twice. {TELL}")
        shared[line.requisition_id][line.requisition_line_id] = line
    priced: list[RequisitionLine] = []
    for requisition_id, said in shared.items():
        requisition = own.get(requisition_id)
        first = next(iter(said.values()))
        if requisition is None or requisition.status != RequisitionStatus.HANDED_OVER:
            raise NotAllowed(f"{NOT_OURS}: {first.reference} is not with the shared service. {TELL}")
        lines = list(RequisitionLine.objects.filter(requisition=requisition).order_by("position"))
        _check_lines(requisition, lines, said)
        apply_prices(
            lines,
            {key: line.agreed_unit_price for key, line in said.items() if line.agreed_unit_price is not None},
        )
        _check_amounts(requisition, lines, said)
        priced += lines
    return priced


def _check_lines(requisition: Requisition, lines: Iterable[RequisitionLine], said: dict[UUID, SharedLine]) -> None:
    own = {line.pk: line for line in lines}
    for line in said.values():
        ours = own.get(line.requisition_line_id)
        if ours is None or (ours.quantity, ours.unit, ours.description) != (line.quantity, line.unit, line.description):
            raise NotAllowed(f"{NOT_OURS}: {requisition.reference} line {line.line_number} is another. {TELL}")
    missing = [str(line.position) for key, line in own.items() if key not in said]
    if missing:
        raise NotAllowed(f"{NOT_OURS}: {requisition.reference} lacks line {', '.join(missing)}. {TELL}")


def _check_amounts(requisition: Requisition, lines: Iterable[RequisitionLine], said: dict[UUID, SharedLine]) -> None:
    for line in lines:
        if line.net_amount != said[line.pk].net_amount:
            raise NotAllowed(
                f"{NOT_OURS}: {requisition.reference} line {line.position} comes to £{line.net_amount:,.2f} at that "
                f"price, not £{said[line.pk].net_amount:,.2f}. {TELL}"
            )
