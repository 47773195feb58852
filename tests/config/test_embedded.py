"""The embedded servers, with data of their own under a temporary var/."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from config.embedded import lifecycle, postgres, services, valkey

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("DATABASE_URL") or os.environ.get("REDIS_URL")), reason="the servers are someone else’s here"
)


@pytest.fixture
def var_dir(tmp_path, monkeypatch):
    folder = tmp_path / "a clone with a name so long that no socket could be made inside it" / "var"
    folder.mkdir(parents=True)
    yield folder
    lifecycle.stop(folder)


def connect(var_dir: Path) -> psycopg.Connection:
    place = services.postgres(var_dir)
    return psycopg.connect(host=place.host, port=place.port, user=place.owner, dbname=place.name, autocommit=True)


def broker(var_dir: Path) -> redis.Redis:
    return redis.Redis.from_url(services.valkey_url(var_dir))


def test_what_was_written_is_there_after_a_stop_and_after_a_kill(var_dir):
    lifecycle.start(var_dir)
    with connect(var_dir) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('before the stop')")
    broker(var_dir).set("kept", "before the stop")

    lifecycle.stop(var_dir)
    assert lifecycle.status(var_dir) == {"postgres": "stopped", "valkey": "stopped"}
    lifecycle.start(var_dir)
    with connect(var_dir) as connection:
        connection.execute("INSERT INTO kept VALUES ('before the kill')")
    assert broker(var_dir).get("kept") == b"before the stop"

    broker(var_dir).rpush("queue", "a job")
    # The log is written every second: what a power cut may cost the queue is given again by the outbox.
    broker(var_dir).execute_command("WAITAOF", 1, 0, 10_000)
    for server in (postgres, valkey):
        os.kill(server.process_id(var_dir), signal.SIGKILL)
    lifecycle.start(var_dir)

    with connect(var_dir) as connection:
        words = [row[0] for row in connection.execute("SELECT word FROM kept ORDER BY word")]
    assert words == ["before the kill", "before the stop"]
    assert broker(var_dir).lrange("queue", 0, -1) == [b"a job"]


def test_a_lock_file_whose_number_another_process_now_has_is_no_obstacle(var_dir):
    lifecycle.start(var_dir)
    os.kill(postgres.process_id(var_dir), signal.SIGKILL)
    lock = services.embedded_dir(var_dir).resolve() / "postgres" / "postmaster.pid"
    lines = lock.read_text().splitlines()
    lock.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    lifecycle.start(var_dir)

    assert lifecycle.status(var_dir)["postgres"] == "running"


def test_it_listens_on_no_port_and_keeps_its_sockets_private(var_dir):
    lifecycle.start(var_dir)

    with connect(var_dir) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW timezone").fetchone() == ("UTC",)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
    assert broker(var_dir).config_get("port") == {"port": "0"}
    assert stat.S_IMODE(services.socket_dir(var_dir).stat().st_mode) == 0o700


def test_a_role_outside_the_councils_cannot_sign_in(var_dir):
    lifecycle.start(var_dir)
    with connect(var_dir) as connection:
        connection.execute("CREATE ROLE councils NOLOGIN")
        connection.execute("CREATE ROLE c0001 LOGIN IN ROLE councils")
        connection.execute("CREATE ROLE stranger LOGIN")
    place = services.postgres(var_dir)

    with psycopg.connect(host=place.host, user="c0001", dbname=place.name) as council:
        assert council.execute("SELECT current_user").fetchone() == ("c0001",)
    with pytest.raises(psycopg.OperationalError, match="no pg_hba.conf entry"):
        psycopg.connect(host=place.host, user="stranger", dbname=place.name)


def test_servers_named_by_urls_are_used_and_nothing_is_started(var_dir, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://keeper:s%40fe@db.example:6543/portal")
    monkeypatch.setenv("REDIS_URL", "redis://broker.example:6380/2")

    assert lifecycle.start(var_dir) == []

    place = services.postgres(var_dir)
    assert (place.host, place.port, place.name) == ("db.example", "6543", "portal")
    assert (place.owner, place.password, place.embedded) == ("keeper", "s@fe", False)
    assert services.valkey_url(var_dir) == "redis://broker.example:6380/2"
    assert services.role_password("c0001", var_dir) != services.role_password("c0002", var_dir)
    assert lifecycle.status(var_dir) == {"postgres": "elsewhere", "valkey": "elsewhere"}


def test_the_secret_is_made_once_and_for_its_owner_only(var_dir, monkeypatch):
    monkeypatch.delenv("GUILDHALL_SECRET_KEY", raising=False)

    first = services.secret_key(var_dir)

    assert services.secret_key(var_dir) == first
    assert stat.S_IMODE((var_dir / "secret_key").stat().st_mode) == 0o600


def test_two_commands_that_start_at_once_start_one_pair_of_servers(var_dir):
    command = [sys.executable, "-m", "config.embedded", "up", "--var", str(var_dir)]

    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]

    assert [process.wait(120) for process in both] == [0, 0]
    assert all("postgres: running" in process.stdout.read() for process in both)
