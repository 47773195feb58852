"""The supervisor: what dies is started again, what is stopped ends, what a killed supervisor left is ended first."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

import psutil
import pytest

from config.serving.processes import Kept, Supervisor

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]


def wait_until(holds, seconds=20):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def supervisor(tmp_path):
    supervisor = Supervisor([Kept("first", SLEEPER), Kept("second", SLEEPER)], tmp_path)
    supervisor.start()
    yield supervisor
    supervisor.stop()


@pytest.fixture(autouse=True)
def watching(supervisor):
    watching = threading.Thread(target=supervisor.watch, daemon=True)
    watching.start()
    yield watching
    supervisor.stop()
    watching.join(5)


def test_a_process_that_dies_is_started_again_and_the_other_is_left_alone(supervisor):
    first, second = (each.process.pid for each in supervisor.kept)

    os.kill(first, signal.SIGKILL)

    wait_until(lambda: supervisor.kept[0].process is not None and supervisor.kept[0].process.pid != first)
    assert supervisor.kept[1].process.pid == second


def test_stopping_ends_every_process_and_leaves_nobody_to_start_one_again(supervisor, watching):
    processes = [psutil.Process(each.process.pid) for each in supervisor.kept]

    supervisor.stop()

    watching.join(20)
    assert not watching.is_alive()
    assert not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes)


def test_what_a_killed_supervisor_left_behind_is_ended_before_the_next_starts(supervisor, tmp_path):
    left = psutil.Process(supervisor.kept[0].process.pid)
    supervisor.stopping.set()

    following = Supervisor([Kept("first", SLEEPER)], tmp_path)
    following.start()

    try:
        wait_until(lambda: not left.is_running() or left.status() == psutil.STATUS_ZOMBIE)
    finally:
        following.stop()
