"""Taking back what one kind of record got from a batch: changed records are restored, made ones go unless used since."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models

from .shapes import Becomes
from .statements import CHANGES, PROVENANCE, digest_of, model_of

CHANGED_SINCE = "Changed by an officer since"
USED_BY = "Used since by {}"


def undo(becomes: Becomes, batch_id: UUID) -> Counter[str]:
    """Undo one kind of record of a batch. Gives why some stayed: reason -> how many. Safe to run twice."""
    kept: Counter[str] = Counter()
    with connection.cursor() as cursor:
        if becomes.columns:
            kept.update(_restore(cursor, becomes, batch_id))
        # What was only connected, never changed, is let go again.
        cursor.execute(
            f"DELETE FROM {PROVENANCE} p WHERE p.source = %(source)s AND p.batch_id = %(batch)s AND p.adopted"
            f" AND NOT EXISTS (SELECT 1 FROM {CHANGES} c WHERE c.batch_id = %(batch)s AND c.source = p.source"
            " AND c.legacy_key = p.legacy_key)",
            {"source": becomes.source, "batch": batch_id},
        )
        if not becomes.record:
            kept.update(_remove(cursor, becomes, batch_id))
    return kept


def _restore(cursor: Any, becomes: Becomes, batch_id: UUID) -> Counter[str]:
    model = model_of(becomes)
    table = model._meta.db_table
    versioned = any(item.column == "version" for item in model._meta.concrete_fields)
    setting = [f'"{column}" = r."{column}"' for column in becomes.columns]
    if versioned:
        # Nobody touched it in between: then its version goes back too, and the record is as it was.
        setting.append("version = CASE WHEN t.version = r.version + 1 THEN r.version ELSE t.version + 1 END")
    params = {"batch": batch_id, "source": becomes.source}
    cursor.execute(
        f"""
        WITH back AS MATERIALIZED (
          SELECT c.id, c.legacy_key, c.record_id, c.before, c.hash_before, c.batch_before_id
            FROM {CHANGES} c
            JOIN {table} t ON t.id = c.record_id
            JOIN {PROVENANCE} p ON p.source = c.source AND p.legacy_key = c.legacy_key
           WHERE c.batch_id = %(batch)s AND c.source = %(source)s AND {digest_of(becomes)} = p.row_hash
        ),
        restored AS (
          UPDATE {table} t SET {", ".join(setting)}
            FROM back b CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, b.before) r
           WHERE t.id = b.record_id
        ),
        traced AS (
          UPDATE {PROVENANCE} p SET row_hash = b.hash_before, last_batch_id = b.batch_before_id
            FROM back b
           WHERE p.source = %(source)s AND p.legacy_key = b.legacy_key AND b.hash_before IS NOT NULL
        ),
        let_go AS (
          DELETE FROM {PROVENANCE} p USING back b
           WHERE p.source = %(source)s AND p.legacy_key = b.legacy_key AND b.hash_before IS NULL
        )
        DELETE FROM {CHANGES} c USING back b WHERE c.id = b.id
        """,
        params,
    )
    cursor.execute(f"SELECT count(*) FROM {CHANGES} WHERE batch_id = %(batch)s AND source = %(source)s", params)
    left = cursor.fetchone()[0]
    return Counter({CHANGED_SINCE: left}) if left else Counter()


def _remove(cursor: Any, becomes: Becomes, batch_id: UUID) -> Counter[str]:
    model = model_of(becomes)
    table = model._meta.db_table
    params: dict[str, Any] = {"batch": batch_id, "source": becomes.source}
    reasons = []
    if becomes.columns:
        reasons.append((f"{digest_of(becomes)} <> p.row_hash", CHANGED_SINCE))
    for other, column in uses_of(model, besides=becomes.beside):
        reasons.append((_is_used(other, column, "p.record_id"), USED_BY.format(plural(other))))
    if becomes.goes_with:
        label, own_column = becomes.goes_with
        for other, column in uses_of(apps.get_model(label), besides=(model._meta.label,)):
            reasons.append((_is_used(other, column, f't."{own_column}"'), USED_BY.format(plural(other))))
    cases = " ".join(f"WHEN {condition} THEN %(reason_{n})s" for n, (condition, _) in enumerate(reasons))
    params |= {f"reason_{n}": words for n, (_, words) in enumerate(reasons)}
    judged = f"""
        SELECT p.id, p.record_id, {f"CASE {cases} END" if cases else "NULL::text"} AS reason
          FROM {PROVENANCE} p LEFT JOIN {table} t ON t.id = p.record_id
         WHERE p.source = %(source)s AND p.batch_id = %(batch)s AND NOT p.adopted
    """
    cursor.execute(f"SELECT reason, count(*) FROM ({judged}) j WHERE reason IS NOT NULL GROUP BY reason", params)
    kept: Counter[str] = Counter(dict(cursor.fetchall()))
    if becomes.before_delete:
        cursor.execute(f"SELECT array_agg(record_id) FROM ({judged}) j WHERE reason IS NULL", params)
        cursor.execute(becomes.before_delete, {"ids": cursor.fetchone()[0] or []})
    cursor.execute(
        f"""
        WITH judged AS MATERIALIZED ({judged}),
        gone AS (DELETE FROM {table} t USING judged j WHERE t.id = j.record_id AND j.reason IS NULL)
        DELETE FROM {PROVENANCE} p USING judged j WHERE p.id = j.id AND j.reason IS NULL
        """,
        params,
    )
    return kept


def _is_used(other: type[models.Model], column: str, record: str) -> str:
    return f'EXISTS (SELECT 1 FROM {other._meta.db_table} u WHERE u."{column}" = {record})'


def plural(model: type[models.Model]) -> str:
    """A model's name in the plural, as officers say it."""
    name = str(model._meta.verbose_name)
    given = str(model._meta.verbose_name_plural)
    return f"{name[:-1]}ies" if given == f"{name}s" and name.endswith("y") else given


def uses_of(model: type[models.Model], *, besides: tuple[str, ...] = ()) -> list[tuple[type[models.Model], str]]:
    """Every model and column that points to a model, pooled keys without a constraint in the database included."""
    found: list[tuple[type[models.Model], str]] = []
    relations: list[Any] = [one for one in model._meta.get_fields(include_hidden=True) if one.auto_created]
    for relation in relations:
        if not relation.concrete and (relation.one_to_many or relation.one_to_one):
            other = relation.related_model
            if other._meta.managed and not other._meta.abstract and other._meta.label not in besides:
                found.append((other, relation.field.column))
    return found
