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
SCRIPT = """
import django; django.setup()
from django.db import connection
from shared_services.tenancy import migrating, provisioning
from shared_services.tenancy.fingerprint import drift
from shared_services.tenancy.models import CapturedMigration, Council
from shared_services.tenancy.owner import owner_connection

assert drift() == {}, drift()
with owner_connection() as owner:
    owner.execute("INSERT INTO room_template.django_migrations (app, name, applied) VALUES ('audit', '9999_note', now())")
    owner.execute("ALTER TABLE room_template.audit_auditentry ADD COLUMN note text NOT NULL DEFAULT ''")
    owner.execute("ALTER TABLE c0002.audit_auditentry ADD COLUMN note text")
CapturedMigration.objects.create(app="audit", name="9999_note", sql="ALTER TABLE audit_auditentry ADD COLUMN note text NOT NULL DEFAULT '';")
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


@pytest.fixture
def own_database(servers, django_db_setup):
    rooms.copy_template(settings.TEMPLATE_DATABASE, NAME, Path(settings.VAR_DIR))
    yield NAME
    rooms.drop(NAME)


def test_one_council_that_fails_does_not_stop_the_others_and_a_rerun_resumes(own_database):
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.owner", "GUILDHALL_DATABASE": own_database}

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.strip().endswith("held"), done.stdout + done.stderr
