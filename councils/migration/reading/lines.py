"""A stored file as rows of cells, from any place in it: constant memory, whatever its size."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from ..choices import Delimiter

LONGEST_LINE = 1_000_000
"""Bytes. A longer line means a file without line ends, or an opened quotation mark that is never closed."""


class BrokenFile(Exception):
    """The file cannot be read on from here; the message says why and what to do."""


class Lines:
    """The lines of a file as text; `offset` is where the next one begins."""

    def __init__(self, stream: Any, *, encoding: str, offset: int = 0) -> None:
        self._stream, self._encoding = stream, encoding
        self.offset = offset
        self.number = 0
        stream.seek(offset)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = self._stream.readline(LONGEST_LINE)
        if not raw:
            raise StopIteration
        if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            raise BrokenFile("A line of this file is longer than a million characters. Save it again as CSV.")
        self.offset += len(raw)
        self.number += 1
        return raw.decode(self._encoding, "replace").replace("\x00", "")


def rows_of(lines: Lines, delimiter: str) -> Iterator[list[str]]:
    """The rows of a file. Pipes come from SAP's own lists, which know no quotation marks."""
    if delimiter == Delimiter.PIPE:
        reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    else:
        reader = csv.reader(lines, delimiter=delimiter)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BrokenFile(
                "The file cannot be read on: a quotation mark is opened and not closed, or a line is broken. "
                "Look at the row named here, or save the file again."
            ) from error


def is_ruling(row: list[str]) -> bool:
    """A line of dashes, or nothing at all, as SAP's lists put between pages."""
    text = "".join(row)
    return not text.strip("-+=_| \t")
