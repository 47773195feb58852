"""Budgets and leave quotas: they go through books that are kept in their own way, not into a table of their own."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any
from uuid import UUID

from django.db import connection

from councils.finance.services import set_budgets
from councils.people.choices import EntryKind
from shared_services.access.models import OfficerCard

from . import plan_of
from .books import cells
from .staff import employment_of, leave_type, leave_year
from .statements import CHANGES, PROVENANCE, Counts, joined, rows

BUDGETS, QUOTAS = "budgets", "PA2006"
SPECIAL = (BUDGETS, QUOTAS)
ROWS_AT_A_TIME = 2000
PERIODS = "CASE jsonb_typeof({0}.before -> 'periods') WHEN 'object' THEN {0}.before -> 'periods' ELSE jsonb_build_object() END"
LATER_BUDGET = "Budget changed since, by a virement or an officer"
SPENT = "More is promised or spent than the budget was before"


def _budgets() -> str:
    c = cells(BUDGETS)
    return f"""
        SELECT s.key, {c.raw("year")}::int AS year, {c.raw("cost_centre")} AS centre, {c.raw("subjective")} AS subjective,
               {c.number("amount", 14, 2)} AS amount, md5(({c.number("amount", 14, 2)})::text)::uuid AS digest,
               p.row_hash, p.last_batch_id
          FROM {rows(plan_of(BUDGETS))}
          LEFT JOIN {PROVENANCE} p ON p.source = '{BUDGETS}' AND p.legacy_key = s.key
    """


def _quotas() -> str:
    """Hours taken before the move, by quota, beside what was posted for it already."""
    c = cells(QUOTAS)
    employment = employment_of(c)
    crossed, kind = leave_type(c, "KTART")
    return f"""
        SELECT s.key, employment.id AS employment_id, type.id AS leave_type_id,
               {leave_year(c.date("BEGDA"))} AS leave_year_on, {c.date("BEGDA")} AS on_day,
               -round({c.number("KVERB", 7, 2)} * scheme.hours_a_day, 2) AS hours, p.record_id, p.row_hash,
               p.last_batch_id, md5(round({c.number("KVERB", 7, 2)} * scheme.hours_a_day, 2)::text)::uuid AS digest,
               COALESCE((SELECT sum(e.hours) FROM people_leaveledgerentry e
                          WHERE e.employment_id = employment.id
                            AND left(e.source, 21) = 'sap:' || left(md5(s.key), 16) || ':'), 0) AS posted
          FROM {rows(plan_of(QUOTAS))}
          {joined((employment, crossed, kind))}
          JOIN people_leavescheme scheme ON scheme.id = employment.scheme_id
          LEFT JOIN {PROVENANCE} p ON p.source = '{QUOTAS}' AND p.legacy_key = s.key
    """


def count(table: str, params: dict[str, Any]) -> Counts:
    """What the rows of such a table would do."""
    source = _budgets() if table == BUDGETS else _quotas()
    with connection.cursor() as cursor:
        if table == QUOTAS:
            # An employment of the same batch has no ledger yet: its quotas are all new.
            c = cells(QUOTAS)
            cursor.execute(
                f"SELECT count(*) FILTER (WHERE p.id IS NULL), count(*) FILTER (WHERE p.row_hash <>"
                f" md5(round({c.number('KVERB', 7, 2)} * COALESCE(scheme.hours_a_day, 0), 2)::text)::uuid),"
                f" count(*) FILTER (WHERE p.row_hash ="
                f" md5(round({c.number('KVERB', 7, 2)} * COALESCE(scheme.hours_a_day, 0), 2)::text)::uuid)"
                f" FROM {rows(plan_of(QUOTAS))} {joined((employment_of(c),))}"
                f" LEFT JOIN people_leavescheme scheme ON scheme.id = employment.scheme_id"
                f" LEFT JOIN {PROVENANCE} p ON p.source = '{QUOTAS}' AND p.legacy_key = s.key",
                params,
            )
        else:
            cursor.execute(
                "SELECT count(*) FILTER (WHERE row_hash IS NULL), count(*) FILTER (WHERE row_hash <> digest),"
                f" count(*) FILTER (WHERE row_hash = digest) FROM ({source}) x",
                params,
            )
        return Counts(*cursor.fetchone())


def load(table: str, params: dict[str, Any], actor: OfficerCard | None) -> Counts:
    counts = count(table, params)
    if table == BUDGETS:
        _load_budgets(params, actor)
    else:
        _load_quotas(params)
    return counts


def _load_budgets(params: dict[str, Any], actor: OfficerCard | None) -> None:
    """Set the budgets that differ through the finance app's service, some thousand at a time."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT key, year, centre, subjective, amount, digest, row_hash, last_batch_id FROM"
            f" ({_budgets()}) x WHERE row_hash IS DISTINCT FROM digest ORDER BY year, key",
            params,
        )
        while found := cursor.fetchmany(ROWS_AT_A_TIME):
            for year in sorted({row[1] for row in found}):
                of_year = [row for row in found if row[1] == year]
                before = _budgets_before(year, of_year)
                set_budgets(actor=actor, financial_year=year, amounts={(row[2], row[3]): row[4] for row in of_year})
                _trace_budgets(params["batch"], year, of_year, before)


def _budgets_before(year: int, found: list[Any]) -> dict[tuple[str, str], Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.code, j.code, jsonb_object_agg(b.period, jsonb_build_array(b.original_amount, b.revised_amount))
              FROM unnest(%(centres)s::text[], %(codes)s::text[]) AS h (centre, subjective)
              JOIN finance_costcentre c ON c.code = h.centre
              JOIN finance_subjectivecode j ON j.code = h.subjective
              JOIN finance_budget b ON b.cost_centre_id = c.id AND b.subjective_id = j.id AND b.financial_year = %(year)s
             GROUP BY c.code, j.code
            """,
            {"centres": [row[2] for row in found], "codes": [row[3] for row in found], "year": year},
        )
        return {
            (row[0], row[1]): json.loads(row[2]) if isinstance(row[2], str) else row[2] for row in cursor.fetchall()
        }


def _trace_budgets(batch_id: UUID, year: int, found: list[Any], before: dict[tuple[str, str], Any]) -> None:
    params: dict[str, Any] = {
        "batch": batch_id, "year": year, "keys": [row[0] for row in found], "centres": [row[2] for row in found],
        "codes": [row[3] for row in found], "digests": [row[5] for row in found],
        "befores": [json.dumps({"periods": before.get((row[2], row[3]))}) for row in found],
    }  # fmt: skip
    rows_given = (
        "unnest(%(keys)s::text[], %(centres)s::text[], %(codes)s::text[], %(digests)s::uuid[], %(befores)s::text[])"
        " AS h (key, centre, subjective, digest, before)"
        " JOIN finance_costcentre c ON c.code = h.centre JOIN finance_subjectivecode j ON j.code = h.subjective"
        " JOIN finance_budgetposition b ON b.cost_centre_id = c.id AND b.subjective_id = j.id"
        " AND b.financial_year = %(year)s"
        f" LEFT JOIN {PROVENANCE} p ON p.source = '{BUDGETS}' AND p.legacy_key = h.key"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {CHANGES} (id, batch_id, source, legacy_key, record_id, before, hash_before, batch_before_id)"
            f" SELECT uuidv7(), %(batch)s, '{BUDGETS}', h.key, b.id, h.before::jsonb, p.row_hash, p.last_batch_id"
            f" FROM {rows_given} ON CONFLICT DO NOTHING",
            params,
        )
        cursor.execute(
            f"INSERT INTO {PROVENANCE} AS t (id, source, legacy_key, batch_id, last_batch_id, record_id, row_hash, adopted)"
            f" SELECT uuidv7(), '{BUDGETS}', h.key, %(batch)s, %(batch)s, b.id, h.digest, true FROM {rows_given}"
            " ON CONFLICT (source, legacy_key) DO UPDATE"
            " SET row_hash = excluded.row_hash, last_batch_id = excluded.last_batch_id",
            params,
        )


def _load_quotas(params: dict[str, Any]) -> None:
    """Post what was taken before the move, less what was posted for it before: the ledger is only added to."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH due AS MATERIALIZED (
              SELECT x.*, uuidv7() AS entry_id FROM ({_quotas()}) x WHERE x.row_hash IS DISTINCT FROM x.digest
            ),
            posted AS (
              INSERT INTO people_leaveledgerentry (id, employment_id, leave_type_id, leave_year_on, kind, hours, "on",
                                                   source, reason, posted_at)
              SELECT d.entry_id, d.employment_id, d.leave_type_id, d.leave_year_on, '{EntryKind.ADJUSTMENT.value}',
                     d.hours - d.posted, d.on_day,
                     'sap:' || left(md5(d.key), 16) || ':' || left(replace(d.entry_id::text, '-', ''), 32),
                     'Taken before the move from the legacy system', now()
                FROM due d WHERE d.hours <> d.posted
            ),
            kept AS (
              INSERT INTO {CHANGES} (id, batch_id, source, legacy_key, record_id, before, hash_before, batch_before_id)
              SELECT uuidv7(), %(batch)s, '{QUOTAS}', d.key, d.employment_id,
                     jsonb_build_object('hours', d.posted, 'leave_type', d.leave_type_id, 'year', d.leave_year_on,
                                        'on', d.on_day),
                     d.row_hash, d.last_batch_id
                FROM due d ON CONFLICT DO NOTHING
            )
            INSERT INTO {PROVENANCE} (id, source, legacy_key, batch_id, last_batch_id, record_id, row_hash, adopted)
            SELECT uuidv7(), '{QUOTAS}', d.key, %(batch)s, %(batch)s, d.employment_id, d.digest, true FROM due d
            ON CONFLICT (source, legacy_key) DO UPDATE
               SET row_hash = excluded.row_hash, last_batch_id = excluded.last_batch_id
            """,
            params,
        )


def undo(table: str, batch_id: UUID) -> Counter[str]:
    """Take back what a batch set or posted. Gives why some stayed."""
    kept = _undo_budgets(batch_id) if table == BUDGETS else _undo_quotas(batch_id)
    with connection.cursor() as cursor:
        cursor.execute(_TRACES_BACK, {"batch": batch_id, "source": table})
    return kept


_TRACES_BACK = f"""
    WITH back AS (
      DELETE FROM {CHANGES} c WHERE c.batch_id = %(batch)s AND c.source = %(source)s AND c.before ? 'undone' RETURNING *
    ),
    moved AS (
      UPDATE {PROVENANCE} p SET row_hash = b.hash_before, last_batch_id = b.batch_before_id FROM back b
       WHERE p.source = b.source AND p.legacy_key = b.legacy_key AND b.hash_before IS NOT NULL
    )
    DELETE FROM {PROVENANCE} p USING back b
     WHERE p.source = b.source AND p.legacy_key = b.legacy_key AND b.hash_before IS NULL
"""


def _undo_budgets(batch_id: UUID) -> Counter[str]:
    before = (
        "COALESCE((SELECT sum((one.value ->> 1)::numeric)"
        f" FROM jsonb_each({PERIODS.format('c')}) one), 0)::numeric(14,2)"
    )
    judged = f"""
        SELECT c.id, c.record_id, c.before, b.cost_centre_id, b.subjective_id, b.financial_year,
               {before} AS amount_before,
               jsonb_typeof(c.before -> 'periods') = 'null' AS was_none,
               CASE WHEN md5(b.budget_amount::text)::uuid <> p.row_hash THEN %(later)s
                    WHEN {before} < b.budget_amount - b.available_amount THEN %(spent)s END AS reason
          FROM {CHANGES} c
          JOIN finance_budgetposition b ON b.id = c.record_id
          JOIN {PROVENANCE} p ON p.source = c.source AND p.legacy_key = c.legacy_key
         WHERE c.batch_id = %(batch)s AND c.source = '{BUDGETS}'
    """
    params: dict[str, Any] = {"batch": batch_id, "later": LATER_BUDGET, "spent": SPENT}
    head = "x.cost_centre_id = j.cost_centre_id AND x.subjective_id = j.subjective_id AND x.financial_year = j.financial_year"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT reason, count(*) FROM ({judged}) j WHERE reason IS NOT NULL GROUP BY reason", params)
        kept: Counter[str] = Counter(dict(cursor.fetchall()))
        cursor.execute(
            f"""
            WITH judged AS MATERIALIZED ({judged}),
            restored AS (
              UPDATE finance_budget x SET original_amount = (one.value ->> 0)::numeric,
                                          revised_amount = (one.value ->> 1)::numeric
                FROM judged j
               CROSS JOIN LATERAL jsonb_each({PERIODS.format("j")}) one
               WHERE j.reason IS NULL AND NOT j.was_none AND x.period = one.key::int AND {head}
            ),
            gone AS (DELETE FROM finance_budget x USING judged j WHERE j.reason IS NULL AND j.was_none AND {head}),
            emptied AS (
              DELETE FROM finance_budgetposition x USING judged j
               WHERE j.reason IS NULL AND j.was_none AND x.id = j.record_id
                 AND x.reserved_amount = 0 AND x.committed_amount = 0 AND x.actual_amount = 0
            ),
            moved AS (
              UPDATE finance_budgetposition x SET budget_amount = j.amount_before FROM judged j
               WHERE j.reason IS NULL AND NOT j.was_none AND x.id = j.record_id
            )
            UPDATE {CHANGES} c SET before = c.before || '{{"undone": true}}' FROM judged j
             WHERE c.id = j.id AND j.reason IS NULL
            """,
            params,
        )
    return kept


def _undo_quotas(batch_id: UUID) -> Counter[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH back AS MATERIALIZED (
              SELECT c.*, uuidv7() AS entry_id,
                     (c.before ->> 'hours')::numeric - COALESCE((
                       SELECT sum(e.hours) FROM people_leaveledgerentry e
                        WHERE e.employment_id = c.record_id
                          AND left(e.source, 21) = 'sap:' || left(md5(c.legacy_key), 16) || ':'), 0) AS hours
                FROM {CHANGES} c WHERE c.batch_id = %(batch)s AND c.source = '{QUOTAS}'
            ),
            posted AS (
              INSERT INTO people_leaveledgerentry (id, employment_id, leave_type_id, leave_year_on, kind, hours, "on",
                                                   source, reason, posted_at)
              SELECT b.entry_id, b.record_id, (b.before ->> 'leave_type')::uuid, (b.before ->> 'year')::date,
                     '{EntryKind.ADJUSTMENT.value}', b.hours, (b.before ->> 'on')::date,
                     'sap:' || left(md5(b.legacy_key), 16) || ':' || left(replace(b.entry_id::text, '-', ''), 32),
                     'Load from the legacy system undone', now()
                FROM back b WHERE b.hours <> 0
            )
            UPDATE {CHANGES} c SET before = c.before || '{{"undone": true}}' FROM back b WHERE c.id = b.id
            """,
            {"batch": batch_id},
        )
    return Counter()
