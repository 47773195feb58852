"""Writing the record. Every service of the portal calls `record` once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import models
from django.utils import timezone

from shared_services.tenancy.statements import RowWriter

from .changes import clean
from .models import AuditEntry

ENTRIES = RowWriter("audit.AuditEntry")
PORTAL = "The portal"
"""What the record calls work that no officer asked for, such as a nightly job."""


def record(
    actor: Any, event: str, subject: Any, *, changes: Mapping[str, Iterable[Any]] | None = None, **facts: Any
) -> AuditEntry:
    """Write down that an officer did something. One INSERT; part of the caller's transaction.

    `actor` is an OfficerCard, or None for the portal's own work; `subject` is the record it was done to, or
    a pair (kind, key) when the record lives in another room; `facts` are plain data, dates and money;
    `changes` are the old and new values, {field: [old, new]} (`changes.py`).
    """
    if changes:
        facts["changes"] = clean(changes)
    entry = _line(actor, event, subject, facts)
    ENTRIES.insert([entry])
    return entry


def record_all(actor: Any, lines: Iterable[tuple[str, Any, Mapping[str, Any]]]) -> None:
    """Write down many things that were done at once, each an event, a subject and facts. One INSERT for all."""
    entries = [_line(actor, event, subject, dict(facts)) for event, subject, facts in lines]
    AuditEntry.objects.bulk_create(entries)


def _line(actor: Any, event: str, subject: Any, facts: dict[str, Any]) -> AuditEntry:
    kind, key, label = _describe(subject)
    return AuditEntry(
        at=timezone.now(),
        actor_card_id=getattr(actor, "pk", None),
        actor_name=getattr(actor, "work_name", PORTAL),
        event=event,
        subject_type=kind,
        subject_id=key,
        subject_label=label[:250],
        facts=facts,
    )


def _describe(subject: Any) -> tuple[str, str, str]:
    if isinstance(subject, models.Model):
        label = getattr(subject, "reference", "") or str(subject)
        return subject._meta.label_lower, str(subject.pk), str(label)
    kind, key = subject
    return str(kind), str(key) if isinstance(key, (UUID, int)) else str(key)[:64], f"{kind} {key}"
