"""Every attack of the isolation report on the database, one by one, as production has the wall."""

from __future__ import annotations

import os

import psycopg
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError, connection

from config.isolation.attempts import Book
from config.isolation.database import attacks, connect_as, try_attacks
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.owner import owner_connection
from shared_services.tenancy.wall import create_role_sql


def test_no_attack_by_raw_sql_brings_anything_home(walled, northmoor, eastvale, officer_in):
    officer_in(eastvale, name="Esther Vale")
    book = Book()

    try_attacks(book, [("c0001", "c0002"), ("c0000", "c0002")])

    assert book.leaks == []
    assert len(book.attempts) == 6 * len(list(attacks("c0001", "c0002"))) or len(book.attempts) > 200


def test_the_products_cursor_sends_one_statement_at_a_time(walled, northmoor):
    with (
        inside_council(northmoor),
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError, match="multiple commands"),
    ):
        cursor.execute("SELECT 1; SELECT 2")


def test_a_planted_prepared_statement_stays_in_its_own_council(walled, northmoor, eastvale):
    with inside_council(northmoor), connection.cursor() as cursor:
        cursor.execute("PREPARE trap AS SELECT current_user")

    with inside_council(eastvale), connection.cursor() as cursor, pytest.raises(ProgrammingError):
        cursor.execute("EXECUTE trap")


def test_the_portal_role_reads_the_host_map_and_nothing_else(walled):
    with connect_as("portal") as portal:
        assert portal.execute("SELECT count(*) FROM public.tenancy_council").fetchone() == (3,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            portal.execute("SELECT * FROM public.access_officercard")


@pytest.fixture
def spare_role(walled):
    """A council's role that no other test uses: roles belong to the server, not to one test's database."""
    key = f"c{9000 + os.getpid() % 1000}"
    with owner_connection() as owner:
        owner.execute(create_role_sql(key, settings.ROLE_PASSWORD(key)))
        yield key
        owner.execute(f"DROP ROLE {key}")


@pytest.mark.parametrize("power", ["BYPASSRLS", "CREATEROLE", "CREATEDB", "SUPERUSER"])
def test_a_role_with_too_many_rights_is_not_served(spare_role, power):
    with connect_as(spare_role) as room:
        connection._check_role(room, spare_role)
    with owner_connection() as owner:
        owner.execute(f"ALTER ROLE {spare_role} {power}")
    connection._checked.clear()

    with connect_as(spare_role) as room, pytest.raises(ImproperlyConfigured, match="more rights"):
        connection._check_role(room, spare_role)


def test_a_role_of_a_second_group_is_not_served(spare_role):
    with owner_connection() as owner:
        owner.execute(f"GRANT portal TO {spare_role}")

    with connect_as(spare_role) as room, pytest.raises(ImproperlyConfigured, match="more rights"):
        connection._check_role(room, spare_role)
