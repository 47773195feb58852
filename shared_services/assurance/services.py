"""Checking a room's record: at once for a command, part by part for the page that shows how far it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shared_services.access.permissions import check_may
from shared_services.audit.models import Verification
from shared_services.audit.sealing import LINES_A_JOB, seal
from shared_services.audit.services import PORTAL, record
from shared_services.audit.verifying import (
    Break,
    KnownHead,
    Part,
    check_heads,
    check_part,
    check_strays,
    count_links,
)
from shared_services.messaging.outbox import enqueue
from shared_services.tenancy.errors import NotAllowed

from .heads import known_heads

MAY_READ = "audit.view_records"


@transaction.atomic
def start_verification(*, actor: Any) -> Verification:
    """Have this room's record checked; one that is under way is not started again."""
    if actor is not None:
        check_may(actor, MAY_READ)
    running = Verification.objects.select_for_update().filter(status=Verification.Status.RUNNING).first()
    if running is not None:
        raise NotAllowed("The record is being checked already. Wait until that has ended.")
    verification = Verification.objects.create(
        asked_by_name=getattr(actor, "work_name", PORTAL), started_at=timezone.now(), lines=count_links()
    )
    if actor is not None:
        record(actor, "assurance.verification.started", verification)
    enqueue("assurance.verify_part", verification_id=verification.pk)
    return verification


@transaction.atomic
def verify_part(*, verification_id: UUID) -> Verification:
    """Check the next links and ask for the part after; the last part compares the heads. Safe to run twice."""
    verification = Verification.objects.select_for_update().get(pk=verification_id)
    if verification.status != Verification.Status.RUNNING:
        return verification
    if verification.checked == 0:
        seal(at_most=LINES_A_JOB)
        verification.lines = count_links()
    part = check_part(after=verification.last_seq, bound=verification.last_hash)
    verification.checked += part.links
    verification.last_seq, verification.last_hash = part.last_seq, part.last_hash
    verification.lines = max(verification.lines, verification.checked)
    found = part.first_break
    if found is None and part.links:
        enqueue("assurance.verify_part", verification_id=verification.pk)
    else:
        _end(verification, found or check_strays() or check_heads(known_heads()))
    verification.save()
    return verification


@transaction.atomic
def fail_verification(*, verification_id: UUID) -> None:
    """Say on the page that the check could not be finished, so that it can be asked for again."""
    Verification.objects.filter(pk=verification_id, status=Verification.Status.RUNNING).update(
        status=Verification.Status.FAILED, ended_at=timezone.now()
    )


def verify_room(*, heads_elsewhere: Iterable[KnownHead] = ()) -> tuple[int, Break | None]:
    """Check the whole record of the room that is open: how many links there are, and the first break if any.

    Lines that wait are not checked: seal them before, in a transaction of its own.
    """
    checked, part = 0, Part(0, 0, "", None)
    while True:
        part = check_part(after=part.last_seq, bound=part.last_hash)
        checked += part.links
        if part.first_break is not None:
            return checked, part.first_break
        if not part.links:
            break
    return checked, check_strays() or check_heads([*known_heads(), *heads_elsewhere])


def _end(verification: Verification, found: Break | None) -> None:
    verification.status = Verification.Status.BROKEN if found else Verification.Status.SOUND
    verification.finding = found.plain() if found else {}
    verification.ended_at = timezone.now()
    if found:
        record(None, "assurance.record.found_broken", verification, fault=found.fault, seq=found.seq)
