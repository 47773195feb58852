"""Handing out the head of each day, copying those of others, and comparing the copies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.timezone import localdate

from shared_services.audit.models import AuditEntry, WitnessedHead
from shared_services.audit.sealing import LINES_A_JOB, head_before, seal
from shared_services.audit.services import record
from shared_services.audit.verifying import KnownHead
from shared_services.tenancy.directory import council_by_number, every_room
from shared_services.tenancy.door import current_council

from .models import AuditHead, HeadReceipt

CONTRADICTED = "assurance.head.contradicted"
ROWS_AT_A_TIME = 2_000


@dataclass(frozen=True)
class Contradiction:
    """A head that this room copied and that the shared schema no longer has, or has otherwise."""

    council: int
    day: date
    lost: bool

    @property
    def council_name(self) -> str:
        return name_of(self.council)

    @property
    def sentence(self) -> str:
        gone = "is missing from the shared heads" if self.lost else "is not the one that was copied here"
        return f"The head of {self.council_name} of {self.day:%-d %B %Y} {gone}."


@transaction.atomic
def hand_out_head() -> AuditHead | None:
    """Write yesterday's head of this room where every partner finds it. Doing it twice in a day changes nothing."""
    today = localdate()
    yesterday = today - timedelta(days=1)
    seal(at_most=LINES_A_JOB)
    head = head_before(timezone.make_aware(datetime.combine(today, time.min)))
    if head is None:
        return None
    me = current_council()
    handed, _ = AuditHead.objects.get_or_create(
        owner_id=me.number,
        day=yesterday,
        defaults={
            "parts": [room.number for room in every_room() if room.number != me.number],
            "seq": head.seq, "lines": head.lines, "hash": head.hash, "handed_at": timezone.now(),
        },
    )  # fmt: skip
    return handed


@transaction.atomic
def witness_heads() -> int:
    """Copy into this room the partners' heads that it has not yet, tell them so, and look whether earlier ones hold."""
    me = current_council().number
    others = [room.number for room in every_room() if room.number != me]
    copied = WitnessedHead.objects.filter(council=OuterRef("owner_id"), day=OuterRef("day"))
    fresh = list(AuditHead.objects.filter(~Exists(copied), owner_id__in=others).order_by("owner_id", "day"))
    now = timezone.now()
    WitnessedHead.objects.bulk_create(
        [
            WitnessedHead(
                council=head.owner_id, day=head.day, seq=head.seq, lines=head.lines, hash=head.hash, witnessed_at=now
            )
            for head in fresh
        ],
        ignore_conflicts=True,
        batch_size=ROWS_AT_A_TIME,
    )
    for number in sorted({head.owner_id for head in fresh}):
        _give_receipt(me, number)
    for contradiction in contradictions():
        _record_once(contradiction)
    return len(fresh)


def contradictions() -> list[Contradiction]:
    """The copies of this room that the shared schema no longer bears out, the earliest first."""
    shared = AuditHead.objects.filter(owner_id=OuterRef("council"), day=OuterRef("day"))
    same = shared.filter(seq=OuterRef("seq"), hash=OuterRef("hash"))
    copies = WitnessedHead.objects.filter(~Exists(same)).annotate(is_there=Exists(shared)).order_by("day", "council")
    rows = copies.values_list("council", "day", "is_there")
    return [Contradiction(council, day, lost=not is_there) for council, day, is_there in rows]


def known_heads() -> list[KnownHead]:
    """What can be said in this room of its own heads: the shared ones, and the partners' word."""
    me = current_council().number
    heads = [
        KnownHead(head.day, head.seq, head.hash, "as it was handed to the partner councils")
        for head in AuditHead.objects.filter(owner_id=me).only("day", "seq", "hash")
    ]
    return heads + [
        KnownHead(receipt.last_day, receipt.seq, receipt.hash, f"as {name_of(receipt.owner_id)} copied it")
        for receipt in receipts()
    ]


def copies_of(council: int) -> list[KnownHead]:
    """The heads of another room as this room copied them, to be compared with that room's chain."""
    where = f"as {current_council().short_name} copied it into its own record"
    copies = WitnessedHead.objects.filter(council=council).order_by("day")
    return [KnownHead(day, seq, hash_, where) for day, seq, hash_ in copies.values_list("day", "seq", "hash")]


def receipts() -> list[HeadReceipt]:
    """Who holds copies of this room's heads."""
    others = [room.number for room in every_room()]
    return list(HeadReceipt.objects.filter(owner_id__in=others, council=current_council().number).order_by("owner_id"))


def name_of(number: int) -> str:
    council = council_by_number(number)
    return council.short_name if council else f"council {number}"


def _give_receipt(me: int, number: int) -> None:
    copies = WitnessedHead.objects.filter(council=number)
    last = copies.latest("day")
    HeadReceipt.objects.update_or_create(
        owner_id=me,
        council=number,
        defaults={
            "parts": [number], "first_day": copies.earliest("day").day, "last_day": last.day, "seq": last.seq,
            "hash": last.hash, "given_at": timezone.now(),
        },
    )  # fmt: skip


def _record_once(contradiction: Contradiction) -> None:
    key = f"{contradiction.council}-{contradiction.day.isoformat()}"
    if AuditEntry.objects.filter(event=CONTRADICTED, subject_id=key).exists():
        return
    record(None, CONTRADICTED, ("assurance.audithead", key), council=contradiction.council, lost=contradiction.lost)
