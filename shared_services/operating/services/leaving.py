"""A council gives notice, a second officer agrees, and it can be called back until the room is removed."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.audit.services import record
from shared_services.govuk.words import spoken_date
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from .. import rules
from ..before_leaving import leaving_checks
from ..choices import Kind, Status
from ..models import LeaveNotice, Operation


def open_notice() -> LeaveNotice | None:
    """The notice of the council whose room is open, if it has given one and not called it back."""
    return LeaveNotice.objects.filter(owner_id=current_council().number, withdrawn_at=None).first()


@transaction.atomic
def give_notice(*, actor: OfficerCard, leaves_on: date, reason: str = "") -> LeaveNotice:
    """Say on which day the council leaves; its administrator may. It counts when the section 151 officer agrees."""
    check_may(actor, rules.MAY_GIVE_NOTICE)
    OfficerCard.objects.select_for_update().get(pk=actor.pk)
    if open_notice() is not None:
        raise NotAllowed("Notice has been given already. Withdraw it to give another.", code="open")
    rules.check_leaving_day(leaves_on)
    here = current_council()
    notice = LeaveNotice(
        owner_id=here.number, parts=[SHARED_SERVICE_NUMBER], council_name=here.name, leaves_on=leaves_on,
        reason=reason.strip(), given_by=actor, given_by_name=actor.work_name,
    )  # fmt: skip
    notice.save(force_insert=True)
    record(actor, "operating.notice.given", notice, leaves_on=leaves_on, reason=notice.reason)
    return notice


@transaction.atomic
def agree_to_leave(*, actor: OfficerCard) -> LeaveNotice:
    """Agree to the notice; the section 151 officer may, and not who gave it. What is open still is kept with it."""
    check_may(actor, rules.MAY_AGREE_TO_LEAVE)
    notice = _lock()
    if notice.agreed_at is not None:
        return notice
    if notice.given_by_id == actor.pk:
        raise NotAllowed("You gave the notice, so another officer has to agree to it.", code="two_officers")
    check_still_ahead(notice)
    notice.agreed_by, notice.agreed_by_name, notice.agreed_at = actor, actor.work_name, timezone.now()
    notice.checks = [check.as_data() for check in leaving_checks()]
    notice.save(update_fields=["agreed_by", "agreed_by_name", "agreed_at", "checks"])
    record(actor, "operating.notice.agreed", notice, leaves_on=notice.leaves_on)
    return notice


@transaction.atomic
def call_back(*, actor: OfficerCard) -> LeaveNotice:
    """Stay after all; the administrator and the section 151 officer may, until the room is removed."""
    rules.check_may_answer(actor)
    notice = _lock()
    check_not_taken_over()
    notice.withdrawn_at, notice.withdrawn_by_name = timezone.now(), actor.work_name
    notice.save(update_fields=["withdrawn_at", "withdrawn_by_name"])
    record(actor, "operating.notice.called_back", notice)
    return notice


def check_not_taken_over() -> None:
    """A council whose records its successor has taken over stays only when that is undone first."""
    here = current_council().number
    merged = Operation.objects.of(here).filter(
        kind__in=[Kind.MERGE, Kind.UNMERGE], status=Status.DONE, details__predecessor=here
    )
    last = merged.order_by("-ended_at").first()
    if last is not None and last.kind == Kind.MERGE:
        raise NotAllowed(
            f"{last.council.name} has taken over your council’s records. Ask the platform’s team to undo that first.",
            code="taken_over",
        )


def find_notice() -> LeaveNotice:
    """The open notice of the council whose room is open. Raises NotAllowed where there is none."""
    return _or_refused(open_notice())


def check_still_ahead(notice: LeaveNotice) -> None:
    """A notice whose day came before it was agreed is given anew."""
    if not notice.agreed_at and notice.leaves_on <= timezone.localdate():
        raise NotAllowed(
            f"The day of this notice, {spoken_date(notice.leaves_on)}, has passed. Withdraw it and give notice for a "
            "later day.",
            code="passed",
        )


def _lock() -> LeaveNotice:
    notices = LeaveNotice.objects.filter(owner_id=current_council().number, withdrawn_at=None)
    return _or_refused(notices.select_for_update(of=("self",)).first())


def _or_refused(notice: LeaveNotice | None) -> LeaveNotice:
    if notice is None:
        raise NotAllowed("No notice to leave is open. It may have been withdrawn since.", code="none")
    return notice
