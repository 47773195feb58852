"""What purchasing allows: who may see, change and submit a requisition, and what it must say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.utils.timezone import localdate

from councils.finance.years import financial_year_of
from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may, may
from shared_services.govuk.words import spoken_date, spoken_instant
from shared_services.tenancy.errors import NotAllowed, Stale

from .choices import EDITABLE, IN_PROGRESS, STANDING, OrderStatus, RequisitionStatus, SentBy, Unit
from .drafts import LineDraft, RequisitionDraft
from .models import PurchaseOrder, Requisition

MOST_LINES = 200
MOST_SHARES = 20
LONGEST_TITLE, LONGEST_DESCRIPTION = 120, 250
THREE_PLACES, FOUR_PLACES = Decimal("0.001"), Decimal("0.0001")


def check_version(subject: Requisition | PurchaseOrder, version: int | None) -> None:
    """The officer saw this version, or somebody changed it since."""
    if version is not None and subject.version != version:
        raise Stale


def may_see_all(actor: OfficerCard) -> bool:
    return may(actor, "purchasing.view_all_requisitions")


def check_is_requester(actor: OfficerCard, requisition: Requisition) -> None:
    """Only the officer who raised a requisition changes, submits or withdraws it."""
    check_may(actor, "purchasing.raise_requisition")
    if requisition.requester_id != actor.pk:
        raise NotAllowed(f"Only the officer who raised {requisition.reference} may do this.")


def check_editable(requisition: Requisition) -> None:
    if requisition.status not in EDITABLE:
        raise NotAllowed(
            f"{requisition.reference} is {requisition.get_status_display().lower()} and can no longer be changed. "
            "Withdraw it, or ask the approver to send it back."
            if requisition.status == RequisitionStatus.SUBMITTED
            else f"{requisition.reference} is {requisition.get_status_display().lower()} and can no longer be changed."
        )


def check_not_submitted_already(requisition: Requisition) -> None:
    """Tell an officer whose other window was first."""
    if requisition.status not in EDITABLE and requisition.submitted_at:
        raise NotAllowed(
            f"{requisition.reference} was already submitted by {requisition.requester.work_name} on "
            f"{spoken_instant(requisition.submitted_at)}. It was not submitted again.",
            code="already_done",
        )


def may_delete(requisition: Requisition) -> bool:
    """A draft that was never submitted leaves no trace with anybody else."""
    return requisition.status == RequisitionStatus.DRAFT and requisition.submitted_at is None


def check_may_delete(requisition: Requisition) -> None:
    if not may_delete(requisition):
        raise NotAllowed(
            f"{requisition.reference} was submitted before, so it is kept. Withdraw it if it is no longer needed."
        )


def may_withdraw(requisition: Requisition) -> bool:
    """Until it is ordered; what the shared service is already buying it will not let go (procurement refuses)."""
    return requisition.status in (*EDITABLE, *IN_PROGRESS)


def check_may_withdraw(requisition: Requisition) -> None:
    if not may_withdraw(requisition):
        raise NotAllowed(
            f"{requisition.reference} is {requisition.get_status_display().lower()} and can no longer be withdrawn. "
            "Ask a finance officer to cancel its order if there is one."
        )


def check_draft(draft: RequisitionDraft) -> None:
    """A draft may be unfinished, but what is there must make sense."""
    if not draft.title.strip():
        raise NotAllowed("Enter a title, like Desks for the library in Toxteth.", code="title")
    if len(draft.title.strip()) > LONGEST_TITLE:
        raise NotAllowed(f"Shorten the title to {LONGEST_TITLE} characters.", code="title")
    if len(draft.lines) > MOST_LINES:
        raise NotAllowed(f"A requisition may have {MOST_LINES} lines at most. Split it into two requisitions.")
    for number, line in enumerate(draft.lines, start=1):
        check_line(line, number)


def check_line(line: LineDraft, number: int) -> None:
    if not line.description.strip():
        raise NotAllowed(f"Line {number}: enter what you need, like Office desk 1600 mm.", code="line")
    if len(line.description.strip()) > LONGEST_DESCRIPTION:
        raise NotAllowed(f"Line {number}: shorten the description to {LONGEST_DESCRIPTION} characters.", code="line")
    if line.quantity <= 0 or line.quantity != line.quantity.quantize(THREE_PLACES):
        raise NotAllowed(f"Line {number}: enter a quantity above zero, with three decimals at most.", code="line")
    if line.unit_price < 0 or line.unit_price != line.unit_price.quantize(FOUR_PLACES):
        raise NotAllowed(f"Line {number}: enter a unit price like 125.50, with four decimals at most.", code="line")
    if line.unit not in Unit.values:
        raise NotAllowed(f"Line {number}: choose a unit from the list.", code="line")
    if len(line.codings) > MOST_SHARES:
        raise NotAllowed(f"Line {number}: split it over {MOST_SHARES} codes at most.", code="split")


def check_codes(
    draft: RequisitionDraft,
    *,
    cpv: Iterable[str],
    cost_centres: Mapping[str, UUID],
    subjectives: Mapping[str, UUID],
    vat_codes: Iterable[str],
) -> None:
    """Every code on the form must be known and open."""
    cpv, vat_codes = set(cpv), set(vat_codes)
    for number, line in enumerate(draft.lines, start=1):
        if line.vat_code not in vat_codes:
            raise NotAllowed(f"Line {number}: choose a VAT code from the list.", code="line")
        if line.cpv and line.cpv not in cpv:
            raise NotAllowed(f"Line {number}: {line.cpv} is not a CPV code. Search for one that fits.", code="line")
        for coding in line.codings:
            if coding.cost_centre not in cost_centres:
                raise NotAllowed(
                    f"Line {number}: cost centre {coding.cost_centre or '(none)'} is unknown or closed on the day the "
                    "goods are needed. Choose an open one.",
                    code="coding",
                )
            if coding.subjective not in subjectives:
                raise NotAllowed(
                    f"Line {number}: subjective code {coding.subjective or '(none)'} is unknown or closed on the day the "
                    "goods are needed. Choose an open one.",
                    code="coding",
                )


def missing_details(requisition: Requisition, *, today: date, bought_together: bool) -> list[str]:
    """What the details of a requisition lack before it can be submitted.

    What is bought together needs no supplier: the shared service finds one for all.
    """
    missing = []
    if not requisition.justification.strip():
        missing.append("Say why this is needed.")
    if requisition.needed_by_on is None:
        missing.append("Enter the date you need it by.")
    elif requisition.needed_by_on < today:
        missing.append("The date you need it by has passed. Enter a later one.")
    if not requisition.delivery_location.strip():
        missing.append("Enter where to deliver it.")
    if not (requisition.supplier_name.strip() or requisition.wants_joint_buying or bought_together):
        missing.append("Name the supplier, or offer it to the shared service to buy together.")
    return missing


def check_complete(
    requisition: Requisition, lines: Sequence[tuple[int, bool, bool]], *, today: date, bought_together: bool
) -> None:
    """Everything an approver needs is there: `lines` are (position, has a CPV code, is fully coded)."""
    problems = missing_details(requisition, today=today, bought_together=bought_together)
    if not lines:
        problems.append("Add at least one line.")
    problems += [f"Line {position}: choose a CPV code." for position, has_cpv, _coded in lines if not has_cpv]
    problems += [f"Line {position}: say which cost centre pays." for position, _cpv, coded in lines if not coded]
    if lines and not requisition.net_amount:
        problems.append("The requisition comes to £0. Enter the prices you expect.")
    if problems:
        raise NotAllowed(" ".join(problems), code="incomplete")


def check_may_cancel(order: PurchaseOrder, reason: str) -> None:
    if not reason.strip():
        raise NotAllowed("Say why the order is cancelled: the supplier and the auditor will ask.")
    if order.status not in STANDING:
        raise NotAllowed(f"{order.reference} is already cancelled.")


def check_may_record_sending(order: PurchaseOrder, *, on: date, by: str, supplier_name: str, today: date) -> None:
    """An order that stands is recorded as sent once, on a day that has come, to a supplier with a name."""
    if order.status == OrderStatus.CANCELLED:
        raise NotAllowed(f"{order.reference} is cancelled, so it cannot be sent.")
    if order.status == OrderStatus.SENT:
        raise NotAllowed(f"{order.reference} is already recorded as sent on {spoken_date(order.sent_on)}.")
    if by not in SentBy.values:
        raise NotAllowed("Choose how the order was sent.", code="sent_by")
    raised_on = localdate(order.issued_at)
    if on > today or on < raised_on:
        raise NotAllowed(
            f"Enter a day from {spoken_date(raised_on)}, when it was raised, to today.",
            code="sent_on",
        )
    if not supplier_name.strip():
        raise NotAllowed("Name the supplier that the order was sent to.", code="supplier_name")


def is_bought_together(category: str, prefixes: Sequence[str]) -> bool:
    """Whether the council has named the category as one to buy with other councils."""
    return any(category.startswith(prefix) for prefix in prefixes if prefix)


def dated(requisition: Requisition) -> tuple[date, int]:
    """The day a submitted requisition is needed by and the financial year that pays: it always has both."""
    assert requisition.needed_by_on is not None and requisition.financial_year is not None
    return requisition.needed_by_on, requisition.financial_year


def year_charged(needed_by_on: date | None) -> int | None:
    """The financial year whose budget pays: the one in which the goods are received."""
    return financial_year_of(needed_by_on) if needed_by_on else None
