"""The set-based statements behind checking, loading and undoing, written from the plans.

Names of tables and columns come from the models and the plans, values are parameters. Nothing here is per row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, models

from ..choices import KEPT_BACK
from ..tables import Kind, Table, table_called
from .shapes import Becomes, Check, Crossed, Join, Legacy, Ours, Plan

STAGED = "migration_stagedrow"
PROBLEMS = "migration_rowproblem"
PROVENANCE = "migration_provenance"
CHANGES = "migration_rowchange"
NOT_KEPT_BACK = (
    f"NOT EXISTS (SELECT 1 FROM {PROBLEMS} p WHERE p.file_id = s.file_id AND p.line = s.line"
    f" AND p.severity IN ({', '.join(repr(str(one)) for one in KEPT_BACK)}))"
)
NOT_LEFT_OUT = (
    f"NOT EXISTS (SELECT 1 FROM {PROBLEMS} p WHERE p.file_id = s.file_id AND p.line = s.line"
    " AND p.severity = 'left_out')"
)
"""What was found unreadable is checked all the same, but for the cells that could not be read: every problem is listed."""
BULK = ("SET LOCAL enable_nestloop = off", "SET LOCAL work_mem = '64MB'", "SET LOCAL jit = off")
"""Rows that were just copied have no statistics yet: a nested loop over them would look cheap and take for ever."""


@dataclass(frozen=True)
class Counts:
    """What a table's rows would become, or became."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.created + other.created, self.changed + other.changed, self.unchanged + other.unchanged)


def literal(text: str) -> str:
    """Our own words as an SQL literal in a statement that also has parameters."""
    return "'" + text.replace("'", "''").replace("%", "%%") + "'"


def model_of(becomes: Becomes) -> type[models.Model]:
    return apps.get_model(becomes.model)


def cast(model: type[models.Model], column: str, value: str) -> str:
    """A value in the exact type of its column, so that equal records have equal digests."""
    for item in model._meta.concrete_fields:
        if item.column == column:
            return f"({value})::{item.db_type(connection)}"
    raise LookupError(f"{model._meta.label} has no column {column}.")


def rows(plan: Plan, *, sliced: bool = False) -> str:
    """The rows of a table that are good, one for each record, as `s`. Parameters: files, and the keys first/last when sliced."""
    table = table_called(plan.table)
    extra = "".join(f", {value} AS {name}" for name, value in plan.windows.items())
    within = " AND s.id BETWEEN %(first)s AND %(last)s" if sliced else ""
    good = (
        f"SELECT s.id, s.file_id, s.line, s.key, s.cells{extra} FROM {STAGED} s"
        f" WHERE s.file_id = ANY(%(files)s){within} AND {NOT_KEPT_BACK}"
    )
    if table.prefer:
        latest = f"s.cells[{table.place(table.prefer)}]"
        # An empty end is the open end, later than any other.
        return (
            f"(SELECT DISTINCT ON (s.key) s.* FROM ({good}) s"
            f" ORDER BY s.key, COALESCE(NULLIF({latest}, ''), '9999-12-31') DESC, s.line DESC) s"
        )
    return f"({good}) s"


def joined(joins: Iterable[Join], staged_files: Mapping[str, str] | None = None) -> str:
    """The joins of a plan. With `staged_files` (table -> parameter) rows of the same batch count as found too."""
    parts = []
    for join in joins:
        if isinstance(join, Crossed):
            parts.append(
                f"LEFT JOIN migration_crosswalk {join.alias} ON {join.alias}.kind = '{join.kind.value}'"
                f" AND {join.alias}.legacy_value = {join.code}"
            )
        elif isinstance(join, Legacy):
            parts.append(
                f"LEFT JOIN {PROVENANCE} {join.alias} ON {join.alias}.source = '{join.source}'"
                f" AND {join.alias}.legacy_key = {join.key}"
            )
            parts.extend(_staged(join.alias, join.key, join.brought_by, staged_files or {}))
        else:
            table = apps.get_model(join.model)._meta.db_table
            parts.append(f"LEFT JOIN {table} {join.alias} ON {join.alias}.{join.column} = {join.value}")
            parts.extend(_staged(join.alias, join.value, join.staged, staged_files or {}))
    return "\n".join(parts)


def _staged(alias: str, value: str, staged: Mapping[str, str], files: Mapping[str, str]) -> list[str]:
    return [
        f"LEFT JOIN (SELECT DISTINCT {key} AS k FROM {STAGED} s WHERE s.file_id = ANY(%({files[table]})s)"
        f" AND {NOT_KEPT_BACK}) {alias}_{table.lower()} ON {alias}_{table.lower()}.k = {value}"
        for table, key in staged.items()
        if table in files
    ]


def _not_found(alias: str, joins: Iterable[Join], files: Mapping[str, str]) -> str:
    join = next(one for one in joins if one.alias == alias)
    if isinstance(join, Legacy):
        own, staged = f"{alias}.record_id", join.brought_by
    else:
        assert isinstance(join, Ours)
        own, staged = f"{alias}.id", join.staged
    places = [own, *(f"{alias}_{table.lower()}.k" for table in staged if table in files)]
    return " AND ".join(f"{place} IS NULL" for place in places)


def checks(plan: Plan, staged_files: Mapping[str, str]) -> str:
    """One statement that writes down every fault of every row. Parameters: batch, files, and those of the tables."""
    table = table_called(plan.table)
    faults = [_fault(table, check, plan.joins, staged_files) for check in plan.checks]
    any_fault = " OR ".join(f"COALESCE({hit}, false)" for hit, _ in faults)
    every = ", ".join(f"(COALESCE({hit}, false), {rest})" for hit, rest in faults)
    extra = "".join(f", {value} AS {name}" for name, value in plan.windows.items())
    return f"""
        INSERT INTO {PROBLEMS} (id, batch_id, file_id, line, severity, reason, "column", value, message)
        SELECT uuidv7(), %(batch)s, s.file_id, s.line, v.severity, v.reason, v.col, left(v.value, 200),
               left(replace(v.message, '{{value}}', v.value), 500)
          FROM (SELECT s.file_id, s.line, s.key, s.cells{extra} FROM {STAGED} s
                 WHERE s.file_id = ANY(%(files)s) AND {NOT_LEFT_OUT}) s
          {joined(plan.joins, staged_files)}
          CROSS JOIN LATERAL (VALUES {every}) v (hit, severity, reason, col, value, message)
         WHERE ({any_fault}) AND v.hit
           AND NOT EXISTS (SELECT 1 FROM {PROBLEMS} q
                            WHERE q.file_id = s.file_id AND q.line = s.line AND q."column" = v.col
                              AND q.severity = 'quarantined')
    """


def _fault(table: Table, check: Check, joins: tuple[Join, ...], files: Mapping[str, str]) -> tuple[str, str]:
    conditions = [f"({check.when})"] if check.when else []
    if check.missing:
        conditions.append(_not_found(check.missing, joins, files))
    value = "''::text"
    if check.column:
        value = f"s.cells[{table.place(check.column)}]"
        if table.field_called(check.column).kind == Kind.KEY:
            value = f"regexp_replace({value}, '^0+(?=[0-9])', '')"
    value = check.value or value
    rest = f"'{check.severity.value}', '{check.reason}', '{check.column}', {value}, {literal(check.message)}"
    return " AND ".join(conditions), rest


DUPLICATES = f"""
    INSERT INTO {PROBLEMS} (id, batch_id, file_id, line, severity, reason, "column", value, message)
    SELECT uuidv7(), %(batch)s, d.file_id, d.line, 'quarantined', 'twice', '', left(d.key, 200),
           'The record ' || left(d.key, 200) || ' is in the extract more than once; the first row is loaded.'
      FROM (SELECT s.file_id, s.line, s.key,
                   row_number() OVER (PARTITION BY s.key ORDER BY array_position(%(files)s, s.file_id), s.line) AS n
              FROM {STAGED} s
              JOIN (SELECT key FROM {STAGED} WHERE file_id = ANY(%(files)s) GROUP BY key HAVING count(*) > 1) twice
                ON twice.key = s.key
             WHERE s.file_id = ANY(%(files)s) AND {NOT_KEPT_BACK}) d
     WHERE d.n > 1
"""


def _source(plan: Plan, becomes: Becomes, *, sliced: bool, with_new: bool) -> str:
    """The good rows with the columns they would write, their digest, and what is known of their records."""
    model = model_of(becomes)
    columns = [f"{cast(model, column, value)} AS c{n}" for n, (column, value) in enumerate(becomes.columns.items())]
    if with_new:
        columns += [
            f"{cast(model, column, value)} AS n{n}" for n, (column, value) in enumerate(becomes.only_new.items())
        ]
    found = "NULL::uuid"
    natural = ""
    if becomes.record:
        found = becomes.record
    elif becomes.natural:
        found = "twin.id"
        on = " AND ".join(f"twin.{column} = {value}" for column, value in becomes.natural.items())
        also = f" AND {becomes.natural_where}" if becomes.natural_where else ""
        natural = f"LEFT JOIN {model._meta.db_table} twin ON {on}{also}"
    listed = "".join(f", {column}" for column in columns)
    # Without the fence the planner would work each column out twice: for itself and for the digest.
    fence = " OFFSET 0" if with_new else ""
    inner = f"""
        SELECT s.id AS row_id, {becomes.key} AS legacy_key, known.record_id AS known, known.row_hash AS old_hash,
               known.last_batch_id AS old_batch, {found} AS found{listed}
          FROM {rows(plan, sliced=sliced)}
          {joined(becomes.joins)}
          {natural}
          LEFT JOIN {PROVENANCE} known ON known.source = '{becomes.source}' AND known.legacy_key = {becomes.key}
         WHERE {becomes.where or "true"}{fence}
    """
    own = ", ".join(f"x.c{n}" for n in range(len(becomes.columns)))
    return f"SELECT x.*, md5(ROW({own})::text)::uuid AS digest FROM ({inner}) x"


def counting(plan: Plan, becomes: Becomes) -> str:
    """How many rows would make a record, change one, or change nothing."""
    return f"""
        SELECT count(*) - count(x.known), count(x.known) - count(x.same), count(x.same)
          FROM (SELECT x.known, CASE WHEN x.known IS NOT NULL AND x.old_hash = x.digest THEN 1 END AS same FROM ({_source(plan, becomes, sliced=False, with_new=False)}) x OFFSET 0) x
    """


def loading(plan: Plan, becomes: Becomes, *, sliced: bool) -> str:
    """One statement that makes and changes the records of some rows, and remembers where each came from.

    Gives (created, changed, unchanged, ids of the records that were made when somebody asked for them).
    """
    model = model_of(becomes)
    table = model._meta.db_table
    own, new = list(becomes.columns), list(becomes.only_new)
    versioned = any(item.column == "version" for item in model._meta.concrete_fields)
    made = f"""
        made AS (
          INSERT INTO {table} (id{"".join(f', "{one}"' for one in [*own, *new])})
          SELECT d.record_id{"".join(f", d.c{n}" for n in range(len(own)))}{"".join(f", d.n{n}" for n in range(len(new)))}
            FROM done d WHERE d.known IS NULL AND d.found IS NULL
          RETURNING id
        ),"""
    setting = ", ".join(f'"{column}" = d.c{n}' for n, column in enumerate(own))
    updated = f"""
        kept AS (
          INSERT INTO {CHANGES} (id, batch_id, source, legacy_key, record_id, before, hash_before, batch_before_id)
          SELECT uuidv7(), %(batch)s, '{becomes.source}', d.legacy_key, d.record_id, to_jsonb(t), d.old_hash, d.old_batch
            FROM touched d JOIN {table} t ON t.id = d.record_id
          ON CONFLICT DO NOTHING
        ),
        changed AS (
          UPDATE {table} t SET {setting}{", version = t.version + 1" if versioned else ""}
            FROM touched d WHERE t.id = d.record_id
        ),
        moved AS (
          UPDATE {PROVENANCE} p SET row_hash = d.digest, last_batch_id = %(batch)s
            FROM touched d
           WHERE d.known IS NOT NULL AND p.source = '{becomes.source}' AND p.legacy_key = d.legacy_key
        ),"""
    if becomes.record:
        made = ""
    # The staged row's own key serves its record and the first trace of it: it is time-ordered like any other key, and
    # working out two new ones for each row would take as long as writing it.
    trace_id = "d.row_id" if becomes == plan.becomes[0] else "uuidv7()"
    return f"""
        WITH done AS MATERIALIZED (
          SELECT src.*, COALESCE(src.known, src.found, src.row_id) AS record_id
            FROM ({_source(plan, becomes, sliced=sliced, with_new=True)}) src
           WHERE {"src.known IS NOT NULL OR src.found IS NOT NULL" if becomes.record else "true"}
        ),
        touched AS (
          SELECT * FROM done d
           WHERE (d.known IS NOT NULL AND d.old_hash <> d.digest) OR (d.known IS NULL AND d.found IS NOT NULL)
        ),
        {made}
        {updated if own else ""}
        traced AS (
          INSERT INTO {PROVENANCE}
                 (id, source, legacy_key, batch_id, last_batch_id, record_id, row_hash, adopted)
          SELECT {trace_id}, '{becomes.source}', d.legacy_key, %(batch)s, %(batch)s, d.record_id, d.digest,
                 d.found IS NOT NULL
            FROM done d WHERE d.known IS NULL
        )
        SELECT count(*) FILTER (WHERE known IS NULL),
               count(*) FILTER (WHERE known IS NOT NULL AND old_hash <> digest),
               count(*) FILTER (WHERE known IS NOT NULL AND old_hash = digest)
               {", (SELECT array_agg(id) FROM made)" if becomes.after_insert else ""}
          FROM done
    """


def digest_of(becomes: Becomes, alias: str = "t") -> str:
    """The digest of a record as it is now."""
    own = ", ".join(f'{alias}."{column}"' for column in becomes.columns)
    return f"md5(ROW({own})::text)::uuid"
