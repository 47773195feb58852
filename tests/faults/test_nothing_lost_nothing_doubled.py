"""Kill each part in the middle of its work: what was promised is done once, what was not finished never happened."""

from __future__ import annotations

import json
import os
import signal
import threading
import zipfile
from collections import Counter

import pytest

from config.embedded import lifecycle, postgres, valkey

from .portal import Portal, wait_until

pytestmark = pytest.mark.faults


def once_each(first: int, count: int) -> Counter[int]:
    return Counter(range(first, first + count))


def jobs_from(portal: Portal, first: int, count: int) -> Counter[int]:
    return Counter({number: n for number, n in portal.lines("job").items() if first <= number < first + count})


def all_done(portal: Portal, first: int, count: int) -> bool:
    return len(jobs_from(portal, first, count)) >= count and portal.open_promises() == 0


def test_a_worker_killed_in_the_middle_of_its_jobs(portal):
    assert jobs_from(portal, 1000, 30) == Counter()
    assert portal.get("/ledger/promise/1000/30/400/")[0] == 200
    wait_until(lambda: len(jobs_from(portal, 1000, 30)) >= 5, says="some jobs are done")

    portal.kill("worker")
    done_before = jobs_from(portal, 1000, 30)
    assert 5 <= len(done_before) < 30
    portal.hurry()
    portal.start("worker")

    wait_until(lambda: all_done(portal, 1000, 30), says="all jobs are done")
    assert jobs_from(portal, 1000, 30) == once_each(1000, 30)


def test_valkey_killed_with_jobs_in_its_queues(portal):
    assert portal.get("/ledger/promise/2000/30/400/")[0] == 200
    wait_until(lambda: len(jobs_from(portal, 2000, 30)) >= 3, says="some jobs are done")

    os.kill(valkey.process_id(portal.var_dir), signal.SIGKILL)
    wait_until(lambda: not valkey.is_up(portal.var_dir), says="Valkey is down")
    assert len(jobs_from(portal, 2000, 30)) < 30
    portal.hurry()
    lifecycle.start(portal.var_dir)

    wait_until(lambda: all_done(portal, 2000, 30), seconds=120, says="all jobs are done")
    assert jobs_from(portal, 2000, 30) == once_each(2000, 30)


def test_jobs_promised_while_valkey_is_down_are_done_when_it_is_back(portal):
    lifecycle.start(portal.var_dir)
    valkey.stop(portal.var_dir)

    assert portal.get("/ledger/promise/3000/10/10/")[0] == 200
    ready = json.loads(portal.get("/readyz")[1])["checks"]
    assert (ready["database"], ready["valkey"]) == ("ok", "failed")
    assert jobs_from(portal, 3000, 10) == Counter()
    lifecycle.start(portal.var_dir)

    wait_until(lambda: all_done(portal, 3000, 10), seconds=120, says="all jobs are done")
    assert jobs_from(portal, 3000, 10) == once_each(3000, 10)


def test_postgresql_restarted_in_the_middle_of_a_request(portal):
    answer: list[tuple[int, str]] = []
    slow = threading.Thread(target=lambda: answer.append(portal.get("/ledger/write/4000/20000/")))
    slow.start()
    wait_until(lambda: _is_writing(portal), says="the request is under way")

    os.kill(postgres.process_id(portal.var_dir), signal.SIGINT)
    wait_until(lambda: not postgres.is_up(portal.var_dir), says="PostgreSQL is down")
    portal.hurry()
    slow.join(60)

    assert answer[0][0] == 503
    assert "The service is" in answer[0][1] and "govuk-template" in answer[0][1]
    assert portal.get("/ledger/write/4000/0/")[0] == 503, "a clear page while it lasts"
    assert portal.get("/healthz")[0] == 200
    assert portal.get("/readyz")[0] == 503
    lifecycle.start(portal.var_dir)
    assert portal.lines("page")[4000] == 0, "what was not finished never happened"

    wait_until(lambda: portal.get("/ledger/write/4000/0/")[0] == 200, says="the portal found the database again")
    assert portal.lines("page")[4000] == 1


def test_postgresql_killed_in_the_middle_of_jobs(portal):
    assert portal.get("/ledger/promise/5000/20/400/")[0] == 200
    wait_until(lambda: len(jobs_from(portal, 5000, 20)) >= 3, says="some jobs are done")

    os.kill(postgres.process_id(portal.var_dir), signal.SIGKILL)
    portal.hurry()
    lifecycle.start(portal.var_dir)

    wait_until(lambda: all_done(portal, 5000, 20), seconds=120, says="all jobs are done")
    assert jobs_from(portal, 5000, 20) == once_each(5000, 20)


def test_two_relays_and_a_relay_killed_in_the_middle(portal):
    portal.processes["second"] = portal.processes.pop("relay")
    portal.start("relay")

    assert portal.get("/ledger/promise/6000/60/20/")[0] == 200
    portal.kill("second")

    wait_until(lambda: all_done(portal, 6000, 60), says="all jobs are done")
    assert jobs_from(portal, 6000, 60) == once_each(6000, 60)


def test_the_portal_is_ready_when_everything_runs_and_names_no_council(portal):
    wait_until(lambda: portal.get("/readyz", host="nobody.example")[0] == 200, says="ready")

    status, body = portal.get("/readyz", host="nobody.example")
    assert json.loads(body)["checks"] == dict.fromkeys(["database", "valkey", "worker", "relay", "migrations"], "ok")
    assert "orthmoor" not in body and "c0001" not in body


def _is_writing(portal: Portal) -> bool:
    with portal.database() as database:
        row = database.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = 'c0001' AND state = 'idle in transaction'"
        ).fetchone()
        return bool(row and row[0])


def test_signing_in_while_valkey_is_down_is_a_clear_page_and_works_again_after(portal):
    sign_in = "/account/login/"
    assert portal.get(sign_in)[0] == 200
    valkey.stop(portal.var_dir)

    status, body = portal.get(sign_in)
    lifecycle.start(portal.var_dir)

    assert status in (200, 503)
    assert "govuk-template" in body
    wait_until(lambda: portal.get(sign_in)[0] == 200, says="signing in works again")


def test_a_worker_killed_while_it_writes_an_exit_pack(portal):
    # The worker waits for the suppliers with a part of the pack on the disk.
    with portal.database() as held, held.transaction():
        held.execute("LOCK TABLE c0001.purchasing_supplier IN ACCESS EXCLUSIVE MODE")
        key = _ask_for_pack(portal)
        shelf = portal.var_dir / "files" / "c0001" / "exit-packs"
        half = shelf / f".{key}.unfinished"
        wait_until(lambda: half.is_dir() and any(half.iterdir()), says="a part of the pack is written")
        portal.kill("worker")
        assert not (shelf / f"{key}.zip").exists(), "no half pack is offered"
        assert portal.row("SELECT status FROM leaving_exitpack") == ("writing",)
    portal.start("worker")

    wait_until(lambda: portal.row("SELECT status FROM leaving_exitpack") == ("ready",), seconds=120)
    assert [place.name for place in shelf.iterdir()] == [f"{key}.zip"]
    assert zipfile.ZipFile(shelf / f"{key}.zip").testzip() is None
    assert portal.row("SELECT count(*) FROM audit_auditentry WHERE event = 'leaving.pack.written'") == (1,)


def _ask_for_pack(portal: Portal) -> str:
    portal.inside_northmoor(
        "from shared_services.leaving.models import ExitPack",
        "from shared_services.messaging.outbox import enqueue",
        "from shared_services.tenancy.bases import new_key",
        "pack = ExitPack.objects.create(asked_by_id=new_key(), answered_by_id=new_key(), status='writing')",
        "enqueue('leaving.write_pack', pack_id=pack.pk)",
    )
    return str(portal.row("SELECT id FROM leaving_exitpack")[0])


def test_a_worker_killed_at_row_50_000_of_an_extract(portal, tmp_path):
    rows = 200_000
    extract = tmp_path / "LFA1.csv"
    extract.write_text(
        "LIFNR,NAME1,ORT01,LAND1\n" + "".join(f"{n:010d},Supplier {n} Ltd,Northmoor,GB\n" for n in range(1, rows + 1))
    )
    portal.inside_northmoor(
        "from django.core.files import File",
        "from councils.migration.services import receive_files",
        f"receive_files(actor=None, uploads=[File(open({str(extract)!r}, 'rb'), name='LFA1.csv')])",
    )
    _kill_past_row_50_000(portal, "row_count")
    assert portal.row("SELECT status FROM migration_importbatch") == ("checking",)
    assert portal.row("SELECT row_count FROM migration_importfile")[0] < rows
    portal.start("worker")
    wait_until(lambda: portal.row("SELECT status FROM migration_importbatch") == ("checked",), seconds=120)
    assert portal.row("SELECT count(*), count(DISTINCT line) FROM migration_stagedrow") == (rows, rows)

    portal.inside_northmoor(
        "from councils.migration.models import ImportBatch",
        "from councils.migration.services import start_loading",
        "start_loading(actor=None, batch=ImportBatch.objects.get())",
    )
    _kill_past_row_50_000(portal, "loaded_line")
    assert portal.row("SELECT status FROM migration_importbatch") == ("loading",)
    portal.start("worker")

    wait_until(lambda: portal.row("SELECT status FROM migration_importbatch") == ("loaded",), seconds=120)
    wait_until(lambda: portal.open_promises() == 0, says="the rows and the file are forgotten")
    assert portal.row("SELECT created_count FROM migration_importfile") == (rows,)
    assert portal.row("SELECT count(*), count(DISTINCT number) FROM purchasing_supplier") == (rows, rows)
    assert portal.row("SELECT count(*) FROM migration_stagedrow") == (0,)
    assert not [place for place in (portal.var_dir / "files" / "c0001" / "imports").rglob("*") if place.is_file()]


def _kill_past_row_50_000(portal: Portal, counted: str) -> None:
    """Kill the worker in the stretch after row 50,000. Between two steps the batch is held, so that none is missed."""

    def is_past() -> bool:
        with portal.database() as held, held.transaction():
            held.execute("SELECT 1 FROM c0001.migration_importbatch FOR UPDATE")
            found = held.execute(f"SELECT {counted} FROM c0001.migration_importfile").fetchone()
            return bool(found and found[0] >= 50_000)

    wait_until(is_past, says="a stretch is done")
    portal.kill("worker")
