"""What may be done to which room, and when. Each refusal says how to go on."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.joining.rules import RESERVED_NAMES
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import (
    FIRST_SANDBOX_NUMBER,
    LAST_SANDBOX_NUMBER,
    SHARED_SERVICE_NUMBER,
    Council,
    CouncilHost,
    RegisteredCouncil,
)

from .choices import MERGERS, MOST_HOURS, Kind
from .models import Backup, LeaveNotice

MAY_OPERATE = "operating.operate"
MAY_ANSWER = "operating.answer_operation"
SECTION_151 = "section_151_officer"
MAY_GIVE_NOTICE = "operating.give_notice"
MAY_AGREE_TO_LEAVE = "operating.agree_to_leave"
WEB_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
NOT_FOR_SANDBOXES = (Kind.RENAME, Kind.SUCCEED, Kind.ACCESS, Kind.RESTORE, *MERGERS)
SHORTEST_NOTICE = timedelta(days=1)
LONGEST_NOTICE = timedelta(days=3 * 365)


def find_council(number: int) -> Council:
    """A council with a room. Raises NotAllowed for one whose room is gone, and for the shared service."""
    council = Council.objects.filter(pk=number, state__in=Council.KEPT).exclude(pk=SHARED_SERVICE_NUMBER).first()
    if council is None:
        raise NotAllowed("This council’s portal has been removed.", code="ended")
    return council


def check_reason(reason: str) -> None:
    if len(reason.strip()) < 5:
        raise NotAllowed("Give the reason in a few words: the council reads it.", code="reason")


def check_confirmed(typed: str, council: Council) -> None:
    """Whoever types the room's web name has looked which room it is."""
    if typed.strip().lower() != council.slug:
        raise NotAllowed(f"Type the web name of the council, {council.slug}, to confirm.", code="confirmation")


def check_state(kind: str, council: Council) -> None:
    """Whether a council's room, as it stands, may have this done to it."""
    suspended = council.state == Council.State.SUSPENDED
    if kind == Kind.SUSPEND:
        check_can_be_suspended(council)
    elif kind == Kind.RESUME and not suspended:
        raise NotAllowed(f"{council.name} is not suspended.", code="state")
    elif kind == Kind.REMOVE and council.sandbox_of_id is None:
        raise NotAllowed("Only a sandbox is removed so; a council gives notice to leave.", code="state")
    elif kind == Kind.CLONE:
        check_can_be_cloned(council)
    elif council.sandbox_of_id is not None and kind in NOT_FOR_SANDBOXES:
        raise NotAllowed("This is a sandbox. Remove it, and copy the council’s portal again.", code="sandbox")
    elif kind in (Kind.RESTORE, Kind.SUCCEED, Kind.ACCESS, *MERGERS) and suspended:
        raise NotAllowed(
            f"{council.name} is suspended, so nobody of the council could agree. Resume it first.", code="state"
        )
    elif kind in (Kind.RENAME, Kind.SUCCEED, *MERGERS) and council.state == Council.State.LEAVING:
        raise NotAllowed(f"{council.name} is leaving.", code="state")


def check_can_be_cloned(council: Council) -> None:
    """One sandbox a council, of a room that works."""
    if council.sandbox_of_id is not None or council.state != Council.State.LIVE:
        raise NotAllowed("Only the portal of a council that is live can be copied.", code="state")
    if Council.objects.filter(sandbox_of=council, state__in=Council.KEPT).exists():
        raise NotAllowed(f"{council.name} has a sandbox already. Remove that one first.", code="sandbox")
    next_sandbox_number()


def next_sandbox_number() -> int:
    """The number of the next sandbox. A removed one's stays taken: its record and its files bear it (isolation).

    Raises NotAllowed when the last is used up.
    """
    last = Council.objects.filter(number__gte=FIRST_SANDBOX_NUMBER).aggregate(last=Max("number"))["last"]
    number = FIRST_SANDBOX_NUMBER if last is None else last + 1
    if number > LAST_SANDBOX_NUMBER:
        raise NotAllowed(
            f"All {LAST_SANDBOX_NUMBER - FIRST_SANDBOX_NUMBER + 1:,} numbers for sandboxes have been used, and none is "
            "used twice. A later release has to make room for more.",
            code="numbers",
        )
    return number


def check_can_be_suspended(council: Council) -> None:
    if council.state == Council.State.SUSPENDED:
        raise NotAllowed(f"{council.name} is suspended already.", code="state")


def check_hours(hours: int) -> None:
    if not 1 <= hours <= MOST_HOURS:
        raise NotAllowed(f"Ask for 1 to {MOST_HOURS} hours.", code="hours")


def check_web_name_is_free(slug: str, council: Council) -> None:
    """No other council has it, and no address that still leads to another."""
    if not WEB_NAME.fullmatch(slug) or slug in RESERVED_NAMES:
        raise NotAllowed("Enter a web name of small letters, figures and hyphens, such as “liverpool”.", code="slug")
    taken = Council.objects.filter(slug=slug).exclude(pk=council.pk)
    host = CouncilHost.objects.filter(domain=f"{slug}.{settings.BASE_HOST}").exclude(tenant_id=council.pk)
    if taken.exists() or host.exists():
        raise NotAllowed(f"The web name {slug} is another council’s. Choose a different one.", code="slug")


def successor_of(council: Council, gss_code: str) -> RegisteredCouncil:
    """The register's entry that a council goes on as. Raises NotAllowed unless the register says that it succeeds it."""
    wanted = RegisteredCouncil.objects.filter(pk=gss_code.strip().upper()).first()
    if wanted is None:
        raise NotAllowed("No council of the register has this code.", code="gss_code")
    if not _names(council, wanted):
        raise NotAllowed(
            f"The register does not name {wanted.name} as the successor of {council.name}. Bring the register up to "
            "date first (load_reference_data).",
            code="gss_code",
        )
    if Council.objects.filter(registered=wanted).exclude(pk=council.pk).exists():
        raise NotAllowed(
            f"{wanted.name} has a portal of its own already. Only one council can go on as it; it takes over the records of "
            "the others.",
            code="gss_code",
        )
    return wanted


def predecessors_of(council: Council) -> list[Council]:
    """The councils with a room of which the register says that this one succeeds them."""
    if council.registered is None:
        return []
    others = Council.objects.filter(state__in=Council.KEPT, sandbox_of=None).exclude(
        pk__in=[council.pk, SHARED_SERVICE_NUMBER]
    )
    return [
        other for other in others.select_related("registered").order_by("name") if _names(other, council.registered)
    ]


def _names(council: Council, successor: RegisteredCouncil) -> bool:
    own = council.registered
    if own is None:
        return False
    # Whole names: Somerset Council stands in the middle of another's.
    named = re.search(rf"(^|, | and ){re.escape(successor.name)}($|, | and )", own.successor_names)
    return own.succeeded_by_id == successor.pk or named is not None


def predecessor_of(council: Council, number: int, kind: str) -> Council:
    """The council whose records are taken over. Raises NotAllowed unless the register says so and it can answer."""
    other = next((one for one in predecessors_of(council) if one.number == number), None)
    if other is None:
        raise NotAllowed(
            f"The register names no such council with a portal as one that {council.name} succeeds. Bring the register up to"
            " date first (load_reference_data).",
            code="predecessor",
        )
    if other.state == Council.State.SUSPENDED:
        raise NotAllowed(
            f"{other.name} is suspended, so nobody of it could agree. Resume it first.", code="predecessor"
        )
    if kind == Kind.MERGE:
        check_gave_notice(other)
    return other


def check_gave_notice(council: Council, *, hold: bool = False) -> None:
    """Records are taken over from a council that leaves by its own word, and before it is closed.

    A notice that was called back counts no more, also while the register does not say so yet. `hold` lets whoever calls
    it back wait until the transaction ends.
    """
    notices = LeaveNotice.objects.filter(owner_id=council.number, withdrawn_at=None).exclude(agreed_at=None)
    notice = (notices.select_for_update(of=("self",)) if hold else notices).first()
    if (
        notice is None
        or council.state != Council.State.LEAVING
        or council.leaves_on is None
        or council.leaves_on <= timezone.localdate()
    ):
        raise NotAllowed(
            f"{council.name} has to give notice to leave first, for a day that is still to come: two of its officers do"
            " so in its portal.",
            code="predecessor",
        )


def find_backup(council: Council, key: Any) -> Backup:
    backup = Backup.objects.of(council.number).kept().filter(pk=key).first()
    if backup is None:
        raise NotAllowed("Choose one of the council’s backups.", code="backup")
    return backup


def check_leaving_day(day: date) -> None:
    today = timezone.localdate()
    if not today + SHORTEST_NOTICE <= day <= today + LONGEST_NOTICE:
        raise NotAllowed("Enter a day after today and within three years.", code="leaves_on")


def check_may_operate(actor: OfficerCard) -> None:
    check_may(actor, MAY_OPERATE)


def check_may_answer(actor: OfficerCard) -> None:
    check_may(actor, MAY_ANSWER)


def check_may_sign(actor: OfficerCard, kind: str) -> None:
    """The sums that go with the records are signed by the officer who answers for the council's money."""
    if kind == Kind.MERGE and SECTION_151 not in actor.roles:
        raise NotAllowed(
            "The section 151 officer agrees to this: whoever does signs the control totals.", code="section_151"
        )
