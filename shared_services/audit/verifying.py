"""Checking the chain of the room that is open: part by part, in the database, and finding the first break."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from .chain import ChainLink

LINKS_A_PART = 20_000

PART_SQL = """
WITH part AS (
  SELECT seq, id, sealed_at, content_hash, hash, words FROM audit_chainlink WHERE seq > %(after)s ORDER BY seq LIMIT %(size)s
), checked AS (
  SELECT p.*, e.event, e.subject_label, e.id AS line_id,
         lag(p.seq, 1, %(after)s::bigint) OVER (ORDER BY p.seq) AS seq_before,
         audit_link_hash(p.seq, p.id, p.sealed_at, p.content_hash,
                         lag(p.hash, 1, %(bound)s::bytea) OVER (ORDER BY p.seq)) AS hash_due,
         audit_content(e) AS content_due, audit_words(e) AS words_due
    FROM part p LEFT JOIN audit_auditentry e ON e.id = p.id
), judged AS (
  SELECT seq, id, sealed_at, event, subject_label, hash,
         CASE WHEN seq <> seq_before + 1 THEN 'gap'
              WHEN hash IS DISTINCT FROM hash_due THEN 'link'
              WHEN line_id IS NULL THEN 'missing'
              WHEN content_hash IS DISTINCT FROM content_due THEN 'changed'
              WHEN words IS DISTINCT FROM words_due THEN 'words' END AS fault,
         seq_before
    FROM checked
)
SELECT count(*) AS links, max(seq) AS last_seq, (array_agg(hash ORDER BY seq DESC))[1] AS last_hash,
       (SELECT to_jsonb(f) - 'hash' FROM (SELECT * FROM judged WHERE fault IS NOT NULL ORDER BY seq LIMIT 1) f) AS first
  FROM judged
"""

LOOSE_SQL = """
SELECT e.id, e.at, e.event, e.subject_label FROM audit_auditentry e
 WHERE NOT EXISTS (SELECT FROM audit_chainlink l WHERE l.id = e.id)
   AND NOT EXISTS (SELECT FROM audit_waitingline w WHERE w.id = e.id) ORDER BY e.at LIMIT 1
"""
LOST_SQL = """
SELECT w.id FROM audit_waitingline w WHERE NOT EXISTS (SELECT FROM audit_auditentry e WHERE e.id = w.id)
 ORDER BY w.id LIMIT 1
"""

SENTENCES = {
    "gap": "Links are missing before this one: the one before it has number {seq_before}.",
    "link": "This link does not follow from the one before: it was changed, put in another place or put in later.",
    "missing": "The line of this link has been removed.",
    "changed": "The line was changed after it was written.",
    "words": "What the search finds this line by was changed; the line itself is as it was written.",
    "loose": "This line is in the record and in no link: it was put in past the database’s own rules.",
    "lost": "A line was removed before it was bound into the chain.",
    "tail": "The chain ends before this: the head of {day} ({where}) says it had {seq} links.",
    "head": "The head of {day} ({where}) has another hash for this link: the chain was written anew up to here.",
}


@dataclass(frozen=True)
class Break:
    """Where a chain is broken first: the link's number, when it was sealed, which line, and what is wrong."""

    fault: str
    seq: int | None
    at: str
    line: str
    event: str
    subject: str
    sentence: str

    def plain(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Part:
    """What came of some links in a row. `links` of none means that the chain has no more."""

    links: int
    last_seq: int
    last_hash: str
    first_break: Break | None


@dataclass(frozen=True)
class KnownHead:
    """A head as it was written down somewhere, with the words that say where."""

    day: date
    seq: int
    hash: str
    where: str


def count_links() -> int:
    return ChainLink.objects.count()


def check_part(*, after: int = 0, bound: str = "", size: int = LINKS_A_PART) -> Part:
    """Check the next links: their places, their hashes and the lines they bind. Reads one row back whatever the size."""
    with connection.cursor() as cursor:
        cursor.execute(PART_SQL, {"after": after, "bound": bytes.fromhex(bound), "size": size})
        links, last_seq, last_hash, first = cursor.fetchone()
    found = json.loads(first) if isinstance(first, str) else first
    return Part(links, last_seq or after, bytes(last_hash).hex() if last_hash else bound, _break_of(found))


def check_strays() -> Break | None:
    """Lines that no link binds and that do not wait for one, and lines that went while they waited."""
    with connection.cursor() as cursor:
        cursor.execute(LOOSE_SQL)
        loose = cursor.fetchone()
        if loose:
            key, at, event, label = loose
            return Break("loose", None, at.isoformat(), str(key), event, label, SENTENCES["loose"])
        cursor.execute(LOST_SQL)
        lost = cursor.fetchone()
    return Break("lost", None, "", str(lost[0]), "", "", SENTENCES["lost"]) if lost else None


def check_heads(heads: Iterable[KnownHead]) -> Break | None:
    """Compare what the chain has now with heads that were written down before, the earliest first."""
    known = sorted(heads, key=lambda head: (head.seq, head.day))
    for start in range(0, len(known), 1_000):
        some = known[start : start + 1_000]
        links = {
            link.seq: link for link in ChainLink.objects.filter(seq__in={head.seq for head in some}).defer("words")
        }
        for head in some:
            link = links.get(head.seq)
            if link is not None and bytes(link.hash).hex() == head.hash:
                continue
            fault = "tail" if link is None else "head"
            sentence = SENTENCES[fault].format(day=f"{head.day:%-d %B %Y}", where=head.where, seq=f"{head.seq:,}")
            at = link.sealed_at if link is not None else _end_of_chain()
            return Break(fault, head.seq, at.isoformat() if at else "", "", "", "", sentence)
    return None


def _end_of_chain() -> datetime | None:
    return ChainLink.objects.order_by("-seq").values_list("sealed_at", flat=True).first()


def _break_of(found: dict[str, Any] | None) -> Break | None:
    if found is None:
        return None
    sentence = SENTENCES[found["fault"]].format(seq_before=found["seq_before"])
    return Break(
        found["fault"], found["seq"], found["sealed_at"], str(found["id"]), found["event"] or "",
        found["subject_label"] or "", sentence,
    )  # fmt: skip
