"""How long a council's room takes to make and to migrate, beside psql and beside Django's own migrations."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings.owner")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from benchmarks.figures import Figure, at_least, at_most, for_the_reader, median_ratio, taken  # noqa: E402
from shared_services.tenancy import provisioning  # noqa: E402
from shared_services.tenancy.models import Council  # noqa: E402
from shared_services.tenancy.owner import owner_connection, run_script  # noqa: E402

ROOMS = 200
ROUNDS = 5
FIFTY = 50
MAKING = "provisioning a council's room / psql -1 of the same DDL"
MIGRATING_ANEW = "running the migrations in a new schema / provisioning"
IN_A_ROW = "provisioning 50 councils one after another"
ONE_COLUMN = f"a one-column migration over {ROOMS} councils / bare DDL"
BY_PSQL, BY_PORTAL, BY_MIGRATIONS = 9000, 9300, 9500
"""Numbers no council of the benchmark bears."""
COLUMN = "ALTER TABLE {room}organisation_department ADD COLUMN bench_note varchar(40) NULL;"


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def provision(number: int) -> None:
    provisioning.provision(
        number=number, name=f"Bench {number} Council", short_name=f"Bench {number}", slug=f"bench-{number}",
        code=_code(number), hosts=[f"bench-{number}.{settings.BASE_HOST}"],
    )  # fmt: skip


def _code(number: int) -> str:
    first, rest = divmod(number, 676)
    return "B" + "".join(chr(65 + letter) for letter in (first, rest // 26, rest % 26))


def psql(*arguments: str) -> None:
    at = settings.POSTGRES
    subprocess.run(
        [
            provisioning.pg_program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", os.devnull,
            "-h", at.host, "-p", at.port, "-U", at.owner, "-d", settings.DATABASES["default"]["NAME"], *arguments,
        ],
        check=True,
    )  # fmt: skip


def provisioning_figures(folder: Path) -> list[Figure]:
    head = provisioning.release_head()
    provision(1)
    ours, theirs, whole = [], [], []
    for place in range(ROUNDS):
        key = f"c{BY_PSQL + place}"
        path = folder / f"{key}.sql"
        path.write_text(provisioning.creation_statements(key, head))
        theirs.append(seconds(lambda path=path: psql("-1", "-f", str(path))))
        ours.append(seconds(lambda place=place: provisioning.create_room(f"c{BY_PORTAL + place}")))
        whole.append(seconds(lambda number=place + 2: provision(number)))
    migrated = statistics.median(seconds(lambda place=place: _migrate_new_schema(place)) for place in range(2))
    _drop([f"c{start + place}" for start in (BY_PSQL, BY_PORTAL, BY_MIGRATIONS) for place in range(ROUNDS)])
    return [
        at_most(MAKING, median_ratio(ours, theirs), 1.0),
        at_least(MIGRATING_ANEW, migrated / statistics.median(ours), 15),
        for_the_reader("provisioning a council's room", statistics.median(ours) * 1000, "ms"),
        for_the_reader("psql -1 of the same DDL", statistics.median(theirs) * 1000, "ms"),
        for_the_reader("the whole of provisioning, register and first rows too", statistics.median(whole) * 1000, "ms"),
        for_the_reader("running the migrations in a new schema", migrated * 1000, "ms"),
    ]


def fifty_figures(folder: Path) -> list[Figure]:
    """Fifty councils as they join: room, register and first rows of each."""
    head = provisioning.release_head()
    ours, theirs = [], []
    for number in range(ROUNDS + 2, ROUNDS + 2 + FIFTY):
        ours.append(seconds(lambda number=number: provision(number)))
        if number % (FIFTY // ROUNDS) == 0:
            key = f"c{BY_PSQL + number}"
            path = folder / f"{key}.sql"
            path.write_text(provisioning.creation_statements(key, head))
            theirs.append(seconds(lambda path=path: psql("-1", "-f", str(path))))
            _drop([key])
    return [
        at_most(f"{IN_A_ROW}: the slowest", max(ours), 2, "s"),
        at_most(
            f"{IN_A_ROW}: each / psql -1 of the same DDL", statistics.median(ours) / statistics.median(theirs), 1.5
        ),
    ]


def _migrate_new_schema(place: int) -> None:
    key = f"c{BY_MIGRATIONS + place}"
    with owner_connection() as owner:
        run_script(owner, f"CREATE SCHEMA {key}")
    call_command("migrate_schemas", schema_name=key, interactive=False, verbosity=0)


def _drop(keys: list[str]) -> None:
    with owner_connection() as owner:
        for key in keys:
            run_script(owner, f"DROP SCHEMA IF EXISTS {key} CASCADE")
            if owner.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [key]).fetchone():
                run_script(owner, f"DROP OWNED BY {key}; DROP ROLE {key}")


def migration_figures(folder: Path) -> list[Figure]:
    for number in range(ROUNDS + 2 + FIFTY, ROOMS + 1):
        provision(number)
    keys = list(Council.objects.exclude(number=0).values_list("schema_name", flat=True))
    bare = folder / "one_column.sql"
    bare.write_text("\n".join(COLUMN.format(room=f"{key}.") for key in keys))
    environment = _with_one_migration_more(folder)
    before = provisioning.release_head()
    captured = seconds(lambda: _run("capture", environment))
    ours, theirs, nothing = [], [], []
    for _ in range(ROUNDS):
        theirs.append(seconds(lambda: psql("-f", str(bare))))
        _take_back(keys, before)
        ours.append(float(_run("replay", environment)))
        nothing.append(float(_run("replay", environment)))
        _take_back([*keys, "c0000"], before)
    return [
        at_most(ONE_COLUMN, median_ratio(ours, theirs), 2.0),
        at_most(f"a release without a change over {len(keys)} councils", statistics.median(nothing), 10, "s"),
        for_the_reader(f"a one-column migration over {len(keys)} councils", statistics.median(ours) * 1000, "ms"),
        for_the_reader("bare DDL over the same schemas", statistics.median(theirs) * 1000, "ms"),
        for_the_reader("capturing the migration on the template, once a release", captured * 1000, "ms"),
    ]


def _with_one_migration_more(folder: Path) -> dict[str, str]:
    package = folder / "bench_migrations"
    shutil.rmtree(package, ignore_errors=True)
    shutil.copytree(settings.BASE_DIR / "councils" / "organisation" / "migrations", package)
    last = max(path.stem for path in package.glob("0*.py"))
    (package / "9999_bench_note.py").write_text(
        "from django.db import migrations, models\n\n\n"
        "class Migration(migrations.Migration):\n"
        f'    dependencies = [("organisation", "{last}")]\n'
        '    operations = [migrations.AddField("department", "bench_note", models.CharField(max_length=40, null=True))]\n'
    )
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings.one_migration_more",
        "BENCH_MIGRATIONS": package.name,
        "PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]),
    }


def _run(step: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.parts.one_migration", step],
        cwd=settings.BASE_DIR, env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.strip()


def _take_back(keys: list[str], head: str) -> None:
    """Every room as it was before the column and at the release of then, so that the next round does the whole work again."""
    with owner_connection() as owner:
        for key in keys:
            run_script(
                owner,
                f"ALTER TABLE {key}.organisation_department DROP COLUMN IF EXISTS bench_note;"
                f"DELETE FROM {key}.django_migrations WHERE name = '9999_bench_note';",
            )
        owner.execute("UPDATE public.tenancy_council SET release_state = 'current', release_head = %s", [head])


def measure(folder: Path) -> list[Figure]:
    """Build the database of the benchmark, provision and migrate it; leaves council number 1 for the other parts."""
    call_command("create_database")
    call_command("migrate_councils", workers=1)
    provisioning.provision_shared_service([settings.BASE_HOST])
    figures = taken([MAKING, MIGRATING_ANEW], lambda: provisioning_figures(folder))
    figures += taken([IN_A_ROW], lambda: fifty_figures(folder))
    figures += taken([ONE_COLUMN], lambda: migration_figures(folder))
    _forget_the_column()
    return figures


def _forget_the_column() -> None:
    """The template as the release has it, and no more rooms than the other parts need."""
    with owner_connection() as owner:
        run_script(
            owner,
            f"ALTER TABLE {provisioning.TEMPLATE}.organisation_department DROP COLUMN IF EXISTS bench_note;"
            f"DELETE FROM {provisioning.TEMPLATE}.django_migrations WHERE name = '9999_bench_note';"
            "DELETE FROM public.tenancy_capturedmigration WHERE name = '9999_bench_note';",
        )
    _drop([f"c{number:04d}" for number in range(3, ROOMS + 1)])
    with owner_connection() as owner:
        owner.execute("DELETE FROM public.tenancy_councilhost WHERE tenant_id > 2")
        owner.execute("UPDATE public.tenancy_council SET state = 'ended' WHERE number > 2")
        owner.execute(
            "UPDATE public.tenancy_council SET release_state = 'current', release_head = %s",
            [provisioning.release_head()],
        )


if __name__ == "__main__":
    from benchmarks.parts import report

    report(measure)
