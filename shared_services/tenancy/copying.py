"""Rows straight from PostgreSQL as JSON Lines, without an object of Python for each value."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

RAW_LINES = r"(FORMAT csv, QUOTE e'\x01', DELIMITER e'\x02')"
"""COPY's text form would write each backslash twice. JSON has no bare control characters, so here nothing is quoted."""
BYTES_AT_A_TIME = 1 << 18


def copied_lines(sql: str) -> Iterator[bytes]:
    """The lines that a query of one JSON column gives, as PostgreSQL writes them, in pieces of many lines."""
    with connection.cursor() as cursor, cursor.copy(f"COPY ({sql}) TO STDOUT {RAW_LINES}") as copy:
        kept: list[bytes] = []
        size = 0
        for line in copy:
            kept.append(bytes(line))
            size += len(line)
            if size >= BYTES_AT_A_TIME:
                yield b"".join(kept)
                kept, size = [], 0
        yield b"".join(kept)
