"""How long a quarter of a million rows of the legacy system take to check and to load, beside a bare COPY."""

from __future__ import annotations

import os
import random
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings.portal")
django.setup()

import psycopg  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.files import File  # noqa: E402

from benchmarks.figures import Figure, at_most, for_the_reader, taken  # noqa: E402
from councils.migration.models import ImportBatch  # noqa: E402
from councils.migration.services import discard, receive_files, run_to_the_end, start_loading, start_undoing  # noqa: E402
from shared_services.tenancy.directory import council_by_number  # noqa: E402
from shared_services.tenancy.door import inside_council  # noqa: E402

ROWS, ORDERS, SUPPLIERS = 250_000, 50_000, 5_000
CHECKING = f"checking {ROWS:,} rows of an extract"
LOADING = f"loading {ROWS:,} rows of an extract, checked anew"
AGAIN = f"loading the same {ROWS:,} rows again"
UNDOING = f"undoing {ROWS:,} rows"
MEMORY = "memory while checking and loading"
CHECKING_RATIO = "checking an extract / bare COPY and constraint checks"
LOADING_RATIO = "loading an extract / bare COPY and constraint checks"
BARE = f"bare COPY of {ROWS:,} rows with keys, foreign keys and checks"
HEADINGS = "MANDT,EBELN,EBELP,TXZ01,MATKL,MENGE,MEINS,NETPR,PEINH,NETWR,MWSKZ,ELIKZ,EREKZ,LOEKZ"
TABLES = """
    DROP TABLE IF EXISTS {room}.bench_line, {room}.bench_order, {room}.bench_supplier;
    CREATE TABLE {room}.bench_supplier (number varchar(10) PRIMARY KEY, name varchar(160) NOT NULL);
    CREATE TABLE {room}.bench_order (number varchar(10) PRIMARY KEY,
      supplier varchar(10) NOT NULL REFERENCES {room}.bench_supplier, ordered_on date, CHECK (number <> ''));
    CREATE TABLE {room}.bench_line (client varchar(3), "order" varchar(10) NOT NULL REFERENCES {room}.bench_order,
      position integer NOT NULL, description varchar(40) NOT NULL, category varchar(9) NOT NULL,
      quantity numeric(13,3) NOT NULL, unit varchar(3) NOT NULL, unit_price numeric(15,2) NOT NULL,
      price_per numeric(9,3) NOT NULL, net_amount numeric(15,2) NOT NULL, tax_code varchar(2) NOT NULL,
      delivered varchar(1) NOT NULL, invoiced varchar(1) NOT NULL, deleted varchar(1) NOT NULL,
      PRIMARY KEY ("order", position), CHECK (position >= 0), CHECK (price_per > 0));
"""


def lines() -> Iterator[str]:
    """The order lines as a clean file: what COPY itself can read."""
    chance = random.Random(4500)
    for n in range(ROWS):
        quantity, price = chance.randint(1, 400), chance.randint(100, 90_000)
        net = quantity * price
        yield (
            f'100,{4500000000 + n % ORDERS},{(n // ORDERS + 1) * 10:05d},"Invented goods, lot {n}",{n % 999:06d},'
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


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def bare_copy(paths: dict[str, Path], room: str) -> float:
    """The same rows into typed tables by COPY, with the keys and checks that PostgreSQL itself makes."""
    at = settings.POSTGRES
    with psycopg.connect(
        host=at.host,
        port=at.port,
        user=at.owner,
        dbname=settings.DATABASES["default"]["NAME"],
        password=at.password or None,
    ) as owner:
        owner.execute(TABLES.format(room=room))
        for target, name, columns in (
            ("bench_supplier (number, name)", "LFA1", (0, 1)),
            ("bench_order (number, supplier, ordered_on)", "EKKO", (0, 1, 2)),
        ):
            with (
                paths[name].open() as file,
                owner.cursor().copy(f"COPY {room}.{target} FROM STDIN (FORMAT csv)") as copy,
            ):
                next(file)
                for line in file:
                    cells = line.rstrip("\n").split(",")
                    copy.write(",".join(cells[column] for column in columns) + "\n")
        owner.commit()

        def copy_lines() -> None:
            with (
                paths["EKPO"].open("rb") as file,
                owner.cursor().copy(
                    f"COPY {room}.bench_line FROM STDIN (FORMAT csv, HEADER, FORCE_NOT_NULL (delivered, invoiced, deleted))"
                ) as copy,
            ):
                while piece := file.read(1 << 18):
                    copy.write(piece)
            owner.commit()

        took = seconds(copy_lines)
        owner.execute(f"DROP TABLE {room}.bench_line, {room}.bench_order, {room}.bench_supplier")
    return took


def bring(council, *paths: Path, load: bool) -> tuple[float, object]:
    """Check files, and load them when asked; gives the seconds and the batch's key."""
    opened = [path.open("rb") for path in paths]
    began = time.perf_counter()
    with inside_council(council):
        batch_id = receive_files(
            actor=None, uploads=[File(one, name=path.name) for one, path in zip(opened, paths, strict=True)], run=False
        ).pk
    run_to_the_end(council, batch_id)
    if load:
        with inside_council(council):
            start_loading(actor=None, batch=ImportBatch.objects.get(pk=batch_id), run=False, checked_just_now=True)
        run_to_the_end(council, batch_id)
    took = time.perf_counter() - began
    for one in opened:
        one.close()
    return took, batch_id


def import_figures(folder: Path) -> list[Figure]:
    council = council_by_number(1)
    assert council is not None
    paths = make_files(folder)
    bring(council, paths["LFA1"], paths["EKKO"], load=True)
    checking, checked = bring(council, paths["EKPO"], load=False)
    with inside_council(council):
        discard(actor=None, batch=ImportBatch.objects.get(pk=checked))
    loading, loaded = bring(council, paths["EKPO"], load=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    again, _ = bring(council, paths["EKPO"], load=True)

    def undo() -> None:
        with inside_council(council):
            start_undoing(actor=None, batch=ImportBatch.objects.get(pk=loaded), run=False)
        run_to_the_end(council, loaded)

    undoing = seconds(undo)
    bare = min(bare_copy(paths, council.key) for _ in range(3))
    return [
        at_most(CHECKING, checking, 60, "s"),
        at_most(LOADING, loading, 90, "s"),
        at_most(MEMORY, peak, 300, "MiB"),
        at_most(CHECKING_RATIO, checking / bare, 3.0),
        at_most(LOADING_RATIO, loading / bare, 3.0),
        for_the_reader(BARE, bare, "s"),
        for_the_reader(AGAIN, again, "s"),
        for_the_reader(UNDOING, undoing, "s"),
    ]


def measure(folder: Path) -> list[Figure]:
    return taken([CHECKING, LOADING, MEMORY, CHECKING_RATIO, LOADING_RATIO], lambda: import_figures(folder))


if __name__ == "__main__":
    from benchmarks.parts import report

    report(measure)
