"""References that people read and say: LIV-REQ-2026-000123."""

from __future__ import annotations

from django.db import connection

from .bases import new_key
from .door import current_council


def next_reference(kind: str, year: int) -> str:
    """The next reference of a kind in the council whose room is open, without gaps.

    The counter's row stays locked until the transaction ends, so a rolled-back document frees its number.
    """
    council = current_council()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO public.tenancy_referencecounter AS c (id, owner_id, parts, kind, year, last)
            VALUES (%s, %s, '{}', %s, %s, 1)
            ON CONFLICT (owner_id, kind, year) DO UPDATE SET last = c.last + 1 RETURNING last
            """,
            [new_key(), council.number, kind, year],
        )
        number = cursor.fetchone()[0]
    return f"{council.code}-{kind}-{year}-{number:06d}"
