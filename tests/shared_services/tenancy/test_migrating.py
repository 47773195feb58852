"""Provisioning and migrations over all councils, on a database of their own, as the owner does them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests import rooms

NAME = f"guildhall_test_migrating_{os.getpid()}"
BEGINNING = """
import django; django.setup()
from django.db import connection
from shared_services.tenancy import migrating, provisioning
from shared_services.tenancy.fingerprint import drift
from shared_services.tenancy.models import CapturedMigration, Council
from shared_services.tenancy.owner import owner_connection

def a_new_migration(sql):
    with owner_connection() as owner:
        owner.execute("INSERT INTO room_template.django_migrations (app, name, applied) VALUES ('audit', '9999_note', now())")
    CapturedMigration.objects.create(app="audit", name="9999_note", sql=sql)
"""
RESUMES = """
assert drift() == {}, drift()
a_new_migration("ALTER TABLE audit_auditentry ADD COLUMN note text NOT NULL DEFAULT '';")
with owner_connection() as owner:
    owner.execute("ALTER TABLE room_template.audit_auditentry ADD COLUMN note text NOT NULL DEFAULT ''")
    owner.execute("ALTER TABLE c0002.audit_auditentry ADD COLUMN note text")
first = {o.key: bool(o.error) for o in migrating.migrate_rooms()}
assert first == {"c0000": False, "c0001": False, "c0002": True}, first
assert Council.objects.get(pk=2).release_state == "failed" and "already exists" in Council.objects.get(pk=2).release_error
assert list(drift()) == ["c0002"], drift()
with owner_connection() as owner:
    owner.execute("ALTER TABLE c0002.audit_auditentry DROP COLUMN note")
again = {o.key: bool(o.error) for o in migrating.migrate_rooms()}
assert again == {"c0002": False}, again
assert drift() == {}, drift()
assert migrating.migrate_rooms() == []
print("held")
"""
UNREADABLE = """
before = provisioning.release_head()
a_new_migration("ALTER TABLE audit_auditentry ADD COLUMN note text;")
with owner_connection() as owner:
    owner.execute("ALTER TABLE room_template.audit_auditentry ADD COLUMN note text")
    owner.execute("ALTER TABLE c0001.django_migrations RENAME TO mislaid")
# All three in one round trip, which stops at the second.
first = {o.key: bool(o.error) for o in migrating.migrate_rooms(workers=1)}
assert first == {"c0000": False, "c0001": True, "c0002": False}, first
assert "does not exist" in Council.objects.get(pk=1).release_error
with owner_connection() as owner:
    owner.execute("ALTER TABLE c0001.mislaid RENAME TO django_migrations")
again = {o.key: bool(o.error) for o in migrating.migrate_rooms()}
assert again == {"c0001": False} and drift() == {}, (again, drift())
# The register is behind what the room has: the room's word counts.
Council.objects.filter(pk=2).update(release_head=before)
assert [(o.key, o.applied, o.error) for o in migrating.migrate_rooms()] == [("c0002", 0, "")]
with owner_connection() as owner:
    kept = owner.execute("SELECT count(*) FROM c0002.django_migrations WHERE name = '9999_note'").fetchone()
assert kept == (1,) and Council.objects.get(pk=2).release_head == provisioning.release_head(), kept
print("held")
"""
SHARED_ROWS = """
def permissions(room):
    with owner_connection() as owner:
        return owner.execute(f"SELECT id, codename FROM {room}.auth_permission ORDER BY id").fetchall()

before = permissions("room_template")
with owner_connection() as owner:
    for room in ("room_template", "c0000", "c0001", "c0002"):
        owner.execute(f"DELETE FROM {room}.auth_permission WHERE id = (SELECT min(id) FROM {room}.auth_permission)")
connection.set_schema("room_template", include_public=False)
brought = migrating._what_follows()
assert migrating._what_follows() == ""
connection.set_schema_to_public()
a_new_migration(brought)
assert len(permissions("room_template")) == len(before) > len(permissions("c0001"))
assert not any(o.error for o in migrating.migrate_rooms())
assert permissions("room_template") == permissions("c0001") == permissions("c0002")
print("held")
"""


@pytest.fixture
def own_database(servers, django_db_setup):
    rooms.copy_template(settings.TEMPLATE_DATABASE, NAME, Path(settings.VAR_DIR))
    yield NAME
    rooms.drop(NAME)


@pytest.mark.parametrize(
    "story",
    [
        pytest.param(RESUMES, id="one council that fails does not stop the others and a rerun resumes"),
        pytest.param(UNREADABLE, id="a room that cannot even be read fails alone"),
        pytest.param(SHARED_ROWS, id="a permission that a migration brings reaches every room under the same key"),
    ],
)
def test_migrations_reach_every_room_that_can_take_them(own_database, story):
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.owner", "GUILDHALL_DATABASE": own_database}

    done = subprocess.run(
        [sys.executable, "-c", BEGINNING + story],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.strip().endswith("held"), done.stdout + done.stderr
