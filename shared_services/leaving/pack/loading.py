"""Loading a pack into an install in which the council has no room: all of it in one transaction, by the schema's owner."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, models, transaction
from django.utils.dateparse import parse_date

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import ROLES
from shared_services.audit.services import record
from shared_services.operating.rules import check_web_name_is_free
from shared_services.tenancy import directory
from shared_services.tenancy.bases import PooledModel
from shared_services.tenancy.copying import RAW_LINES
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import (
    FIRST_SANDBOX_NUMBER,
    SHARED_SERVICE_NUMBER,
    Council,
    CouncilHost,
    RegisteredCouncil,
)
from shared_services.tenancy.provisioning import create_room_within, next_number, release_head

from .checking import CheckedPack, check_pack
from .contents import PRIVATE, SHOWN, PackedTable, council_keys, hidden_columns, keys_of, packed_tables
from .manifest import BYTES_AT_A_TIME, BadPack, Manifest, chain_head, this_release
from .writing import separate_modules

STAND_IN = "An officer of the former shared service"
"""Whom a row names whose officer the council could not see, and who is therefore not in its pack."""
MARKER = ".loaded-from-pack"
HIGHEST_OWN_NUMBER = FIRST_SANDBOX_NUMBER // 2
"""A number above it is not kept: the next council's is counted on from the highest, and must stay below the sandboxes'."""
LINES, SAME = "exit_pack_lines", "exit_pack_same"

Say = Callable[[str], None]


@dataclass
class LoadedPack:
    """What came of a pack: the council, how many rows were loaded, and how many of which table could not be."""

    council: Council
    rows: int = 0
    left_behind: dict[str, int] = field(default_factory=dict)
    sha256: str = ""
    """Of the manifest."""
    chain: tuple[int, str] = (0, "")
    """How many links its audit chain has, and the hash of the last."""


def load_pack(folder: Path, *, expected: str = "", say: Say = print) -> LoadedPack:
    """Check a pack and load it. Raises BadPack, with nothing changed, when it is not whole or does not fit this install."""
    pack = check_pack(folder, expected=expected)
    transaction.get_connection().set_schema_to_public()  # type: ignore[attr-defined]
    _check_release(pack.manifest)
    try:
        with transaction.atomic():
            # Nobody else makes a room meanwhile: its number is taken from what is there.
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE public.tenancy_council IN SHARE ROW EXCLUSIVE MODE")
            with _documents(pack, _register(pack.manifest)) as council:
                loaded = PackLoader(pack, council, say).load()
    except DatabaseError as error:
        raise BadPack(f"The rows do not fit this install: {str(error).splitlines()[0]}") from error
    finally:
        directory.forget()
    (_folder_of(loaded.council) / MARKER).unlink(missing_ok=True)
    return loaded


def _check_release(manifest: Manifest) -> None:
    here, there = this_release(release_head()), manifest.release
    if here == there:
        return
    theirs, ours = there.get("migrations", {}), here["migrations"]
    differing = sorted(app for app in {*theirs, *ours} if theirs.get(app) != ours.get(app))
    named = "; ".join(
        f"{app}: {theirs.get(app, 'none')} in the pack, {ours.get(app, 'none')} here" for app in differing
    )
    raise BadPack(
        "The pack is of another release than this install. Load it into an install of its own release, then move that"
        f" on. What differs: {named or 'the tables of a room; run migrate_rooms'}."
    )


def _register(manifest: Manifest) -> Council:
    """Enter the council in the register, under its own number if that is free."""
    about = manifest.council
    registered = None
    if about["gss_code"]:
        registered = RegisteredCouncil.objects.filter(pk=about["gss_code"]).first()
        if registered is None:
            raise BadPack(f"The register here has no council {about['gss_code']}. Run load_reference_data first.")
    taken = Council.objects.filter(models.Q(slug=about["slug"]) | models.Q(code=about["code"]))
    if registered is not None:
        taken = taken | Council.objects.filter(registered=registered)
    if known := taken.first():
        raise BadPack(
            f"{known.name} has number {known.number} here already, so its pack is not loaded beside it. Use an install in"
            " which it has no room."
        )
    if not Council.objects.filter(pk=SHARED_SERVICE_NUMBER).exists():
        raise BadPack("The shared service has no room here yet. Run provision without a code first.")
    number = int(about["number"])
    is_own = SHARED_SERVICE_NUMBER < number <= HIGHEST_OWN_NUMBER and not Council.objects.filter(pk=number).exists()
    if not is_own:
        number = next_number()
    council = Council(
        number=number, schema_name=f"c{number:04d}", registered=registered, name=about["name"],
        short_name=about["short_name"], slug=about["slug"], code=about["code"], colour=about["colour"],
        domain=about["domain"], joined_on=parse_date(about["joined_on"]) if about["joined_on"] else None,
    )  # fmt: skip
    try:
        council.full_clean(validate_unique=False, validate_constraints=False)
        check_web_name_is_free(council.slug, council)
    except ValidationError as error:
        raise BadPack(f"The council’s own words in the manifest do not fit: {' '.join(error.messages)}") from error
    except NotAllowed as error:
        raise BadPack(f"The council’s own words in the manifest do not fit: {error.message}") from error
    council.save(force_insert=True)
    CouncilHost.objects.create(domain=f"{council.slug}.{settings.BASE_HOST}", tenant=council, is_primary=True)
    return council


def _folder_of(council: Council) -> Path:
    return Path(settings.PRIVATE_FILES_DIR) / council.schema_name


@contextmanager
def _documents(pack: CheckedPack, council: Council) -> Iterator[Council]:
    """The council's files beside the transaction: put in their place at its end, and away again if it fails.

    A folder of a room that is not registered can only be what a killed import left; it carries a mark and is removed.
    """
    target = _folder_of(council)
    if target.exists() and not (target / MARKER).exists() and any(target.iterdir()):
        raise BadPack(f"{target} holds files although no council has number {council.number}. Move them away first.")
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True, mode=0o700)
    try:
        (target / MARKER).write_text(pack.sha256)
        source = pack.folder / "documents"
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True, copy_function=shutil.copyfile)
        for place in target.rglob("*"):
            place.chmod(0o700 if place.is_dir() else 0o600)
        yield council
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise


class PackLoader:
    """Fills the room of one council, and its rows of the shared schema, from a pack that was checked."""

    def __init__(self, pack: CheckedPack, council: Council, say: Say) -> None:
        self.pack, self.council, self.say = pack, council, say
        self.room = council.schema_name
        self.number_before = int(pack.manifest.council["number"])
        self.loaded = LoadedPack(council, sha256=pack.sha256, chain=chain_head(pack.folder))
        self.opened = ""

    def load(self) -> LoadedPack:
        create_room_within(self.room)
        directory.forget()
        self._run(f"CREATE TEMPORARY TABLE {LINES} (line text) ON COMMIT DROP")
        self._run(f"CREATE TEMPORARY TABLE {SAME} (model text, before uuid, here uuid) ON COMMIT DROP")
        tables = [table for table in packed_tables() if not table.only_read]
        private = [table for table in tables if table.part == PRIVATE]
        with self._without_triggers([table.table for table in private]):
            for table in private:
                self._load(table)
        for table in tables:
            if table.part != PRIVATE:
                self._load(table)
        # Every key is checked here, with a clear name, and not somewhere in the commit.
        self._run("SET CONSTRAINTS ALL IMMEDIATE")
        with inside_council(self.council):
            for module in separate_modules():
                if hasattr(module, "after_load"):
                    self._let_load(module)
            record(
                None, "leaving.pack.loaded", ("tenancy.council", self.council.number), manifest=self.pack.sha256,
                made_at=self.pack.manifest.made_at, rows=self.loaded.rows, left_behind=self.loaded.left_behind,
            )  # fmt: skip
        return self.loaded

    def _let_load(self, module: Any) -> None:
        """What an app loads of its own, from files that anybody can have written."""
        try:
            module.after_load(self._opened)
        except (ValueError, KeyError, TypeError, AttributeError, OSError, RecursionError) as error:
            raise BadPack(
                f"{self.opened or module.__name__} cannot be read: it is not what this portal writes."
            ) from error

    def _opened(self, path: str) -> IO[bytes]:
        """A file of the pack, for an app that loads something of its own."""
        self.opened = path
        return (self.pack.folder / path).open("rb")

    def _run(self, sql: str, values: list[Any] | None = None) -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return int(cursor.rowcount)

    def _ask(self, sql: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return int(cursor.fetchone()[0])

    @contextmanager
    def _without_triggers(self, tables: list[str]) -> Iterator[None]:
        """Rows come as they were: nothing is written for them a second time (the audit's waiting lines)."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
                " WHERE c.relnamespace = %s::regnamespace AND NOT t.tgisinternal AND c.relname = ANY (%s)",
                [self.room, tables],
            )
            found = [row[0] for row in cursor.fetchall()]
        for table in found:
            self._run(f'ALTER TABLE {self.room}."{table}" DISABLE TRIGGER USER')
        yield
        for table in found:
            self._run(f'ALTER TABLE {self.room}."{table}" ENABLE TRIGGER USER')

    def _load(self, table: PackedTable) -> None:
        written = self.pack.manifest.file(table.path)
        if written is None:
            raise BadPack(f"The pack has no {table.path}.")
        if not written.rows:
            return
        self._run(f"TRUNCATE {LINES}")
        self._copy_lines(table.path)
        if table.part == SHOWN:
            self._recognise(table)
        known = self._known(table) if table.part == SHOWN else 0
        is_let_in = table.part != SHOWN or self._may_be_the_shared_services(table, written.rows - known)
        loaded = self._run(self._insert(table)) if is_let_in else 0
        missed = written.rows - loaded - known
        self.loaded.rows += loaded
        if missed:
            # Rows stay behind only because what they belong to is another's here.
            if table.part == PRIVATE:
                raise BadPack(f"{missed:,} rows of {table.table} could not be loaded.")
            self.loaded.left_behind[table.table] = self.loaded.left_behind.get(table.table, 0) + missed
        self._go_on_counting(table)
        self.say(f"{table.table}: {loaded:,} rows")

    def _copy_lines(self, path: str) -> None:
        with (
            connection.cursor() as cursor,
            (self.pack.folder / path).open("rb") as file,
            cursor.copy(f"COPY {LINES} FROM STDIN {RAW_LINES}") as copy,
        ):
            while piece := file.read(BYTES_AT_A_TIME):
                copy.write(piece)

    def _place(self, table: PackedTable) -> str:
        return f'{self.room if table.part == PRIVATE else "public"}."{table.table}"'

    def _rows(self, table: PackedTable) -> str:
        return f"{LINES} l, json_populate_record(NULL::{self._place(table)}, l.line::json) r"

    def _recognise(self, table: PackedTable) -> None:
        """Rows of the shared service that this install has too, under keys of its own: theirs are used."""
        same = getattr(table.model, "same_in_packs", ())
        if not same:
            return
        alike = " AND ".join(f'h."{column}" = r."{column}"' for column in same)
        self._run(
            f"INSERT INTO {SAME} SELECT DISTINCT ON (r.id) '{table.table}', r.id, h.id FROM {self._rows(table)}"
            f" JOIN {self._place(table)} h ON h.owner_id = {SHARED_SERVICE_NUMBER} AND {alike} ORDER BY r.id, h.id DESC"
        )

    def _may_be_the_shared_services(self, table: PackedTable, strange: int) -> bool:
        """Whether rows that are the shared service's in the pack, and unknown here, become the shared service's here.

        A pack is a council's to change: beside other councils it could put a vote that is won or a case that is decided
        into the shared service's hands. So there nothing is let in but officers' cards, which are inactive, and what
        would be common to all is refused.
        """
        if not strange or table.model is OfficerCard:
            return True
        if not Council.objects.exclude(number__in=[SHARED_SERVICE_NUMBER, self.council.number]).exists():
            return True
        if getattr(table.model, "shared_service_rows_are_common", False):
            raise BadPack(
                f"{strange:,} of the pack’s {table.model._meta.verbose_name_plural} are the shared service’s there and"
                " unknown here, where they would hold for every council. Load the pack into an empty install."
            )
        return False

    def _known(self, table: PackedTable) -> int:
        """How many rows need not be loaded: this install has them, or another council's pack brought them."""
        return self._ask(
            f"SELECT count(*) FROM {self._rows(table)} WHERE {self._is_here(table)}"
            f" OR EXISTS (SELECT FROM {self._place(table)} h WHERE h.id = r.id AND h.owner_id = {SHARED_SERVICE_NUMBER})"
        )

    def _is_here(self, table: PackedTable) -> str:
        return f"r.id IN (SELECT before FROM {SAME} WHERE model = '{table.table}')"

    def _insert(self, table: PackedTable) -> str:
        columns: list[str] = []
        values: list[str] = []
        conditions: list[str] = []
        hidden = hidden_columns(table.model)
        for one in table.model._meta.concrete_fields:
            if one.generated or not one.column:
                continue
            columns.append(f'"{one.column}"')
            instead = hidden.get(one.column)
            values.append(instead[1] if instead else self._value(table, one, conditions))
        again = ""
        if table.part == SHOWN:
            conditions.append(f"NOT {self._is_here(table)}")
            again = " ON CONFLICT (id) DO NOTHING"
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return (
            f"INSERT INTO {self._place(table)} ({', '.join(columns)}) SELECT {', '.join(values)}"
            f" FROM {self._rows(table)}{where}{again}"
        )

    def _value(self, table: PackedTable, one: Any, conditions: list[str]) -> str:
        """A column as it is loaded. What names another council by its number names nobody here."""
        column = f'r."{one.column}"'
        if isinstance(one, models.JSONField) and not one.null:
            return f"coalesce({column}, 'null'::jsonb)"
        if table.part == PRIVATE:
            return column
        if table.part == SHOWN and table.model is OfficerCard and one.name in ("active", "roles"):
            # Officers of the former shared service are named in what they did, and are none here.
            return {"active": "false", "roles": "'{}'"}[one.name]
        if table.model is OfficerCard and one.name in ("active", "roles"):
            return _as_of_a_council(column, one.name)
        if one.name == "owner":
            return str(SHARED_SERVICE_NUMBER if table.part == SHOWN else self.council.number)
        if one.name == "parts":
            return (
                f"ARRAY(SELECT CASE p WHEN {self.number_before} THEN {self.council.number} ELSE 0 END"
                f" FROM unnest({column}) WITH ORDINALITY u(p, place)"
                f" WHERE p IN ({self.number_before}, {SHARED_SERVICE_NUMBER}) ORDER BY place)::smallint[]"
            )
        if one in council_keys(table.model):
            return (
                f"CASE {column} WHEN {self.number_before} THEN {self.council.number} ELSE {SHARED_SERVICE_NUMBER} END"
            )
        if one in keys_of(table.model):
            return self._key(table, one, column, conditions)
        return column

    def _key(self, table: PackedTable, key: Any, column: str, conditions: list[str]) -> str:
        """A key to a shared row, which may be another here or not in the pack at all."""
        target = key.related_model
        target_table, target_key = target._meta.db_table, key.target_field.column
        if getattr(target, "same_in_packs", ()):
            column = (
                f"coalesce((SELECT here FROM {SAME} WHERE model = '{target_table}' AND before = {column}), {column})"
            )
        if target is table.model or not issubclass(target, PooledModel):
            return column
        # Another council's row is nobody's to hang something on, whatever key the pack names.
        found = (
            f'(SELECT t."{target_key}" FROM public."{target_table}" t WHERE t."{target_key}" = {column}'
            f" AND t.owner_id IN ({SHARED_SERVICE_NUMBER}, {self.council.number}))"
        )
        if key.null:
            return found
        if target is OfficerCard:
            lost = self._ask(f"SELECT count(*) FROM {self._rows(table)} WHERE {found} IS NULL")
            return f"coalesce({found}, '{self._stand_in().pk}'::uuid)" if lost else column
        conditions.append(f"{found} IS NOT NULL")
        return column

    def _stand_in(self) -> OfficerCard:
        return OfficerCard.objects.get_or_create(
            owner_id=SHARED_SERVICE_NUMBER, work_email="former-officer@shared-service.invalid",
            defaults={"work_name": STAND_IN, "active": False, "parts": []},
        )[0]  # fmt: skip

    def _go_on_counting(self, table: PackedTable) -> None:
        """A table whose keys are counted goes on after the last."""
        if not isinstance(table.model._meta.pk, models.AutoField | models.BigAutoField | models.SmallAutoField):
            return
        self._run(
            f"SELECT setval(pg_get_serial_sequence('{self._place(table)}', '{table.key}'),"
            f' (SELECT max("{table.key}") FROM {self._place(table)}))'
        )


def _as_of_a_council(column: str, name: str) -> str:
    """A card's roles and whether it is active: as a council could have given them, whatever the pack says."""
    if name == "active":
        temporary = ", ".join(f"'{role.key}'" for role in ROLES.values() if role.temporary)
        return f"({column} AND NOT r.roles::text[] && ARRAY[{temporary}])"
    pooled = ", ".join(f"'{role.key}'" for role in ROLES.values() if role.pooled)
    return (
        f"ARRAY(SELECT given FROM unnest({column}) WITH ORDINALITY u(given, place)"
        f" WHERE given NOT IN ({pooled}) ORDER BY place)::varchar[]"
    )
