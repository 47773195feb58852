"""A second install on the tests' own server: empty but for its shared service, with files of its own."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from shared_services.tenancy import wall
from shared_services.tenancy.owner import owner_connection
from tests import rooms
from tests.commands import run_command, start_command

OTHERS = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@dataclass(frozen=True)
class Install:
    """A database and a folder of files, used through the commands alone."""

    database: str
    files: Path

    def environment(self, command: str) -> dict[str, str]:
        kind = "owner" if command in ("import_council", "fingerprint_rooms") else "portal"
        return {
            "DJANGO_SETTINGS_MODULE": f"tests.shared_services.leaving.settings_{kind}",
            "GUILDHALL_VAR": str(settings.VAR_DIR),
            "GUILDHALL_DATABASE": self.database,
            "GUILDHALL_BASE_HOST": "test",
            "TESTS_FILES_DIR": str(self.files),
        }

    def start(self, command: str, *arguments: object) -> subprocess.Popen[bytes]:
        return start_command(self.environment(command), command, *arguments)

    def run(self, command: str, *arguments: object) -> tuple[int, str]:
        """Exit status and everything that was said."""
        return run_command(self.environment(command), command, *arguments)

    def ask(self, sql: str) -> list[tuple]:
        with owner_connection(self.database) as owner:
            return owner.execute(sql).fetchall()

    def waits_for_a_lock(self) -> bool:
        return bool(self.ask(f"{OTHERS} AND wait_event_type = 'Lock'"))

    def others_at_work(self) -> bool:
        """Whether others are in a transaction: a killed client's ends when the server notices."""
        return bool(self.ask(f"{OTHERS} AND xact_start IS NOT NULL"))


def here() -> Install:
    """The tests' own install."""
    return Install(settings.DATABASES["default"]["NAME"], Path(settings.PRIVATE_FILES_DIR))


def empty_install(*, keep: tuple[int, ...] = ()) -> Install:
    """A copy of the tests' template without its councils, those in `keep` aside. There is one at a time."""
    name, files = f"{here().database}_elsewhere", Path(f"{settings.PRIVATE_FILES_DIR}-elsewhere")
    rooms.copy_template(settings.TEMPLATE_DATABASE, name, Path(settings.VAR_DIR))
    gone = [number for number in (rooms.NORTHMOOR, rooms.EASTVALE) if number not in keep]
    with owner_connection(name) as owner:
        owner.execute("SET session_replication_role = replica")
        for number in gone:
            owner.execute(f"DROP SCHEMA c{number:04d} CASCADE")
        for model in wall.pooled_models():
            owner.execute(f'DELETE FROM public."{model._meta.db_table}" WHERE owner_id = ANY (%s)', [gone])
        # Another install brings the same shared rows under keys of its own.
        owner.execute("UPDATE public.workflow_processversion SET id = gen_random_uuid()")
        owner.execute("UPDATE public.workflow_dutyrule SET id = gen_random_uuid()")
        owner.execute("DELETE FROM public.tenancy_councilhost WHERE tenant_id = ANY (%s)", [gone])
        owner.execute("DELETE FROM public.tenancy_council WHERE number = ANY (%s)", [gone])
    return Install(name, files)


def remove(install: Install) -> None:
    rooms.drop(install.database)
    shutil.rmtree(install.files, ignore_errors=True)
