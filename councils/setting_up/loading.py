"""A file of a table: read, every row tried, and kept only when every row is right."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.audit.services import record
from shared_services.tenancy.errors import NotAllowed

from .tables import Outcome, RowFault, Table
from .tables.kinds import Row

MOST_ROWS = 5_000
LIMIT_BYTES = 2 * 1024 * 1024
LONGEST_CELL = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row, where, and how to put it right."""

    line: int
    column: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file did, or what is wrong with it: then nothing of it was kept."""

    rows: int
    outcomes: Counter[Outcome]
    faults: tuple[Fault, ...]

    def count(self, outcome: str) -> int:
        return self.outcomes[Outcome(outcome)]


class _TakenBack(Exception):
    """A row is wrong, so nothing of the file is kept."""


def read_table(table: Table, content: bytes) -> list[tuple[int, Row]]:
    """The rows of a file with the lines they stand in. Raises NotAllowed when it is not a file of this table."""
    if len(content) > LIMIT_BYTES:
        raise NotAllowed("The file is larger than 2 MB. Bring the rows in several files.")
    if content[:4] == b"PK\x03\x04":
        raise NotAllowed("This is a spreadsheet, not a CSV file. Save it as CSV, then choose that file.")
    if b"\x00" in content:
        raise NotAllowed("This is not a text file. Save the table as CSV, then choose that file.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        heading = [" ".join(cell.lower().replace("_", " ").split()) for cell in next(reader, [])]
        _check_heading(table, heading)
        rows = list(_rows(table, heading, reader))
    except csv.Error:
        raise NotAllowed("The file cannot be read as CSV. Save the table as CSV again, then try.") from None
    if not rows:
        raise NotAllowed("The file has a first line with column names and no rows under it.")
    return rows


def _check_heading(table: Table, heading: list[str]) -> None:
    wanted = [column.name for column in table.columns]
    if missing := [column.name for column in table.columns if column.required and column.name not in heading]:
        raise NotAllowed(f"The first line must name the columns. Missing: {', '.join(missing)}.")
    if unknown := [name for name in heading if name and name not in wanted]:
        raise NotAllowed(
            f"These columns are not known here: {', '.join(unknown)}. Leave them out, or use: {', '.join(wanted)}."
        )
    if twice := [name for name, count in Counter(filter(None, heading)).items() if count > 1]:
        raise NotAllowed(f"These columns are there twice: {', '.join(twice)}. Leave one of each out.")


def _rows(table: Table, heading: list[str], reader: Iterator[list[str]]) -> Iterator[tuple[int, Row]]:
    for count, cells in enumerate(reader, start=1):
        if count > MOST_ROWS:
            raise NotAllowed(f"The file has more than {MOST_ROWS:,} rows. Bring them in several files.")
        given = dict(zip(heading, (cell.strip() for cell in cells), strict=False))
        if any(given.values()):
            yield count + 1, {column.name: given.get(column.name, "") for column in table.columns}


def load_table(*, actor: OfficerCard, table: Table, content: bytes) -> Loaded:
    """Bring a file: all of it, or nothing and every fault of every row. Bringing it again changes nothing."""
    check_may(actor, table.permission)
    rows = read_table(table, content)
    faults: list[Fault] = []
    outcomes: Counter[Outcome] = Counter()
    try:
        with transaction.atomic():
            seen: dict[tuple[str, ...], int] = {}
            for line, row in rows:
                found = _faults_of_cells(table, line, row)
                outcome = None if found else _try_row(actor, table, line, row, seen)
                if isinstance(outcome, Fault):
                    found.append(outcome)
                elif outcome is not None:
                    outcomes[outcome] += 1
                faults += found
            if faults:
                raise _TakenBack
            if table.finish is not None and set(outcomes) - {Outcome.UNCHANGED}:
                table.finish(actor, [row for _, row in rows])
            record(
                actor, "setting_up.table.loaded", ("setting_up.table", table.key), rows=len(rows),
                added=outcomes[Outcome.ADDED], changed=outcomes[Outcome.CHANGED],
            )  # fmt: skip
    except _TakenBack:
        return Loaded(len(rows), Counter(), tuple(faults))
    return Loaded(len(rows), outcomes, ())


def _faults_of_cells(table: Table, line: int, row: Row) -> list[Fault]:
    """What can be told of each cell by itself."""
    found = []
    for column in table.columns:
        given = row[column.name]
        if column.required and not given:
            found.append(Fault(line, column.name, "", "This cell is empty. Fill it in"))
        elif given[:1] in ("=", "@", "\t"):
            found.append(Fault(line, column.name, given[:80], "This is a formula. Put its result here"))
        elif len(given) > LONGEST_CELL:
            words = f"This is longer than {LONGEST_CELL} characters. Shorten it"
            found.append(Fault(line, column.name, f"{given[:80]}…", words))
    return found


def _try_row(
    actor: OfficerCard, table: Table, line: int, row: Row, seen: dict[tuple[str, ...], int]
) -> Fault | Outcome:
    """Save a row whose cells are right: what came of it, or what is wrong with it."""
    key = tuple(row[name].lower() for name in table.natural_key)
    if key in seen:
        name = table.natural_key[-1]
        return Fault(line, name, row[name], f"Line {seen[key]} is about the same {table.noun}. Leave one out")
    seen[key] = line
    try:
        with transaction.atomic():
            return table.save(actor, row)
    except RowFault as fault:
        return Fault(line, fault.column, row[fault.column], fault.message)
    except NotAllowed as refusal:
        return Fault(line, table.natural_key[0], row[table.natural_key[0]], refusal.message)
