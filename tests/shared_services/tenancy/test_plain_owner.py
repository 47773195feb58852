"""The schema's owner need not be a superuser: CREATEROLE and CREATEDB do, once what stands open has been closed."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings

from shared_services.tenancy import provisioning, wall
from shared_services.tenancy.owner import owner_connection

OWNER = f"plain_owner_{os.getpid()}"
ROOM = "c8899"
RIGHTS = f"""
CREATE ROLE {OWNER} CREATEROLE CREATEDB;
GRANT councils TO {OWNER} WITH ADMIN OPTION;
GRANT CREATE ON DATABASE "{{database}}" TO {OWNER};
GRANT USAGE ON SCHEMA public, room_template TO {OWNER};
GRANT SELECT ON ALL TABLES IN SCHEMA public, room_template TO {OWNER};
GRANT UPDATE ON public.tenancy_council TO {OWNER};
CREATE POLICY plain_owner ON public.operating_operation TO {OWNER} USING (true);
"""
"""What a role has that made the database and its shared tables itself."""


@pytest.fixture
def plain(db) -> Iterator[psycopg.Connection]:
    """A transaction in which a role is at work that is no superuser; all of it is taken back."""
    database = settings.DATABASES["default"]["NAME"]
    with owner_connection(database) as owner:
        owner.execute("BEGIN")
        owner.execute(RIGHTS.format(database=database).encode())
        owner.execute(f"SET LOCAL ROLE {OWNER}".encode())
        yield owner
        owner.execute("ROLLBACK")


def test_an_owner_without_superuser_makes_a_room_and_goes_on_with_the_shared_tables(plain):
    plain.execute(provisioning.creation_statements(ROOM, provisioning.release_head()).encode())

    made = plain.execute(
        "SELECT rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, pg_has_role(rolname, 'councils', 'USAGE')"
        " FROM pg_roles WHERE rolname = %s",
        [ROOM],
    ).fetchone()
    assert made == (True, False, False, False, True)
    assert plain.execute("SHOW row_security").fetchone() == ("on",)
    assert plain.execute("SELECT count(*) FROM public.operating_operation").fetchone() == (0,)


def test_what_stands_open_to_everybody_is_found_until_a_superuser_has_closed_it(plain):
    assert plain.execute(wall.OPEN_SQL).fetchall() == []
    plain.execute("RESET ROLE")
    plain.execute(
        "GRANT SELECT ON pg_catalog.pg_locks TO PUBLIC; GRANT EXECUTE ON FUNCTION lo_open(oid, int) TO PUBLIC"
    )

    found = sorted(plain.execute(wall.OPEN_SQL).fetchall())

    assert found == [("EXECUTE", "FUNCTION lo_open(oid,integer)"), ("SELECT", "pg_catalog.pg_locks")]
