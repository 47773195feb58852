"""The wall, written from the models: roles, grants and row-level security of the shared schema.

`apply()` can run again and again; it leaves exactly the rights that the models declare. A table in the
shared schema that no rule covers is an error, so a new table cannot slip in without a policy.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.conf import settings
from django.db import connection, models

from .bases import CommonModel, PooledModel, PrivateModel
from .directory import CouncilEntry
from .errors import NotHardened
from .models import FIRST_SANDBOX_NUMBER

OWNER_ONLY_TABLES = {"django_migrations", "tenancy_capturedmigration"}
HOST_MAP = ("tenancy_council", "tenancy_councilhost")
SCHEDULE_APP = "django_celery_beat"

ROLES_SQL = """
DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'councils') THEN CREATE ROLE councils NOLOGIN; END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'portal') THEN CREATE ROLE portal LOGIN; END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'dispatcher') THEN CREATE ROLE dispatcher LOGIN; END IF;
END $$;
"""

GROUND_SQL = """
CREATE SCHEMA IF NOT EXISTS app;
REVOKE ALL ON SCHEMA app FROM PUBLIC;
GRANT USAGE ON SCHEMA app TO councils;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO councils, portal, dispatcher;

-- The number of the council whose role is at work. SECURITY INVOKER, so it cannot be borrowed.
CREATE OR REPLACE FUNCTION app.cid() RETURNS smallint LANGUAGE sql STABLE PARALLEL SAFE
  AS $f$ SELECT substr(current_user::text, 2)::smallint $f$;
REVOKE ALL ON FUNCTION app.cid() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.cid() TO councils;

-- A row never changes hands, and only its owner says who else may see it.
CREATE OR REPLACE FUNCTION app.keep_owner() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
  IF current_user::text IN ('portal', 'dispatcher') THEN
    RAISE insufficient_privilege USING MESSAGE = 'the owner and the parts of a shared row are its owner''s to set';
  ELSIF current_user::text ~ '^c[0-9]{4}$' THEN
    IF NEW.owner_id IS DISTINCT FROM OLD.owner_id OR OLD.owner_id <> app.cid() THEN
      RAISE insufficient_privilege USING MESSAGE = 'the owner and the parts of a shared row are its owner''s to set';
    END IF;
  END IF;
  RETURN NEW;
END $f$;
REVOKE ALL ON FUNCTION app.keep_owner() FROM PUBLIC;

-- A room with a part in another's row changes the columns that the model opens to it, and no others.
CREATE OR REPLACE FUNCTION app.keep_columns() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
  IF current_user::text ~ '^c[0-9]{4}$' AND OLD.owner_id <> app.cid() THEN
    RAISE insufficient_privilege USING MESSAGE = 'this part of a shared row is its owner''s to change';
  END IF;
  RETURN NEW;
END $f$;
REVOKE ALL ON FUNCTION app.keep_columns() FROM PUBLIC;

DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO councils, portal, dispatcher', current_database());
  EXECUTE format('ALTER DATABASE %I SET timezone = ''UTC''', current_database());
END $$;
"""

OPEN_SQL = r"""
SELECT 'EXECUTE', 'FUNCTION ' || p.oid::regprocedure::text FROM pg_proc p
 WHERE pronamespace = 'pg_catalog'::regnamespace
   AND (proname LIKE 'lo\_%' OR proname IN ('set_config', 'loread', 'lowrite', 'query_to_xml',
        'query_to_xmlschema', 'query_to_xml_and_xmlschema', 'cursor_to_xml', 'table_to_xml',
        'table_to_xmlschema', 'table_to_xml_and_xmlschema', 'schema_to_xml', 'database_to_xml', 'ts_stat',
        'pg_lock_status', 'pg_relation_size', 'pg_table_size', 'pg_indexes_size', 'pg_total_relation_size')
        OR proname LIKE 'pg\_stat\_get\_%')
   AND has_function_privilege('public', p.oid, 'EXECUTE')
UNION ALL
SELECT 'SELECT', 'pg_catalog.' || c.relname FROM pg_class c
 WHERE relnamespace = 'pg_catalog'::regnamespace
   AND relname IN ('pg_stat_activity', 'pg_stat_user_tables', 'pg_stat_all_tables', 'pg_stat_xact_user_tables',
       'pg_stat_xact_all_tables', 'pg_statio_user_tables', 'pg_statio_all_tables', 'pg_stat_user_indexes',
       'pg_stat_all_indexes', 'pg_statio_user_indexes', 'pg_statio_all_indexes', 'pg_statio_user_sequences',
       'pg_statio_all_sequences', 'pg_prepared_statements', 'pg_cursors', 'pg_locks', 'pg_sequences')
   AND has_table_privilege('public', c.oid, 'SELECT')
"""
"""Ways out of a statement, and ways to look at others' sizes, that PostgreSQL leaves open to everybody and no room needs."""


def role_of(council: CouncilEntry) -> str:
    return council.key


def create_role_sql(key: str, password: str | None) -> str:
    """SQL that makes a council's login role, or brings an existing one to what it must be.

    A role that is so already is not written again: roles are the whole server's, and two who write one at a time collide.
    """
    limit = settings.ROOM_CONNECTION_LIMIT
    secret = f"ALTER ROLE {key} PASSWORD '{password}';\n" if password else ""
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{key}') THEN CREATE ROLE {key}; END IF;\n"
        # Only a superuser may name these, so they are named only where they must be taken away.
        f"IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{key}' AND (rolsuper OR rolreplication OR rolbypassrls))"
        f" THEN ALTER ROLE {key} NOSUPERUSER NOREPLICATION NOBYPASSRLS; END IF;\n"
        f"IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{key}' AND rolcanlogin AND rolinherit"
        f" AND NOT rolcreatedb AND NOT rolcreaterole AND rolconnlimit = {limit})"
        f" THEN ALTER ROLE {key} LOGIN NOCREATEDB NOCREATEROLE INHERIT CONNECTION LIMIT {limit}; END IF;\n"
        f"IF NOT EXISTS (SELECT 1 FROM pg_auth_members WHERE roleid = 'councils'::regrole AND member = '{key}'::regrole"
        f" AND inherit_option AND NOT set_option AND NOT admin_option)"
        f" THEN GRANT councils TO {key} WITH INHERIT TRUE, SET FALSE, ADMIN FALSE; END IF; END $$;\n"
        f"{secret}"
    )


def pooled_models() -> list[type[PooledModel]]:
    return [model for model in apps.get_models() if issubclass(model, PooledModel)]


def common_models() -> list[type[CommonModel]]:
    return [model for model in apps.get_models() if issubclass(model, CommonModel)]


def private_models() -> list[type[models.Model]]:
    """Every model whose table each room has, our own and the libraries'."""
    labels = {apps.get_app_config(label).name: label for label in apps.app_configs}
    private = {labels[name] for name in settings.TENANT_APPS if name in labels}
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in private]


def append_only_tables() -> list[str]:
    """Private tables whose rows a council's role may add and read, and never change or remove."""
    return [m._meta.db_table for m in private_models() if issubclass(m, PrivateModel) and m.append_only]


def tables_written_by_database() -> list[str]:
    """Private tables that a council's role only reads: the room's own functions write them."""
    return [m._meta.db_table for m in private_models() if issubclass(m, PrivateModel) and m.written_by_database]


def room_functions() -> list[str]:
    """Functions of a room that its role may call, however they are secured."""
    return [name for m in private_models() if issubclass(m, PrivateModel) for name in m.database_functions]


def kept_columns(model: type[PooledModel]) -> list[str]:
    """The columns that only a row's owner changes: all but those that the model opens to its parts."""
    columns = [field.column for field in model._meta.concrete_fields if field.column]
    unknown = set(model.parts_may_update) - set(columns)
    if unknown:
        raise RuntimeError(f"{model._meta.label} opens columns that it does not have: {', '.join(sorted(unknown))}.")
    return [column for column in columns if column not in {"owner_id", "parts", *model.parts_may_update}]


def _policies(model: type[PooledModel]) -> Iterator[str]:
    table = f'public."{model._meta.db_table}"'
    mine = "owner_id = app.cid()"
    seen = f"({mine} OR parts @> ARRAY[app.cid()])"
    for_others = "(app.cid() = 0::smallint AND parts = ARRAY[0::smallint])"
    # A council shows its rows to the shared service only: nothing of its making reaches another council's pages.
    shown = f"(app.cid() = 0::smallint OR NOT {mine} OR parts <@ ARRAY[0::smallint, app.cid()])"
    if model.shown_to_councils:
        shown = "true"
    # A sandbox shares nothing with anybody, whatever its officers try in it.
    shown = f"({shown} AND (parts = '{{}}' OR app.cid() < {FIRST_SANDBOX_NUMBER}::smallint))"
    writable = seen if model.parts_may_update else mine
    removable = f"({mine} OR {for_others})" if model.shared_service_may_remove else mine
    addable = f"({mine} OR {for_others})" if model.shared_service_may_insert else mine
    if model.shared_service_only:
        addable = f"({mine} AND app.cid() = 0::smallint)"
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    for name in ("seen", "added", "changed", "removed", "owner_work", "dispatched", "dispatched_on", "pruned"):
        yield f"DROP POLICY IF EXISTS {name} ON {table}"
    yield f"CREATE POLICY owner_work ON {table} TO {connection.ops.quote_name(settings.POSTGRES.owner)} USING (true) WITH CHECK (true)"
    readable = f"({seen} OR owner_id = 0::smallint)" if model.shared_service_rows_are_common else seen
    yield f"CREATE POLICY seen ON {table} FOR SELECT TO councils USING ({readable})"
    yield f"CREATE POLICY added ON {table} FOR INSERT TO councils WITH CHECK ({addable} AND {shown})"
    yield f"GRANT SELECT, INSERT ON {table} TO councils"
    if not model.append_only:
        yield (
            f"CREATE POLICY changed ON {table} FOR UPDATE TO councils"
            f" USING ({writable}) WITH CHECK ({writable} AND {shown})"
        )
    if model.changes_only:
        columns = ", ".join(f'"{name}"' for name in model.changes_only)
        yield f"GRANT UPDATE ({columns}) ON {table} TO councils"
    elif not model.append_only:
        yield f"CREATE POLICY removed ON {table} FOR DELETE TO councils USING ({removable})"
        yield f"GRANT UPDATE, DELETE ON {table} TO councils"
    if model.dispatcher_may:
        yield f"CREATE POLICY dispatched ON {table} FOR SELECT TO dispatcher USING (true)"
        yield f"CREATE POLICY dispatched_on ON {table} FOR UPDATE TO dispatcher USING (true) WITH CHECK (true)"
        yield f"CREATE POLICY pruned ON {table} FOR DELETE TO dispatcher USING ({model.dispatcher_may_remove})"
        yield f"GRANT {', '.join(model.dispatcher_may)} ON {table} TO dispatcher"
    yield f"DROP TRIGGER IF EXISTS keep_owner ON {table}"
    yield (
        f"CREATE TRIGGER keep_owner BEFORE UPDATE ON {table} FOR EACH ROW"
        " WHEN (OLD.owner_id IS DISTINCT FROM NEW.owner_id OR OLD.parts IS DISTINCT FROM NEW.parts)"
        " EXECUTE FUNCTION app.keep_owner()"
    )
    yield f"DROP TRIGGER IF EXISTS keep_columns ON {table}"
    if model.parts_may_update:
        changed = " OR ".join(f'OLD."{name}" IS DISTINCT FROM NEW."{name}"' for name in kept_columns(model))
        yield (
            f"CREATE TRIGGER keep_columns BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({changed})"
            " EXECUTE FUNCTION app.keep_columns()"
        )


def _rights() -> Iterator[str]:
    covered = set(OWNER_ONLY_TABLES)
    for pooled in pooled_models():
        covered.add(pooled._meta.db_table)
        yield from _policies(pooled)
    for common in common_models():
        table = common._meta.db_table
        covered.add(table)
        if table in OWNER_ONLY_TABLES:
            continue
        yield f'GRANT SELECT ON public."{table}" TO councils'
        if common.maintained_by == "shared_service":
            yield f'GRANT INSERT, UPDATE, DELETE ON public."{table}" TO c0000'
            yield from _sequence_grants(common, "c0000")
    for scheduled in apps.get_app_config(SCHEDULE_APP).get_models():
        covered.add(scheduled._meta.db_table)
        yield f'GRANT SELECT, INSERT, UPDATE, DELETE ON public."{scheduled._meta.db_table}" TO dispatcher'
        yield from _sequence_grants(scheduled, "dispatcher")
    for table in HOST_MAP:
        yield f"GRANT SELECT ON public.{table} TO portal, dispatcher"
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        bare = {row[0] for row in cursor.fetchall()} - covered
    if bare:
        raise RuntimeError(
            f"No rule covers these shared tables: {', '.join(sorted(bare))}. Base their models on PooledModel or CommonModel."
        )


def _sequence_grants(model: type[models.Model], role: str) -> Iterator[str]:
    key = model._meta.pk
    if key is not None and key.get_internal_type() in ("AutoField", "BigAutoField", "SmallAutoField"):
        yield f'GRANT USAGE ON SEQUENCE public."{model._meta.db_table}_{key.column}_seq" TO {role}'


def prepare_ground() -> None:
    """Roles, functions and revocations that the rights stand on. Run as the schema's owner, before the tables."""
    with connection.cursor() as cursor:
        cursor.execute(ROLES_SQL)
        for role in ("portal", "dispatcher"):
            if password := settings.ROLE_PASSWORD(role):
                cursor.execute(f"ALTER ROLE {role} PASSWORD '{password}'")
        cursor.execute(create_role_sql("c0000", settings.ROLE_PASSWORD("c0000")))
        cursor.execute(GROUND_SQL)
    close_what_is_open()


def hardening() -> list[str]:
    """What is still to be run so that no room can use what PostgreSQL leaves open to everybody. Empty once it was.

    The owner keeps what it needs itself: dumps, sizes, ending the connections of a suspended room.
    """
    owner = connection.ops.quote_name(settings.POSTGRES.owner)
    with connection.cursor() as cursor:
        cursor.execute(OPEN_SQL)
        return [
            f"{change} {right} ON {thing} {whom};"
            for right, thing in cursor.fetchall()
            for change, whom in (("REVOKE", "FROM PUBLIC"), ("GRANT", f"TO {owner}"))
        ]


def close_what_is_open() -> None:
    """Run the hardening, which takes a superuser. Raises NotHardened where the owner is none and it was not run yet."""
    statements = hardening()
    if not statements:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            raise NotHardened
        cursor.execute("\n".join(statements))


def apply() -> None:
    """Give every shared table exactly the rights its model declares. Run as the schema's owner, after migrating."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('REVOKE ALL ON public.%I FROM PUBLIC, councils, portal, dispatcher, c0000', tablename)"
            "  FROM pg_tables WHERE schemaname = 'public'"
        )
        statements = [row[0] for row in cursor.fetchall()]
        statements.extend(_rights())
        cursor.execute(";\n".join(statements))
