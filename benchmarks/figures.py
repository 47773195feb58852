"""A measured figure, the limit it is held to, and the table that shows them all."""

from __future__ import annotations

import json
import statistics
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

MISSING = -1.0


@dataclass(frozen=True)
class Figure:
    """One row of the table. Without a limit it is there for the reader and always holds."""

    name: str
    value: float
    unit: str
    limit: str
    holds: bool


def at_most(name: str, value: float, limit: float, unit: str = "x") -> Figure:
    return Figure(name, round(value, 3), unit, f"<= {limit:g}", value <= limit)


def at_least(name: str, value: float, limit: float, unit: str = "x") -> Figure:
    return Figure(name, round(value, 3), unit, f">= {limit:g}", value >= limit)


def for_the_reader(name: str, value: float, unit: str) -> Figure:
    return Figure(name, round(value, 3), unit, "", True)


def not_measured(name: str, reason: str) -> Figure:
    """A figure that this run could not take: it counts as missed, and the unit says why."""
    return Figure(name, MISSING, reason, "measured", False)


def taken(names: Sequence[str], take: Callable[[], list[Figure]]) -> list[Figure]:
    """What `take` measures; when it fails these rows are missed, and the others of the run go on."""
    try:
        return take()
    except Exception as problem:
        traceback.print_exc()
        return [not_measured(name, f"not measured: {type(problem).__name__}") for name in names]


def median_ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """The median of the ratios taken chunk by chunk, so that a busy moment of the machine hits both sides."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def table(figures: Iterable[Figure]) -> str:
    rows = [
        (f.name, f"{f.value:g} {f.unit}", f.limit, ("holds" if f.holds else "MISSED") if f.limit else "")
        for f in figures
    ]
    heads = ("figure", "value", "limit", "")
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(4)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in [heads, *rows]
    ]
    lines.insert(1, "-" * max(map(len, lines)))
    return "\n".join(lines)


def write(figures: Iterable[Figure], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(figure) for figure in figures], indent=2) + "\n")
