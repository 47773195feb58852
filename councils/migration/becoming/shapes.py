"""How rows of a table become records, said once: columns as SQL over the staged cells, joins, checks.

From these the checking, loading and undoing write their set-based statements (`statements.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..choices import CrosswalkKind, Severity
from ..tables import Table


@dataclass(frozen=True)
class Cells:
    """The staged cells of a table as SQL, by field name. `s` is the staged row."""

    table: Table

    def raw(self, name: str) -> str:
        """The cell as text; empty text for nothing."""
        return f"s.cells[{self.table.place(name)}]"

    def text(self, *names: str) -> str:
        """Several cells as one text with blanks between."""
        return f"btrim(concat_ws(' ', {', '.join(self.raw(name) for name in names)}))"

    def stripped(self, name: str) -> str:
        """A key as people read it: without leading zeros where it is a number."""
        cell = self.raw(name)
        return f"CASE WHEN {cell} ~ '^0+[0-9]' THEN ltrim({cell}, '0') ELSE {cell} END"

    def date(self, name: str) -> str:
        return f"NULLIF({self.raw(name)}, '')::date"

    def open_date(self, name: str) -> str:
        """An end date; none for SAP's 31 December 9999."""
        return f"NULLIF(NULLIF({self.raw(name)}, ''), '9999-12-31')::date"

    def number(self, name: str, digits: int = 15, places: int = 2, empty: str = "0") -> str:
        return f"COALESCE(NULLIF({self.raw(name)}, ''), '{empty}')::numeric({digits},{places})"

    def whole(self, name: str) -> str:
        return f"COALESCE(NULLIF({self.raw(name)}, ''), '0')::integer"

    def flag(self, *names: str) -> str:
        """True when one of the cells is not empty."""
        return "(" + " OR ".join(f"{self.raw(name)} <> ''" for name in names) + ")"

    def key(self, *names: str) -> str:
        """A legacy key of another table, from cells of this one."""
        return " || '|' || ".join(self.raw(name) for name in names)


@dataclass(frozen=True)
class Legacy:
    """A record that another row brought, found by its legacy key. `alias.record_id` is the record."""

    alias: str
    source: str
    key: str
    staged: Mapping[str, str] = field(default_factory=dict)
    """Tables of the same batch that may bring it, each with its key as SQL; the source's own table when none is named."""

    @property
    def brought_by(self) -> Mapping[str, str]:
        return self.staged or {self.source: "s.key"}


@dataclass(frozen=True)
class Ours:
    """A record of the product, found by its own code, wherever it came from. `alias.id` is the record.

    `staged` are the tables of the same batch that may bring it, each with its code as SQL over its cells.
    """

    alias: str
    model: str
    column: str
    value: str
    staged: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Crossed:
    """What a legacy code is called here: `value` is the crosswalk's answer, or the code itself."""

    alias: str
    kind: CrosswalkKind
    code: str

    @property
    def value(self) -> str:
        return f"COALESCE({self.alias}.value, {self.code})"


Join = Legacy | Ours | Crossed


@dataclass(frozen=True)
class Check:
    """Rows with a fault: either `missing` names a join that finds nothing, or `when` is a condition in SQL."""

    reason: str
    message: str
    """Words for the officer; {value} is the cell of `column`, or `value`."""
    column: str = ""
    value: str = ""
    """SQL of the value that is shown, where it is more than the cell."""
    missing: str = ""
    when: str = ""
    severity: Severity = Severity.QUARANTINED


@dataclass(frozen=True)
class Becomes:
    """One kind of record that a row becomes. Columns are SQL over `s` and the joins' aliases."""

    source: str
    model: str
    columns: Mapping[str, str]
    """What the row says of the record: compared on each load, and changed when the row has changed."""
    only_new: Mapping[str, str] = field(default_factory=dict)
    """Set when the record is made; later loads leave it alone."""
    joins: tuple[Join, ...] = ()
    natural: Mapping[str, str] = field(default_factory=dict)
    """Columns that tell a record that is here already: it is taken over instead of made twice."""
    natural_where: str = ""
    """Narrows that record (`twin`) further."""
    record: str = ""
    """For rows that only say more of a record another row brings: that record, as SQL. None is then made."""
    key: str = "s.key"
    where: str = ""
    """Only rows for which this holds become such a record."""
    at_the_end: bool = False
    """Done when all rows of the file are in, because rows point to each other."""
    after_insert: str = ""
    before_delete: str = ""
    """SQL over %(ids)s, an array of records made or about to go: for a row beside the record with no key of its own."""
    goes_with: tuple[str, str] | None = None
    """(model, column): the record that this one belongs to. While that is used by others, this one stays too."""
    beside: tuple[str, ...] = ()
    """The models of such rows: they are no use that would keep the record."""


@dataclass(frozen=True)
class Plan:
    """What the rows of one table are checked for and become."""

    table: str
    becomes: tuple[Becomes, ...] = ()
    joins: tuple[Join, ...] = ()
    checks: tuple[Check, ...] = ()
    windows: Mapping[str, str] = field(default_factory=dict)
    """Sums over several rows, as SQL over `s`; read as `s.<name>`: for tables with a row for each stretch of time."""
