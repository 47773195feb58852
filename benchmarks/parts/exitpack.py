"""What the exit pack of a council with a million rows takes, beside a bare COPY of the same tables: memory above all."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings.portal")
django.setup()

import psycopg  # noqa: E402
from django.conf import settings  # noqa: E402

from benchmarks.figures import Figure, at_most, for_the_reader, taken  # noqa: E402
from shared_services.leaving.pack.checking import check_pack  # noqa: E402
from shared_services.leaving.pack.writing import open_snapshot, write_pack  # noqa: E402
from shared_services.tenancy.directory import council_by_number  # noqa: E402
from shared_services.tenancy.door import inside_council  # noqa: E402

ROOM = "c0001"
FEW, MANY = 10_000, 1_000_000
PRIVATE_SHARE = 0.7
"""The others are the council's rows of a shared table, which row-level security looks at one by one."""
MEMORY = f"memory of writing an exit pack of {MANY:,} rows"
GROWTH = f"memory at {MANY:,} rows / at {FEW:,} rows"
SECONDS = f"writing an exit pack of {MANY:,} rows"
RATIO = "writing it / hand-written COPY of the same rows as JSON Lines, hashed"
PLAIN = "writing it / bare COPY of the same rows, as text and without a hash"
BARE = f"bare COPY of the same {MANY:,} rows to files"
CHECKING = "checking the pack: every hash, count and link of the audit chain"
NOTES = """
INSERT INTO {room}.annexes_casenote (id, case_id, kind, author_name, text, written_at)
SELECT gen_random_uuid(), gen_random_uuid(), 'comment', 'Invented Officer ' || n, repeat('A sentence of a note. ', 6), now()
  FROM generate_series(1, {count}) n
"""
RULES = """
INSERT INTO public.workflow_authorityrule (id, owner_id, parts, decision_type, cost_centre, category_prefix, amount_from,
       role, sequence, valid_from, added_by_name, version)
SELECT gen_random_uuid(), 1, '{{}}', 'requisition_approval', 'CC' || n, '', n, 'director', 10, '2020-04-01', 'Invented', 1
  FROM generate_series(1, {count}) n
"""
BARE_TABLES = (
    f"SELECT * FROM {ROOM}.annexes_casenote",
    "SELECT * FROM public.workflow_authorityrule WHERE owner_id = 1",
)


def owner() -> psycopg.Connection:
    at = settings.POSTGRES
    return psycopg.connect(
        host=at.host, port=at.port, user=at.owner, dbname=settings.DATABASES["default"]["NAME"],
        password=at.password or None, autocommit=True,
    )  # fmt: skip


def fill(count: int) -> None:
    """Add rows to the council's room and to its part of a shared table."""
    private = int(count * PRIVATE_SHARE)
    with owner() as connection:
        connection.execute(NOTES.format(room=ROOM, count=private).encode())
        connection.execute(RULES.format(count=count - private).encode())
        connection.execute(f"VACUUM ANALYZE {ROOM}.annexes_casenote".encode())
        connection.execute("VACUUM ANALYZE public.workflow_authorityrule")


def write_one(folder: Path) -> None:
    """In a process of its own: write a pack; say how many rows, seconds and MiB at most it took."""
    council = council_by_number(1)
    began = time.perf_counter()
    with inside_council(council):
        open_snapshot()
        written = write_pack(folder)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"rows": written.manifest.rows, "seconds": seconds, "peak": peak}))


def written(folder: Path) -> dict[str, float]:
    shutil.rmtree(folder, ignore_errors=True)
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.parts.exitpack", "--write", str(folder)],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return dict(json.loads(said.splitlines()[-1]))


def bare_copy(folder: Path, *, as_json: bool) -> float:
    """Seconds of a plain COPY of the two tables to files; as JSON Lines with the hash of each file, or as text."""
    began = time.perf_counter()
    with owner() as connection:
        for number, rows in enumerate(BARE_TABLES):
            wanted = f"SELECT row_to_json(r) FROM ({rows} ORDER BY id) r" if as_json else rows
            digest = hashlib.sha256()
            with (
                (folder / f"bare-{number}").open("wb") as file,
                connection.cursor().copy(f"COPY ({wanted}) TO STDOUT") as copy,
            ):
                for piece in copy:
                    file.write(piece)
                    if as_json:
                        digest.update(piece)
    return time.perf_counter() - began


def pack_figures(folder: Path) -> list[Figure]:
    pack = folder / "pack"
    fill(FEW)
    few = written(pack)
    fill(MANY - FEW)
    many = min((written(pack) for _ in range(3)), key=lambda one: one["seconds"])
    by_hand, bare = (min(bare_copy(folder, as_json=as_json) for _ in range(3)) for as_json in (True, False))
    began = time.perf_counter()
    check_pack(pack)
    checking = time.perf_counter() - began
    if many["rows"] < MANY:
        raise RuntimeError(f"The pack has {many['rows']} rows, not {MANY}.")
    return [
        at_most(MEMORY, many["peak"], 200, "MiB"),
        at_most(GROWTH, many["peak"] / few["peak"], 1.2),
        at_most(RATIO, many["seconds"] / by_hand, 2.0),
        for_the_reader(PLAIN, many["seconds"] / bare, "x"),
        for_the_reader(SECONDS, many["seconds"], "s"),
        for_the_reader(BARE, bare, "s"),
        for_the_reader(CHECKING, checking, "s"),
    ]


def measure(folder: Path) -> list[Figure]:
    return taken([MEMORY, GROWTH, RATIO], lambda: pack_figures(folder))


if __name__ == "__main__":
    if sys.argv[1] == "--write":
        write_one(Path(sys.argv[2]))
    else:
        from benchmarks.parts import report

        report(measure)
