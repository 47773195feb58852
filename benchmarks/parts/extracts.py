"""How long a quarter of a million rows of the legacy system take to check and to load, beside a bare COPY."""

from __future__ import annotations

import os
import random
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings.portal")
django.setup()

import psutil  # noqa: E402
import psycopg  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.files import File  # noqa: E402
from django.db import connection  # noqa: E402

from benchmarks.figures import Figure, at_most, for_the_reader, taken  # noqa: E402
from councils.migration.models import ImportBatch  # noqa: E402
from councils.migration.services import receive_files, run_to_the_end, start_loading, start_undoing  # noqa: E402
from shared_services.tenancy.bases import new_key  # noqa: E402
from shared_services.tenancy.directory import CouncilEntry, council_by_number  # noqa: E402
from shared_services.tenancy.door import inside_council  # noqa: E402

ROWS, ORDERS, SUPPLIERS = 250_000, 50_000, 5_000
LINES = ROWS // ORDERS
"""Of an order; an extract is sorted by order, as the legacy system keeps it."""
CHECKING = f"checking {ROWS:,} rows of an extract"
LOADING = f"loading the {ROWS:,} rows that were checked"
AGAIN = f"checking and loading the same {ROWS:,} rows again"
UNDOING = f"undoing {ROWS:,} rows"
MEMORY = "memory while checking and loading"
CHECKING_RATIO = "CPU of checking an extract / bare COPY and constraint checks"
LOADING_RATIO = "CPU of loading it / bare COPY and constraint checks"
BARE = f"bare COPY of {ROWS:,} rows into the same table with its keys and checks"
HEADINGS = "MANDT,EBELN,EBELP,TXZ01,MATKL,MENGE,MEINS,NETPR,PEINH,NETWR,MWSKZ,ELIKZ,EREKZ,LOEKZ"
TABLES = """
    DROP TABLE IF EXISTS {room}.bench_line, {room}.bench_order;
    CREATE TABLE {room}.bench_order (id uuid PRIMARY KEY);
    CREATE TABLE {room}.bench_line (LIKE {room}.migration_legacyorderline INCLUDING ALL);
    ALTER TABLE {room}.bench_line ADD FOREIGN KEY (order_id) REFERENCES {room}.bench_order DEFERRABLE INITIALLY DEFERRED;
"""
COLUMNS = (
    "order_id, id, position, description, category, quantity, unit, unit_price, price_per, net_amount, tax_code,"
    " delivered, invoiced, deleted"
)


def lines() -> Iterator[str]:
    """The order lines as a clean file: what COPY itself can read."""
    chance = random.Random(4500)
    for n in range(ROWS):
        quantity, price = chance.randint(1, 400), chance.randint(100, 90_000)
        net = quantity * price
        yield (
            f'100,{4500000000 + n // LINES},{(n % LINES + 1) * 10:05d},"Invented goods, lot {n}",{n % 999:06d},'
            f"{quantity}.000,EA,{price // 100}.{price % 100:02d},1,{net // 100}.{net % 100:02d},V1,X,,\n"
        )


def make_files(folder: Path) -> dict[str, Path]:
    paths = {name: folder / f"{name}.csv" for name in ("LFA1", "EKKO", "EKPO")}
    with paths["LFA1"].open("w") as file:
        file.write("LIFNR,NAME1,ORT01,LAND1\n")
        file.writelines(f"{n:010d},Invented Supplier {n} Ltd,Northmoor,GB\n" for n in range(1, SUPPLIERS + 1))
    with paths["EKKO"].open("w") as file:
        file.write("EBELN,LIFNR,BEDAT,BSTYP,WAERS\n")
        file.writelines(f"{4500000000 + n},{n % SUPPLIERS + 1:010d},20260401,F,GBP\n" for n in range(ORDERS))
    with paths["EKPO"].open("w") as file:
        file.write(f"{HEADINGS}\n")
        file.writelines(lines())
    return paths


@dataclass(frozen=True)
class Cost:
    """What a piece of work took: seconds by the clock, and of processor time here and in its server process."""

    seconds: float
    cpu: float


def cost(work: Callable[[], object], server_pid: int) -> Cost:
    server = psutil.Process(server_pid)

    def spent() -> float:
        times = server.cpu_times()
        return time.process_time() + times.user + times.system

    began, before = time.perf_counter(), spent()
    work()
    return Cost(time.perf_counter() - began, spent() - before)


def bare_copy(paths: dict[str, Path], room: str) -> Cost:
    """The same rows as finished records into a table of the same make by COPY, with the checks PostgreSQL makes itself."""
    at = settings.POSTGRES
    finished = paths["EKPO"].with_suffix(".copy")
    with psycopg.connect(
        host=at.host, port=at.port, user=at.owner, dbname=settings.DATABASES["default"]["NAME"],
        password=at.password or None,
    ) as owner:  # fmt: skip
        owner.execute(TABLES.format(room=room))
        with owner.cursor().copy(f"COPY {room}.bench_order FROM STDIN") as copy:
            copy.write("".join(f"{_order_key(4500000000 + n)}\n" for n in range(ORDERS)))
        owner.commit()
        with paths["EKPO"].open() as file, finished.open("w") as out:
            next(file)
            for line in file:
                _, number, position, *cells = line.rstrip("\n").replace(", lot", " lot").split(",")
                out.write(
                    f"{_order_key(int(number))},{new_key()},{int(position)},{','.join(cells[:-3])},true,false,false\n"
                )

        def copy_lines() -> None:
            with (
                finished.open("rb") as file,
                owner.cursor().copy(f"COPY {room}.bench_line ({COLUMNS}) FROM STDIN (FORMAT csv)") as copy,
            ):
                while piece := file.read(1 << 18):
                    copy.write(piece)
            owner.commit()

        took = cost(copy_lines, owner.info.backend_pid)
        owner.execute(f"DROP TABLE {room}.bench_line, {room}.bench_order")
    return took


def _order_key(number: int) -> str:
    return f"018f0000-0000-7000-8000-{number:012x}"


def check(council: CouncilEntry, *paths: Path) -> UUID:
    """Bring files and check them; gives the batch's key."""
    opened = [path.open("rb") for path in paths]
    with inside_council(council):
        uploads = [File(one, name=path.name) for one, path in zip(opened, paths, strict=True)]
        batch_id = receive_files(actor=None, uploads=uploads, run=False).pk
    run_to_the_end(council, batch_id)
    for one in opened:
        one.close()
    return batch_id


def load(council: CouncilEntry, batch_id: UUID) -> None:
    with inside_council(council):
        batch = ImportBatch.objects.get(pk=batch_id)
        start_loading(actor=None, batch=batch, run=False, checked_just_now=True)
    run_to_the_end(council, batch_id)


def undo(council: CouncilEntry, batch_id: UUID) -> None:
    with inside_council(council):
        start_undoing(actor=None, batch=ImportBatch.objects.get(pk=batch_id), run=False)
    run_to_the_end(council, batch_id)


def import_figures(folder: Path) -> list[Figure]:
    council = council_by_number(1)
    assert council is not None
    paths = make_files(folder)
    load(council, check(council, paths["LFA1"], paths["EKKO"]))
    with inside_council(council), connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = cursor.fetchone()[0]
    batches: list[UUID] = []
    checking = cost(lambda: batches.append(check(council, paths["EKPO"])), server)
    loading = cost(lambda: load(council, batches[0]), server)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    again = cost(lambda: load(council, check(council, paths["EKPO"])), server)
    undoing = cost(lambda: undo(council, batches[0]), server)
    bare = min((bare_copy(paths, council.key) for _ in range(3)), key=lambda one: one.cpu)
    return [
        at_most(CHECKING, checking.seconds, 60, "s"),
        at_most(LOADING, loading.seconds, 90, "s"),
        at_most(MEMORY, peak, 300, "MiB"),
        at_most(CHECKING_RATIO, checking.cpu / bare.cpu, 3.0),
        at_most(LOADING_RATIO, loading.cpu / bare.cpu, 3.0),
        for_the_reader(BARE, bare.seconds, "s"),
        for_the_reader(AGAIN, again.seconds, "s"),
        for_the_reader(UNDOING, undoing.seconds, "s"),
    ]


def measure(folder: Path) -> list[Figure]:
    return taken([CHECKING, LOADING, MEMORY, CHECKING_RATIO, LOADING_RATIO], lambda: import_figures(folder))


if __name__ == "__main__":
    from benchmarks.parts import report

    report(measure)
