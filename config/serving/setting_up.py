"""Bring the database, the councils and the demo's people to what this code expects; nothing when they are there."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from config.embedded import services

BASE_DIR = Path(__file__).resolve().parents[2]
LIVERPOOL, SALFORD = "E08000012", "E08000006"
DEPENDS_ON = (
    "**/migrations/*.py",
    "**/reference_data.py",
    "**/models.py",
    "**/models/*.py",
    "**/bpmn/*",
    "**/agreements/*",
    "shared_services/access/permissions.py",
    "shared_services/tenancy/wall.py",
    "shared_services/tenancy/provisioning.py",
    "config/demo/**/*.py",
    "config/serving/setting_up.py",
    "data/*",
)
STATIC_DEPENDS_ON = ("static/**/*", "requirements.txt")


@dataclass(frozen=True)
class Step:
    """One management command of the set-up, and what it does in an officer's words."""

    says: str
    command: tuple[str, ...]


DATABASE_STEPS = (
    Step("Creating the database", ("create_database",)),
    Step("Creating the tables", ("migrate_councils",)),
    Step("Loading the registers and code lists", ("load_reference_data",)),
    Step("Opening the rooms of Liverpool, Salford and the shared service", ("provision_council", LIVERPOOL, SALFORD)),
    Step("Filling in a year of the demo's councils", ("load_demo",)),
)
STATIC_STEPS = (Step("Collecting stylesheets and scripts", ("collectstatic", "--no-input", "--verbosity=0")),)


def set_up(var_dir: Path) -> None:
    """Run the steps whose inputs changed since they last succeeded. Safe to run again after an interruption."""
    _run_if_changed(var_dir, "database", DATABASE_STEPS, fingerprint(DEPENDS_ON, where_the_data_is(var_dir)))
    _run_if_changed(var_dir, "static", STATIC_STEPS, fingerprint(STATIC_DEPENDS_ON, str(var_dir)))


def fingerprint(patterns: tuple[str, ...], *more: str) -> str:
    """One word for the content of the files, whatever their dates."""
    digest = hashlib.sha256("\0".join(more).encode())
    roots = ("config", "councils", "shared_services", "data", "static")
    files: set[Path] = set()
    for pattern in patterns:
        if pattern.startswith("**/"):
            for root in roots[1:3]:
                files.update((BASE_DIR / root).glob(pattern))
        else:
            files.update(BASE_DIR.glob(pattern))
    for path in sorted(path for path in files if path.is_file()):
        digest.update(str(path.relative_to(BASE_DIR)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def where_the_data_is(var_dir: Path) -> str:
    """Tells one database from another without keeping its password."""
    place = services.postgres(var_dir)
    base_host = os.environ.get("GUILDHALL_BASE_HOST", "localhost")
    return json.dumps([place.host, place.port, place.name, place.owner, base_host])


def _run_if_changed(var_dir: Path, name: str, steps: tuple[Step, ...], wanted: str) -> None:
    stamp = var_dir / "serving" / f"{name}.stamp"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    for step in steps:
        began = time.monotonic()
        print(f"{step.says} ...", flush=True)
        done = subprocess.run([sys.executable, "manage.py", *step.command], cwd=BASE_DIR, check=False)
        if done.returncode:
            raise SystemExit(
                f"This step failed: manage.py {' '.join(step.command)}\n"
                "Put the cause above right and run the same command again; it takes up where it stopped."
            )
        print(f"  done in {time.monotonic() - began:.1f} s", flush=True)
    stamp.write_text(wanted)
