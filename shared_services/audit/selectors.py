"""Reading the record."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db import connection, models
from django.db.models import Q, QuerySet

from shared_services.access.permissions import may

from .models import AuditEntry, ChainLink


def entries_about(subject: models.Model) -> QuerySet[AuditEntry]:
    """Everything that was done to one record, newest first."""
    return AuditEntry.objects.filter(subject_id=str(subject.pk)).order_by("-at", "-pk")


def entries_by(actor: models.Model) -> QuerySet[AuditEntry]:
    """Everything that one officer did, newest first."""
    return AuditEntry.objects.filter(actor_card_id=actor.pk).order_by("-at")


PERSONAL = (("people.", "people.view_employments"),)
"""Events whose old and new values are about people, and the permission without which nobody reads them here."""

FEW = 2_000

EVENTS_SQL = """
WITH RECURSIVE seen AS (
  (SELECT event FROM audit_auditentry ORDER BY event LIMIT 1)
  UNION ALL
  SELECT (SELECT e.event FROM audit_auditentry e WHERE e.event > seen.event ORDER BY e.event LIMIT 1)
    FROM seen WHERE seen.event IS NOT NULL
)
SELECT event FROM seen WHERE event IS NOT NULL
"""


def entries_for(reader: Any) -> QuerySet[AuditEntry]:
    """What an officer may read of the record: lines about people only with the permission to see employments."""
    entries = AuditEntry.objects.order_by("-at", "-id")
    for beginning, permission in PERSONAL:
        if not may(reader, permission):
            entries = entries.exclude(event__startswith=beginning)
    return entries


def with_words(entries: QuerySet[AuditEntry], text: str) -> QuerySet[AuditEntry]:
    """Lines in which all these words stand: in the record's name, who did it, or an old or new value.

    The words are those of the chain's links, so a line is found once it is bound.
    """
    links = links_with(text)
    few = keys_of_few(links)
    if few is None:
        return entries.filter(pk__in=links.values("pk"))
    return entries.filter(pk__in=few)


def entries_about_named(entries: QuerySet[AuditEntry], name: str) -> QuerySet[AuditEntry]:
    """Lines about the record that has this key or this in its name; for a key, lines that mention it too.

    A decision on a task mentions its case, so that the case's history has it.
    """
    named = AuditEntry.objects.filter(pk__in=links_with(f'"{name}"').values("pk")).order_by()
    if not is_key(name):
        named = named.filter(subject_label__icontains=name)
    few = keys_of_few(named)
    if few is None:
        return entries.filter(pk__in=named.values("pk"))
    return entries.filter(Q(subject_id=name) | Q(pk__in=few))


def links_with(text: str) -> QuerySet[ChainLink]:
    return ChainLink.objects.filter(words=SearchQuery(text, config="simple", search_type="websearch"))


def is_key(name: str) -> bool:
    try:
        UUID(name)
    except ValueError:
        return False
    return True


def keys_of_few(found: QuerySet) -> list[UUID] | None:
    """The keys of what was found, unless there are many.

    PostgreSQL knows little of how rare a word is: left alone with a rare one it walks the whole record newest first
    (9 seconds in a million lines). Given the keys it goes straight to them.
    """
    keys = list(found.values_list("pk", flat=True)[: FEW + 1])
    return keys if len(keys) <= FEW else None


def events_recorded() -> list[str]:
    """Every event that is in the record, by name: as many steps through an index as there are events."""
    with connection.cursor() as cursor:
        cursor.execute(EVENTS_SQL)
        return [row[0] for row in cursor.fetchall()]


def link_of(entry: AuditEntry) -> ChainLink | None:
    """The line's place in the chain; None while it waits."""
    return ChainLink.objects.filter(pk=entry.pk).defer("words").first()
