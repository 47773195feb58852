"""A council's room backed up, restored on trial, and restored in earnest with the council's word."""

from __future__ import annotations

import json
import os
import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from councils.organisation.models import Department
from councils.setting_up.scim.keys import make_key, officer_of, revoke_key
from shared_services.assurance.services import verify_room
from shared_services.audit.models import AuditEntry
from shared_services.audit.sealing import seal
from shared_services.messaging.live_steps import StepStatus
from shared_services.operating import dumps, shelves
from shared_services.operating.choices import Kind, Status
from shared_services.operating.models import Backup, Consent, Operation, OperationStep
from shared_services.operating.services import doing, following
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import Council
from shared_services.tenancy.owner import owner_connection
from tests.owner_jobs import do_owner_jobs, owner_worker

pytestmark = pytest.mark.usefixtures("walled")
BACKUPS = settings.BACKUPS_DIR


@pytest.fixture
def parks(northmoor) -> None:
    with inside_council(northmoor):
        Department.objects.create(code="PRK", name="Parks")


@pytest.fixture
def nightly(settings) -> None:
    settings.BACKUP_NIGHTLY = True


def departments(council) -> list[str]:
    with inside_council(council):
        return sorted(Department.objects.values_list("code", flat=True))


def database() -> str:
    return settings.DATABASES["default"]["NAME"]


def folder_of(backup) -> Path:
    return BACKUPS / "c0001" / backup.folder


def test_a_backup_has_the_rooms_tables_its_own_shared_rows_and_its_files(northmoor, parks, s151, ask, done):
    (settings.PRIVATE_FILES_DIR / "c0001").mkdir(parents=True, exist_ok=True)
    (settings.PRIVATE_FILES_DIR / "c0001" / "letter.txt").write_text("Dear all")

    operation = done(ask(Kind.BACK_UP))

    assert operation.status == Status.DONE, operation.cause
    assert operation.figures["tables"] > 50 and operation.figures["rows"] > 100
    manifest = json.loads((BACKUPS / "c0001" / operation.figures["backup"] / "manifest.json").read_text())
    assert manifest["room"]["organisation_department"][0] == 1
    assert manifest["shared"]["access_officercard"] == 1
    letter = next(file for file in manifest["files"] if file["name"] == "letter.txt")
    assert (BACKUPS / "c0001" / "files" / letter["sha256"]).read_text() == "Dear all"


def test_the_council_reads_of_a_backup_in_its_own_portal_and_record(northmoor, administrator, ask, done, client_for):
    done(ask(Kind.BACK_UP))

    page = client_for(administrator).get("/platform-team/").content.decode()

    assert "Ivo Tansy" in page and "Back up" in page
    with inside_council(northmoor):
        events = list(AuditEntry.objects.filter(event__startswith="operating.").values_list("event", flat=True))
    assert set(events) == {"operating.back_up.asked", "operating.back_up.done"}


def test_old_backups_go_and_the_latest_stays(northmoor, shared_service, backup, ask, done, eastvale):
    with owner_connection(database()) as owner:
        owner.execute("UPDATE public.operating_backup SET taken_at = now() - interval '90 days'")

    operation = done(ask(Kind.BACK_UP))

    assert operation.figures["removed"] == 1
    assert not folder_of(backup).exists()
    assert (BACKUPS / "c0001" / operation.figures["backup"]).exists()


def test_every_council_is_backed_up_at_night_and_tried_when_it_is_due(nightly, shared_service, northmoor, eastvale):
    with inside_council(shared_service):
        following.back_up_nightly()
        following.back_up_nightly()
    do_owner_jobs()

    with inside_council(shared_service):
        assert set(Backup.objects.values_list("council_id", flat=True)) == {1, 2}
        following.back_up_nightly()
        drills = Operation.objects.filter(kind=Kind.DRILL)
        assert set(drills.values_list("council_id", flat=True)) == {1, 2}


def test_a_drill_restores_the_latest_backup_beside_and_compares_every_table(shared_service, parks, backup, ask, done):
    operation = done(ask(Kind.DRILL))

    assert operation.status == Status.DONE, operation.cause
    assert operation.figures["tables"] == backup.tables and operation.figures["rows"] == backup.rows
    assert operation.figures["lines_compared"] > 1000
    with owner_connection("postgres") as owner:
        left = owner.execute("SELECT count(*) FROM pg_database WHERE datname LIKE %s", [f"{database()}_drill%"])
        assert left.fetchone()[0] == 0


def test_a_drill_fails_when_the_backup_is_damaged(backup, ask, done):
    with (folder_of(backup) / "room.dump").open("r+b") as file:
        file.seek(200)
        file.write(b"damage")

    operation = done(ask(Kind.DRILL))

    assert operation.status == Status.FAILED
    assert "damaged" in operation.cause


def test_a_drill_notices_rows_that_are_not_what_the_backup_recorded(backup, ask, done):
    found = json.loads((folder_of(backup) / "manifest.json").read_text())["room"]
    wrong = {**found, "organisation_department": [7, "0"]}

    from shared_services.operating.services.restoring import NotTheSame, check_figures

    with pytest.raises(NotTheSame, match="organisation_department"):
        check_figures(wrong, found)


def test_nothing_is_restored_before_the_council_has_agreed(northmoor, parks, backup, ask, done):
    with inside_council(northmoor):
        Department.objects.create(code="ZOO", name="Zoo")
    operation = done(ask(Kind.RESTORE, backup_id=backup.pk))

    assert operation.status == Status.ASKED
    assert departments(northmoor) == ["PRK", "ZOO"]


def test_a_restore_sets_the_private_tables_back_and_the_record_never(
    northmoor, eastvale, parks, backup, administrator, ask, agree, done
):
    with inside_council(northmoor):
        Department.objects.create(code="ZOO", name="Zoo")
        seal()
        before = AuditEntry.objects.count()
    with owner_connection(database()) as owner:
        neighbour = dumps.figures_of(owner, "c0002")
    operation = ask(Kind.RESTORE, backup_id=backup.pk)
    agree(operation, by=administrator)

    operation = done(operation)

    assert operation.status == Status.DONE, operation.cause
    assert departments(northmoor) == ["PRK"]
    assert operation.agreed_by_name.startswith("Wren Sallow")
    with inside_council(northmoor):
        assert AuditEntry.objects.count() > before
        assert AuditEntry.objects.filter(event="operating.restore.done").exists()
        seal()
        checked, broken = verify_room()
        assert broken is None and checked == AuditEntry.objects.count()
        # The room works on as its own role: it writes, and its triggers bind what it writes.
        Department.objects.create(code="BUS", name="Buses")
    with owner_connection(database()) as owner:
        assert dumps.figures_of(owner, "c0002") == neighbour


def test_the_room_as_it_was_before_a_restore_can_be_restored_in_turn(
    shared_service, northmoor, parks, backup, ask, agree, done
):
    with inside_council(northmoor):
        Department.objects.create(code="ZOO", name="Zoo")
    first = ask(Kind.RESTORE, backup_id=backup.pk)
    agree(first)
    first = done(first)
    with inside_council(shared_service):
        before = Backup.objects.get(folder=first.figures["before"])

    second = ask(Kind.RESTORE, backup_id=before.pk)
    agree(second)

    assert done(second).status == Status.DONE
    assert departments(northmoor) == ["PRK", "ZOO"]


def test_after_a_restore_everybody_signs_in_again(northmoor, s151, client_for, ask, agree, done):
    browser = client_for(s151)
    operation = done(ask(Kind.BACK_UP))
    restore = ask(Kind.RESTORE, backup_id=Backup_of(operation))
    agree(restore)
    assert browser.get("/").status_code == 200

    assert done(restore).status == Status.DONE

    assert browser.get("/").status_code == 302


def Backup_of(operation: Operation):
    with inside_council(0):
        return Backup.objects.get(folder=operation.figures["backup"]).pk


def test_a_council_agrees_to_what_it_read_and_to_nothing_else(shared_service, northmoor, backup, ask, agree, done):
    operation = ask(Kind.RESTORE, backup_id=backup.pk)
    agree(operation)
    with inside_council(shared_service):
        Operation.objects.filter(pk=operation.pk).update(reason="Something else")

    operation = done(operation)

    assert operation.status == Status.FAILED and "has not agreed" in operation.cause


def test_a_council_that_refuses_is_left_alone(northmoor, parks, backup, ask, agree, done):
    operation = ask(Kind.RESTORE, backup_id=backup.pk)
    agree(operation, agreed=False)

    operation = done(operation)

    assert operation.status == Status.REFUSED and operation.cause == "Not this week"


def test_a_backup_that_misses_a_step_run_as_a_program_is_refused(northmoor, backup, ask, agree, done):
    manifest = folder_of(backup) / "manifest.json"
    with owner_connection(database()) as owner:
        owner.execute("UPDATE public.tenancy_capturedmigration SET python_steps = true WHERE name = '0001_initial'")
        content = json.loads(manifest.read_text())
        content["migrations"] = []
        manifest.write_text(json.dumps(content, indent=1, sort_keys=True))
        import hashlib

        digest = hashlib.sha256(manifest.read_bytes()).hexdigest()
        owner.execute("UPDATE public.operating_backup SET manifest_digest = %s", [digest])
    operation = ask(Kind.RESTORE, backup_id=backup.pk)
    agree(operation)

    assert "earlier release" in done(operation).cause


def test_a_worker_killed_half_way_through_a_restore_leaves_the_room_as_it_was(
    shared_service, northmoor, parks, backup, ask, agree, done
):
    with inside_council(northmoor):
        Department.objects.create(code="ZOO", name="Zoo")
    operation = ask(Kind.RESTORE, backup_id=backup.pk)
    agree(operation)
    with inside_council(shared_service):
        following.go_on()
    with owner_connection(database()) as holding:
        # The worker waits here with everything replaced and nothing committed.
        holding.execute("BEGIN; LOCK TABLE c0000.audit_auditentry IN EXCLUSIVE MODE")
        worker = owner_worker()
        _wait_until(lambda: _step(shared_service, operation, "record") == StepStatus.RUNNING)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        holding.execute("ROLLBACK")
    _wait_until(lambda: not _others_at_work())

    assert departments(northmoor) == ["PRK", "ZOO"]

    assert done(operation).status == Status.DONE
    assert departments(northmoor) == ["PRK"]


def test_only_the_council_itself_can_say_that_it_agrees(shared_service, backup, ask):
    operation = ask(Kind.RESTORE, backup_id=backup.pk)
    from django.db import DatabaseError

    with pytest.raises(DatabaseError, match="row-level security"), inside_council(shared_service):
        Consent(
            owner_id=1, parts=[0], operation_key=operation.pk, digest=operation.digest, agreed=True, officer_name="X"
        ).save(force_insert=True)


def test_the_web_name_has_to_be_typed_and_a_reason_given(ask, backup):
    with pytest.raises(NotAllowed, match="northmoor"):
        ask(Kind.RESTORE, backup_id=backup.pk, confirmation="eastvale")
    with pytest.raises(NotAllowed, match="reason"):
        ask(Kind.RESTORE, backup_id=backup.pk, reason=" ")


def test_a_new_council_gets_its_first_backup_and_its_first_drill(nightly, shared_service, northmoor):
    with inside_council(shared_service):
        following.go_on()
    do_owner_jobs()
    with inside_council(shared_service):
        following.go_on()
    do_owner_jobs()

    with inside_council(shared_service):
        assert Operation.objects.drills().filter(council_id=1, status=Status.DONE).count() == 1
        assert following.go_on() == 0
        assert Council.objects.get(pk=1).state == Council.State.LIVE


def _step(shared_service, operation, key: str) -> str:
    with inside_council(shared_service):
        return OperationStep.objects.get(operation=operation, key=key).status


def _others_at_work() -> int:
    with owner_connection(database()) as owner:
        row = owner.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND usename = current_user AND xact_start IS NOT NULL"
        ).fetchone()
        return row[0]


def _wait_until(holds, seconds: int = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "It did not happen in time"
        time.sleep(0.05)


def test_the_drill_counts_as_old_after_a_while(nightly, shared_service, northmoor, backup, ask, done):
    done(ask(Kind.DRILL))
    with inside_council(shared_service):
        following.back_up_nightly()
        assert not Operation.objects.filter(kind=Kind.DRILL).open().filter(council_id=1).exists()
        past = timezone.now() - timedelta(days=settings.DRILL_DAYS + 1)
        Operation.objects.filter(kind=Kind.DRILL).update(ended_at=past)
        following.back_up_nightly()

        assert Operation.objects.filter(kind=Kind.DRILL).open().filter(council_id=1).exists()


def test_a_first_backup_that_failed_is_tried_again_the_next_night_and_not_over_and_over(shared_service, nightly):
    with inside_council(shared_service):
        following.go_on()
        Operation.objects.update(status=Status.FAILED)

        assert following.go_on() == 0
        assert following.back_up_nightly() == 2


def test_one_operation_of_a_room_at_a_time_is_done(shared_service, northmoor, ask, done):
    operation = ask(Kind.BACK_UP)
    with owner_connection(database()) as another_worker:
        doing.take_room(another_worker, northmoor.number)

        assert done(operation).status == Status.PROMISED
    assert done(operation).status == Status.DONE


def test_a_councils_word_counts_for_a_week(shared_service, northmoor, parks, backup, ask, agree, done):
    operation = ask(Kind.RESTORE, backup_id=backup.pk)
    agree(operation)
    with owner_connection(database()) as owner:
        owner.execute("UPDATE public.operating_consent SET decided_at = now() - interval '8 days'")

    operation = done(operation)

    assert operation.status == Status.FAILED and "Ask it again" in operation.cause


def test_what_was_agreed_to_is_that_very_backup(shared_service, northmoor, parks, backup, ask, agree, done):
    operation = ask(Kind.RESTORE, backup_id=backup.pk)
    agree(operation)
    with inside_council(shared_service):
        Backup.objects.filter(pk=backup.pk).update(manifest_digest="0" * 64)

    operation = done(operation)

    assert operation.status == Status.FAILED and "has not agreed" in operation.cause


def test_a_key_of_the_identity_provider_that_was_revoked_stays_revoked(northmoor, administrator, ask, agree, done):
    with inside_council(northmoor):
        key = make_key(actor=administrator)
    operation = done(ask(Kind.BACK_UP))
    with inside_council(northmoor):
        revoke_key(actor=administrator)
    restore = ask(Kind.RESTORE, backup_id=Backup_of(operation))
    agree(restore)

    assert done(restore).status == Status.DONE

    with inside_council(northmoor):
        assert officer_of(key) is None


def test_a_file_that_was_written_to_after_its_backup_is_not_put_back(settings, tmp_path):
    settings.PRIVATE_FILES_DIR, settings.BACKUPS_DIR = tmp_path / "files", tmp_path / "backups"
    letter = tmp_path / "files" / "c0001" / "letter.txt"
    letter.parent.mkdir(parents=True)
    letter.write_text("Dear all")
    kept = shelves.keep_files("c0001")
    # The backup's file can be a second name of this very one.
    with letter.open("w") as file:
        file.write("Dear nobody")

    with pytest.raises(NotAllowed, match="damaged"):
        shelves.put_files_back("c0001", kept)


@pytest.mark.parametrize("name", ["../c0002/20261101T090000000000", "files", ""])
def test_a_backup_is_looked_for_on_the_councils_own_shelf_alone(name):
    with pytest.raises(NotAllowed, match="not the name of a backup"):
        shelves.open_backup("c0001", name, "0" * 64)
