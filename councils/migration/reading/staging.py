"""A stretch of a file into the staging table: read, tidied and sent by COPY, with every problem of every row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

from councils.purchasing import bank_details
from shared_services.tenancy.bases import new_key

from ..choices import Severity
from ..models import ImportFile, RowProblem, StagedRow
from ..tables import Field, Table, table_called
from .lines import BrokenFile, Lines, is_ruling, rows_of
from .values import Reader, Unreadable, reader_for

ROWS_A_STRETCH = 50_000
"""Rows between two commits: what a killed worker loses at most, and what the progress page moves by."""
BYTES_A_PIECE = 1 << 18
LONGEST_VALUE = 200
LONGEST_KEY = 200
NOT_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
"""How COPY's text form writes what would end a value or a line."""
COPY_ROWS = "COPY {table} (id, file_id, line, key, cells) FROM STDIN"
COPY_PROBLEMS = 'COPY {table} (id, batch_id, file_id, line, severity, reason, "column", value, message) FROM STDIN'


@dataclass(slots=True)
class Stretch:
    """How far a reading came."""

    rows: int = 0
    next_offset: int = 0
    next_line: int = 0
    is_last: bool = False
    problems: list[tuple[int, str, str, str, str, str]] = field(default_factory=list)
    """(line, severity, reason, column, value, message)"""


def read_stretch(file: ImportFile, *, at_most: int = ROWS_A_STRETCH) -> Stretch:
    """Stage the next rows of a file; the caller keeps how far it came in the same transaction."""
    stretch = Stretch(next_offset=file.next_offset, next_line=file.next_line)
    with file.file.open("rb") as stored:
        stage = _Stage(file, stretch)
        with connection.cursor() as cursor:
            _copy(cursor, COPY_ROWS.format(table=StagedRow._meta.db_table), stage.lines(stored, at_most))
            _copy(
                cursor,
                COPY_PROBLEMS.format(table=RowProblem._meta.db_table),
                (_problem_line(file, one) for one in stretch.problems),
            )
    return stretch


def key_of(file_id: UUID, line: int) -> str:
    """The key of a staged row: its file's own start, then its line. Keys sort by line and cost no thinking."""
    plain = file_id.hex
    return f"{plain[:8]}-{plain[8:12]}-{plain[12:16]}-{plain[16:20]}-{line:012x}"


def _copy(cursor: Any, statement: str, lines: Iterator[str]) -> None:
    with cursor.copy(statement) as copy:
        piece: list[str] = []
        size = 0
        for line in lines:
            piece.append(line)
            size += len(line)
            if size > BYTES_A_PIECE:
                copy.write("".join(piece).encode())
                piece, size = [], 0
        if piece:
            copy.write("".join(piece).encode())


def _problem_line(file: ImportFile, problem: tuple[int, str, str, str, str, str]) -> str:
    line, *words = problem
    texts = [word.translate(NOT_ESCAPED) for word in words]
    return "\t".join([str(new_key()), str(file.batch_id), str(file.pk), str(line), *texts]) + "\n"


class _Stage:
    """Rows of one file on their way into the staging table."""

    def __init__(self, file: ImportFile, stretch: Stretch) -> None:
        self.file, self.stretch = file, stretch
        self.table: Table = table_called(file.table)
        self.places = {one: place for place, one in enumerate(file.fields) if one}
        self.readers = self._readers()
        self.pairs = [(place, read) for place, _one, read in self.readers]
        self.required = [
            (index, one) for index, one in enumerate(self.table.fields) if one.required and one.name in self.places
        ]
        self.key_at = [self._index(name) for name in self.table.key_fields]
        self.filters = self._filters()
        self.headers = [cell.strip() for cell in file.headers]
        self.width = len(file.headers)
        self.last_wanted = max(self.places.values(), default=-1)

    def _index(self, name: str) -> int:
        return self.table.place(name) - 1

    def _readers(self) -> list[tuple[int, Field, Reader]]:
        """For each wanted field where it stands and how it is read. One that the file lacks reads the empty cell at the end."""
        file = self.file
        return [
            (
                self.places.get(one.name, -1),
                one,
                reader_for(one, decimal_mark=file.decimal_mark, date_order=file.date_order),
            )
            for one in self.table.fields
        ]

    def _filters(self) -> list[tuple[int, tuple[str, ...], bool, str]]:
        """(place, values, whether they are the wanted ones, field)."""
        table = self.table
        wanted = [(self._index(name), values, True, name) for name, values in table.only.items()]
        return wanted + [(self._index(name), values, False, name) for name, values in table.unless.items()]

    def lines(self, stored: Any, at_most: int) -> Iterator[str]:
        """The staging table's lines in COPY's text form."""
        stretch, file = self.stretch, self.file
        start = key_of(file.pk, 0)[:-12]
        lines = Lines(stored, encoding=file.encoding, offset=file.next_offset)
        before = file.next_line - 1
        rows = rows_of(lines, file.delimiter)
        prefix = f"\t{file.pk}\t"
        while stretch.rows < at_most:
            line = before + lines.number + 1
            try:
                row = next(rows, None)
            except BrokenFile as broken:
                self._say(line, "broken_line", "", "", str(broken))
                stretch.is_last = True
                break
            if row is None:
                stretch.is_last = True
                break
            if is_ruling(row) or self._is_heading(row):
                continue
            stretch.rows += 1
            cells = self._cells(row, line)
            key = "|".join([cells[index] for index in self.key_at])
            text = _array(cells)
            if '"=' in text:
                self._say_formulas(cells, line)
            if not key.isalnum():
                key = key[:LONGEST_KEY].translate(NOT_ESCAPED)
            yield f"{start}{line:012x}{prefix}{line}\t{key}\t{text}\n"
        stretch.next_offset, stretch.next_line = lines.offset, before + lines.number + 1

    def _is_heading(self, row: Sequence[str]) -> bool:
        """SAP's lists print the headings again on each page."""
        return bool(self.headers) and row[0].strip() == self.headers[0] and [c.strip() for c in row] == self.headers

    def _cells(self, row: list[str], line: int) -> list[str]:
        if len(row) != self.width:
            self._check_width(row, line)
            row = (row + [""] * self.width)[: self.width]
        row.append("")
        try:
            cells = [read(row[place]) for place, read in self.pairs]
        except Unreadable:
            cells = self._cells_one_by_one(row, line)
        for index, one in self.required:
            if not cells[index] and not self._was_said(line, one.name):
                self._say(
                    line, "empty", one.name, "", f"{one.label} is empty. Enter it in the legacy system or the file."
                )
        for index, values, are_wanted, name in self.filters:
            if (cells[index] in values) != are_wanted:
                label = self.table.field_called(name).label
                self._say(
                    line, "not_wanted", name, cells[index],
                    f"{label} is {cells[index] or 'empty'}: such rows of {self.table.title.lower()} are not loaded.",
                    Severity.LEFT_OUT,
                )  # fmt: skip
        if self.table.sealed:
            self._seal(cells, line)
        return cells

    def _cells_one_by_one(self, row: list[str], line: int) -> list[str]:
        """A row with an unreadable cell: every one of them is said, and reads as empty."""
        cells = []
        for place, one, read in self.readers:
            try:
                cells.append(read(row[place]))
            except Unreadable as unread:
                shown = "" if one.name in self.table.sealed else row[place].strip()
                self._say(line, unread.reason, one.name, shown, f"{one.label}: {unread.message}")
                cells.append("")
        return cells

    def _say_formulas(self, cells: list[str], line: int) -> None:
        for cell, (_place, one, _read) in zip(cells, self.readers, strict=True):
            if cell.startswith("="):
                self._say(
                    line, "formula", one.name, cell, f"{one.label}: this looks like a formula and was kept as text.",
                    Severity.WARNING,
                )  # fmt: skip

    def _check_width(self, row: list[str], line: int) -> None:
        extra = [cell for cell in row[self.width :] if cell.strip()]
        if extra:
            self._say(
                line, "too_many_columns", "", extra[0],
                f"The row has {len(row)} columns, the headings {self.width}: a separator stands inside a text. "
                "Put the text in quotation marks or remove it.",
            )  # fmt: skip
        elif len(row) <= self.last_wanted:
            self._say(
                line, "too_few_columns", "", "",
                f"The row has {len(row)} columns, the headings {self.width}: it may be cut off. Export it again.",
            )  # fmt: skip

    def _seal(self, cells: list[str], line: int) -> None:
        """Bank details: checked, then encrypted before they rest anywhere."""
        country = cells[self._index("BANKS")]
        code_at, number_at, reference_at = (self._index(name) for name in self.table.sealed)
        code = cells[code_at].replace("-", "").replace(" ", "")
        number = cells[number_at].replace("-", "").replace(" ", "")
        if (
            country in ("GB", "")
            and code
            and number
            and not (len(code) == 6 and len(number) == 8 and f"{code}{number}".isdigit())
        ):
            self._say(
                line, "bank_details", self.table.sealed[0], "",
                "A UK account has a sort code of 6 figures and a number of 8. Correct them with the supplier’s own letter.",
            )  # fmt: skip
        details = "|".join([country, code, number, cells[reference_at]])
        cells[code_at] = bank_details.fingerprint(details)
        cells[number_at] = bank_details.seal(details)
        cells[reference_at] = number[-4:]

    def _was_said(self, line: int, column: str) -> bool:
        problems = self.stretch.problems
        for said in reversed(problems):
            if said[0] != line:
                return False
            if said[3] == column:
                return True
        return False

    def _say(
        self, line: int, reason: str, column: str, value: str, message: str, severity: str = Severity.QUARANTINED
    ) -> None:
        self.stretch.problems.append((line, str(severity), reason, column, value[:LONGEST_VALUE], message[:500]))


def _array(cells: list[str]) -> str:
    """A row's cells as an array literal in COPY's text form."""
    text = '","'.join(cells)
    if (
        text.count('"') == 2 * (len(cells) - 1)
        and "\\" not in text
        and "\n" not in text
        and "\r" not in text
        and "\t" not in text
    ):
        return f'{{"{text}"}}'
    quoted = ['"' + cell.replace("\\", "\\\\").replace('"', '\\"') + '"' for cell in cells]
    return ("{" + ",".join(quoted) + "}").translate(NOT_ESCAPED)
