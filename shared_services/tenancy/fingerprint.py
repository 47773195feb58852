"""Whether every room is built like the template: a fingerprint of each schema's catalogue and its common rows."""

from __future__ import annotations

import re

import psycopg

from .models import Council
from .owner import owner_connection
from .provisioning import TEMPLATE

CASTS = re.compile(r"::character varying|::text|[()\[\]]")
"""PostgreSQL writes a list of texts with other casts once it has been dumped and replayed: the same condition."""

CATALOGUE_SQL = r"""
SELECT replace(line, %(schema)s || '.', '') FROM (
  SELECT 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull
         || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '') AS line
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE c.relnamespace = %(schema)s::regnamespace AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'm')
  UNION ALL
  SELECT 'constraint ' || r.relname || ' ' || n.conname || ' ' || pg_get_constraintdef(n.oid)
    FROM pg_constraint n JOIN pg_class r ON r.oid = n.conrelid WHERE n.connamespace = %(schema)s::regnamespace
  UNION ALL
  SELECT 'index ' || pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
   WHERE c.relnamespace = %(schema)s::regnamespace
  UNION ALL
  SELECT 'trigger ' || pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
   WHERE c.relnamespace = %(schema)s::regnamespace AND NOT t.tgisinternal
  UNION ALL
  SELECT 'function ' || p.proname || ' ' || md5(p.prosrc) FROM pg_proc p WHERE p.pronamespace = %(schema)s::regnamespace
) AS catalogue
"""
ROWS_SQL = """
SELECT 'type ' || id || ' ' || app_label || '.' || model FROM {schema}.django_content_type
UNION ALL SELECT 'permission ' || id || ' ' || codename || ' ' || content_type_id FROM {schema}.auth_permission
UNION ALL SELECT 'migration ' || app || '.' || name FROM {schema}.django_migrations
"""


def lines_of(schema: str, owner: psycopg.Connection | None = None) -> set[str]:
    """Everything that a schema is built of, a line each, free of the schema's own name.

    With `owner`, as the transaction that is open there sees it.
    """
    if owner is None:
        with owner_connection() as owner, owner.transaction():
            return lines_of(schema, owner)
    path = owner.execute("SHOW search_path").fetchone()
    owner.execute("SET LOCAL search_path = pg_catalog")
    found = owner.execute(CATALOGUE_SQL, {"schema": schema}).fetchall()  # type: ignore[arg-type]
    found += owner.execute(ROWS_SQL.format(schema=schema)).fetchall()  # type: ignore[arg-type]
    owner.execute(f"SET LOCAL search_path = {path[0] if path else ''}")  # type: ignore[arg-type]
    return {CASTS.sub("", row[0]) for row in found}


def drift() -> dict[str, list[str]]:
    """Rooms that differ from the template, each with what is missing (-) or extra (+). Empty when all are alike."""
    template = lines_of(TEMPLATE)
    found = {}
    for key in Council.objects.filter(state__in=Council.KEPT).values_list("schema_name", flat=True):
        lines = lines_of(key)
        if lines != template:
            found[key] = [f"- {line}" for line in sorted(template - lines)] + [
                f"+ {line}" for line in sorted(lines - template)
            ]
    return found
