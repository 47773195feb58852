"""A list as a CSV file, streamed in a transaction of its own."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.timezone import localdate

from shared_services.tenancy.door import streamed

from .columns import Column

ROWS_AT_A_TIME = 500
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel reads the pound sign wrongly."""


class _Line:
    """A file that gives each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def csv_response(queryset: Any, columns: list[Column], name: str) -> StreamingHttpResponse:
    """The rows of a list, in the room the request is in: the file is sent after the request's own transaction."""
    response = StreamingHttpResponse(
        streamed(lambda: csv_lines(_rows(queryset), columns)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}-{localdate().isoformat()}.csv"'
    return response


def _rows(queryset: Any) -> Iterable[Any]:
    return queryset.iterator(chunk_size=ROWS_AT_A_TIME) if hasattr(queryset, "iterator") else queryset


def csv_lines(rows: Iterable[Any], columns: list[Column]) -> Iterator[str]:
    """The lines of the file, heading first."""
    writer = csv.writer(_Line())
    yield BYTE_ORDER_MARK + writer.writerow([column.label for column in columns])
    for row in rows:
        yield writer.writerow([column.exported(row) for column in columns])
