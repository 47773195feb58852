"""A council's answer and the operator's withdrawal stand in two rows of two rooms: one lock settles which came first."""

from __future__ import annotations

from uuid import UUID

from django.db import connection


def hold_answer(operation_id: UUID) -> None:
    """Wait for whoever answers or withdraws this operation now; what is read after it is settled. Until the transaction ends.

    No row serves: the council may not lock the shared service's row, nor the shared service the council's.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"operating.answer:{operation_id}"])
