"""The test databases: a template with a shared service and two invented councils, and quick copies of it."""

from __future__ import annotations

import fcntl
import gc
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from config.embedded.services import PostgresLocation

ROOT = Path(__file__).resolve().parents[1]
NORTHMOOR, EASTVALE = 1, 2
MEMORY = Path("/dev/shm")
MEMORY_NEEDED_BYTES = 2 * 1024**3
SOURCES = (
    "councils/*/models.py", "*/*/models/*.py", "councils/*/migrations/*.py", "councils/*/reference_data.py", "councils/*/bpmn/*",
    "shared_services/*/models.py", "shared_services/*/migrations/*.py", "shared_services/*/reference_data.py",
    "shared_services/*/bpmn/*", "shared_services/*/agreements/*", "shared_services/tenancy/*.py", "config/settings/*.py", "data/*.csv",
    "requirements.txt", "tests/rooms.py",
)  # fmt: skip


def spare_the_disk() -> None:
    """Let the tests' own server wait for no disk: a machine that loses its power loses only databases made anew."""
    from shared_services.tenancy.owner import owner_connection

    with owner_connection("postgres") as owner:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            owner.execute(f"ALTER SYSTEM SET {name} = off")
        owner.execute("SELECT pg_reload_conf()")


def keep_in_memory(var_dir: Path) -> None:
    """Put the tests' own servers into memory where the machine has it to spare: a database has 1,500 files, and
    making them anew for each walled test takes a tenth of the time there. Servers that are on disk stay there.
    """
    from config.embedded import services

    with _alone(var_dir):
        kept = services.embedded_dir(var_dir)
        if kept.is_symlink() and not kept.exists():
            # The machine was started anew, and its memory is empty.
            kept.unlink()
        if kept.exists() or not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < MEMORY_NEEDED_BYTES:
            return
        place = Path(tempfile.mkdtemp(prefix="guildhall-tests-", dir=MEMORY))
        # PostgreSQL does not run as root, and whoever runs it then has to get there.
        place.chmod(0o755)
        kept.symlink_to(place)


def fingerprint() -> str:
    """A hash of everything the template database is made from."""
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


@contextmanager
def _alone(var_dir: Path) -> Iterator[None]:
    var_dir.mkdir(parents=True, exist_ok=True)
    with open(var_dir / "template.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def roles_held(var_dir: Path, *, alone: bool) -> Iterator[None]:
    """Use the server's roles beside other processes, or alone while a test takes a role's login away.

    Everyone passes the first lock one by one, so that whoever waits to be alone is not overtaken for ever.
    """
    var_dir.mkdir(parents=True, exist_ok=True)
    with open(var_dir / "roles.turn", "w") as turn, open(var_dir / "roles.lock", "w") as held:
        fcntl.flock(turn, fcntl.LOCK_EX)
        fcntl.flock(held, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(turn, fcntl.LOCK_UN)
        yield


def ensure_template(var_dir: Path, name: str) -> None:
    """Build the template database unless it stands and matches the code. One process at a time."""
    from shared_services.tenancy.owner import owner_connection

    with _alone(var_dir), owner_connection("postgres") as owner:
        mark = var_dir / "template.fingerprint"
        stands = owner.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if stands and mark.exists() and mark.read_text() == fingerprint():
            return
        mark.unlink(missing_ok=True)
        owner.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test_owner"}
        built = subprocess.run(
            [sys.executable, "-m", "tests.rooms"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if built.returncode:
            raise RuntimeError(f"The template database could not be built:\n{built.stdout}\n{built.stderr}")
        mark.write_text(fingerprint())


def drop(name: str) -> None:
    from shared_services.tenancy.owner import owner_connection

    with owner_connection("postgres") as owner:
        owner.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def copy_template(template: str, name: str, var_dir: Path) -> None:
    """Make a fresh database from the template, dropping an old one of that name. About a third of a second."""
    from shared_services.tenancy.owner import owner_connection

    with _alone(var_dir), owner_connection("postgres") as owner:
        owner.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        owner.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        # Rights on the database itself are not copied with it.
        owner.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
        owner.execute(f'GRANT CONNECT ON DATABASE "{name}" TO councils, portal, dispatcher')
        owner.execute(f"ALTER DATABASE \"{name}\" SET timezone = 'UTC'")


def carry_template(template: str, name: str, var_dir: Path, to: PostgresLocation) -> None:
    """Bring a copy of the template, and the roles that it knows, to another server, into that server's own database."""
    from shared_services.tenancy.provisioning import pg_options, pg_program

    def say(program: str, *arguments: str, **more: Any) -> bytes:
        # An owner that is there already is no failure of what makes the roles.
        return subprocess.run(
            [pg_program(program), *arguments], check=program != "psql", capture_output=True, **more
        ).stdout

    there = [f"--host={to.host}", f"--port={to.port}", f"--username={to.owner}"]
    # From a copy: nobody else copies the template while someone reads it.
    copy_template(template, name, var_dir)
    try:
        say("psql", *there, "postgres", input=say("pg_dumpall", "--roles-only", *pg_options()))
        say("pg_restore", *there, f"--dbname={to.name}", input=say("pg_dump", "--format=custom", *pg_options(), name))
    finally:
        drop(name)


def build() -> None:
    import django

    django.setup()
    # Migrations make models anew all the time, and looking through all of them that often takes longer than making them.
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)
    from django.core.management import call_command

    from shared_services.tenancy.provisioning import provision, provision_shared_service

    call_command("create_database")
    call_command("migrate_councils", workers=1)
    call_command("load_reference_data")
    provision_shared_service(["shared.test"])
    provision(
        number=NORTHMOOR, name="Northmoor City Council", short_name="Northmoor", slug="northmoor", code="NMR",
        hosts=["northmoor.test"], colour="#8f1d3f",
    )  # fmt: skip
    provision(
        number=EASTVALE, name="Eastvale City Council", short_name="Eastvale", slug="eastvale", code="EVL",
        hosts=["eastvale.test"], colour="#0b4f6c",
    )  # fmt: skip


if __name__ == "__main__":
    build()
