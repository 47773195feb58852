"""Binding new lines into the chain of the room that is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from .chain import ChainLink

LINES_AT_A_TIME = 2_000
LINES_A_JOB = 20_000
"""Sealing holds the end of the chain until it commits, so no job holds it for long."""


@dataclass(frozen=True)
class Head:
    """The end of a chain: its last link. `lines` is how many links there are up to it."""

    seq: int
    hash: str
    sealed_at: datetime
    lines: int


def seal(*, at_most: int | None = None) -> int:
    """Bind what waits and is committed, `at_most` lines of it; gives how many. Safe to run at any time and twice."""
    done = 0
    while at_most is None or done < at_most:
        wanted = LINES_AT_A_TIME if at_most is None else min(LINES_AT_A_TIME, at_most - done)
        with connection.cursor() as cursor:
            cursor.execute("SELECT audit_seal(%s)", [wanted])
            bound = cursor.fetchone()[0]
        done += bound
        if bound < wanted:
            break
    return done


def head_before(moment: datetime) -> Head | None:
    """The last link that was sealed before a moment; None when there was none."""
    link = ChainLink.objects.filter(sealed_at__lt=moment).order_by("-sealed_at", "-seq").first()
    if link is None:
        return None
    lines = ChainLink.objects.filter(seq__lte=link.seq).count()
    return Head(link.seq, bytes(link.hash).hex(), link.sealed_at, lines)
