"""Which table a file holds, and which of its columns is which: by its headings, wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..choices import DateOrder, DecimalMark, Delimiter
from ..tables import Kind, Table, all_tables
from .lines import BrokenFile, Lines, is_ruling, rows_of

ROWS_LOOKED_AT = 60
"""Titles, dates of printing and rulings stand above the headings; never more rows than these."""
ROWS_SAMPLED = 4000
SURE, LIKELY = 80, 45
Mappings = Mapping[str, Mapping[str, str]]
"""Table -> normalised heading -> field, as officers mapped it before."""
POINT_SEEN = re.compile(r"\d\.\d{1,2}-?$|\d,\d{3}\.\d")
COMMA_SEEN = re.compile(r"\d,\d{1,2}-?$|\d\.\d{3},\d")
SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-]\d{4}")


@dataclass(slots=True)
class Recognised:
    """What a file seems to be. `table` is empty when nothing fits."""

    table: str = ""
    confidence: int = 0
    delimiter: str = Delimiter.COMMA
    headers: list[str] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    body_offset: int = 0
    body_line: int = 1
    decimal_mark: str = DecimalMark.POINT
    date_order: str = DateOrder.DAY_FIRST
    notices: list[str] = field(default_factory=list)
    score: float = 0.0


def normal(heading: str) -> str:
    """A heading without case, blanks and marks, so that "Purch.Doc." and "purch doc" are the same."""
    return re.sub(r"[^a-z0-9]+", "", heading.casefold())


def recognise(stream: Any, *, name: str, encoding: str, mappings: Mappings | None = None) -> Recognised:
    """Look at the start of a file and say what it is. Tries each delimiter; the one whose headings make sense wins."""
    best = Recognised()
    for delimiter in (Delimiter.TAB, Delimiter.PIPE, Delimiter.SEMICOLON, Delimiter.COMMA):
        found = _with_delimiter(stream, name, encoding, delimiter, mappings or {})
        if found.score > best.score:
            best = found
    if best.table:
        _look_at_values(stream, encoding, best)
    return best


def fields_of(table: Table, headers: Sequence[str], mapped: Mapping[str, str] | None = None) -> list[str]:
    """The table's field for each heading; a field is taken once, by the first heading that fits it best."""
    known = mapped or {}
    names = {normal(one.name): one.name for one in table.fields}
    labels = {normal(label): one.name for one in table.fields for label in reversed((one.label, *one.aliases))}
    chosen = [""] * len(headers)
    taken: set[str] = set()
    # What an officer mapped comes before the technical name, and that before the label.
    for source in (known, names, labels):
        for place, heading in enumerate(headers):
            plain = normal(heading)
            wanted = source.get(plain, "")
            if wanted and not chosen[place] and wanted not in taken and not (source is not known and plain in known):
                chosen[place] = wanted
                taken.add(wanted)
    return chosen


def missing_fields(table: Table, fields: Sequence[str]) -> list[str]:
    """Labels of required fields that no column holds."""
    return [f"{one.label} ({one.name})" for one in table.required_fields if one.name not in fields]


def _with_delimiter(stream: Any, name: str, encoding: str, delimiter: str, mappings: Mappings) -> Recognised:
    best = Recognised(delimiter=delimiter)
    lines = Lines(stream, encoding=encoding)
    rows = rows_of(lines, delimiter)
    try:
        for _ in range(ROWS_LOOKED_AT):
            row = [cell.strip().lstrip("\ufeff") for cell in next(rows)]
            filled = [cell for cell in row if cell]
            if is_ruling(row) or len(filled) < 2:
                continue
            for table in all_tables().values():
                score, fields = _fit(table, row, name, mappings.get(table.key, {}))
                if score > best.score:
                    best.score, best.table, best.headers, best.fields = score, table.key, row, fields
                    best.body_offset, best.body_line = lines.offset, lines.number + 1
    except (StopIteration, BrokenFile):
        pass
    best.confidence = min(99, round(best.score))
    if best.confidence < LIKELY:
        return Recognised(delimiter=delimiter, score=best.score / 10)
    _say_what_is_odd(best)
    return best


def _fit(table: Table, row: Sequence[str], name: str, mapped: Mapping[str, str]) -> tuple[float, list[str]]:
    """How well a row serves as this table's headings, from 0 to 100 and a little more for a telling file name."""
    fields = fields_of(table, row, mapped)
    found = sum(1 for one in fields if one)
    if found < 2:
        return 0.0, fields
    required = [one.name for one in table.required_fields]
    held = sum(1 for one in required if one in fields) / len(required)
    heads = [cell for cell in row if cell]
    technical = {normal(one) for one in table.known}
    ours = sum(1 for cell, one in zip(row, fields, strict=True) if one or (cell and normal(cell) in technical))
    score = 60 * held + 25 * ours / len(heads) + 10 * found / len(table.fields)
    if normal(table.key) in normal(name) or normal(table.title) in normal(name):
        score += 8
    return score, fields


def _say_what_is_odd(found: Recognised) -> None:
    seen: dict[str, int] = {}
    for heading in found.headers:
        seen[heading] = seen.get(heading, 0) + 1
    twice = [heading for heading, times in seen.items() if heading and times > 1]
    if twice:
        named = ", ".join(f"“{heading}”" for heading in twice[:5])
        found.notices.append(
            f"More than one column is headed {named}. The first of each is read; choose another under Columns."
        )


def _look_at_values(stream: Any, encoding: str, found: Recognised) -> None:
    """Decimal comma or point, day or month first: what the values themselves say."""
    table = all_tables()[found.table]
    kinds = {one.name: one.kind for one in table.fields}
    amounts = [place for place, one in enumerate(found.fields) if kinds.get(one) in (Kind.MONEY, Kind.NUMBER)]
    dates = [place for place, one in enumerate(found.fields) if kinds.get(one) == Kind.DATE]
    points = commas = first_over_12 = second_over_12 = slashed = 0
    rows = rows_of(Lines(stream, encoding=encoding, offset=found.body_offset), found.delimiter)
    try:
        for _, row in zip(range(ROWS_SAMPLED), rows, strict=False):
            for place in amounts:
                text = row[place].strip() if place < len(row) else ""
                points += bool(POINT_SEEN.search(text))
                commas += bool(COMMA_SEEN.search(text))
            for place in dates:
                parts = SLASHED.match(row[place].strip()) if place < len(row) else None
                if parts and parts[1] != "00":
                    slashed += 1
                    first_over_12 += int(parts[1]) > 12
                    second_over_12 += int(parts[2]) > 12
    except BrokenFile:
        pass
    if commas > points:
        found.decimal_mark = DecimalMark.COMMA
    if second_over_12 > first_over_12:
        found.date_order = DateOrder.MONTH_FIRST
    elif slashed and not first_over_12:
        found.notices.append(
            "Dates such as 03/04/2026 can be read two ways; day first was taken. Choose month first under Columns if "
            "that is wrong."
        )
