"""Kill each part in the middle of its work: what was promised is done once, what was not finished never happened."""

from __future__ import annotations

import json
import os
import signal
import threading
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
