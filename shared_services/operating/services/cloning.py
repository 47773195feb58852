"""Copying a council's room to a sandbox, its personal data masked on the way, all in one transaction."""

from __future__ import annotations

import secrets
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.accounts.services import create_officer
from shared_services.messaging.step_board import StepBoard
from shared_services.tenancy import directory
from shared_services.tenancy.bases import PooledModel
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.models import FIRST_SANDBOX_NUMBER, Council, CouncilHost
from shared_services.tenancy.provisioning import create_room_within
from shared_services.workflow.models import AuthorityRule

from .. import masking, rules
from ..models import Consent, Operation
from .doing import finish, hold_writers, lock_room

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CARD_KEY = "md5(%(salt)s || {column}::text)::uuid"
"""An officer's card has another key in the sandbox, the same wherever it is pointed to."""


class NotCopied(Exception):
    """A table of the sandbox has not as many rows as the council's."""


def do_clone(operation: Operation, board: StepBoard) -> None:
    """Make the sandbox. Whatever stops it leaves nothing behind."""
    given = Consent.objects.get(owner_id=operation.council_id, operation_key=operation.pk, agreed=True)
    with transaction.atomic():
        council = lock_room(operation)
        rules.check_can_be_cloned(council)
        hold_writers(council.schema_name)
        copying = _Copying(council.schema_name, secrets.token_hex(16))
        with board.step("room"):
            sandbox = _register(council)
            create_room_within(sandbox.schema_name)
            directory.forget()
        with board.step("cards"):
            copying.cards(council.number, sandbox.number)
            copying.authority(council.number, sandbox.number)
        with board.step("tables"):
            copying.tables(sandbox.schema_name)
        with board.step("compare"):
            rows = copying.compare(sandbox.schema_name)
        with board.step("administrator"), inside_council(sandbox):
            create_officer(
                actor=None, work_name=given.officer_name, work_email=given.officer_email,
                job_title="Sandbox administrator", roles=["council_administrator"],
            )  # fmt: skip
        directory.forget()
        finish(operation, sandbox=sandbox.name, address=f"{sandbox.slug}.{settings.BASE_HOST}", rows=rows)
    directory.forget()


def _register(council: Council) -> Council:
    number = rules.next_sandbox_number()
    place = number - FIRST_SANDBOX_NUMBER
    slug = f"{council.slug}-sandbox"
    # A sandbox that was removed gave its address back; its number stays taken.
    Council.objects.filter(slug=slug, state=Council.State.ENDED).update(slug=f"{slug}-{secrets.token_hex(3)}")
    sandbox = Council.objects.create(
        number=number, schema_name=f"c{number:04d}", name=f"{council.short_name} sandbox",
        short_name=f"{council.short_name} sandbox", slug=slug, colour="#505a5f", sandbox_of=council,
        code=f"Z{LETTERS[25 - place // 676]}{LETTERS[place // 26 % 26]}{LETTERS[place % 26]}", joined_on=timezone.localdate(),
    )  # fmt: skip
    CouncilHost.objects.create(domain=f"{slug}.{settings.BASE_HOST}", tenant=sandbox, is_primary=True)
    return sandbox


class _Copying:
    """Statements that read one room and write another, with one salt."""

    def __init__(self, source: str, salt: str) -> None:
        self.source, self.salt = source, salt

    def cards(self, of: int, to: int) -> None:
        """The officers, with their roles and without their names: nobody of them has an account."""
        masks = {
            "id": CARD_KEY.format(column="id"), "owner_id": str(int(to)), "parts": "'{}'::smallint[]",
            "work_name": masking.NAME("id"), "work_email": masking.EMAIL("id"), "job_title": "'Officer'", "version": "1",
        }  # fmt: skip
        self._copy_shared(OfficerCard, of, masks)

    def authority(self, of: int, to: int) -> None:
        """The authority matrix, so that the sandbox asks the same roles."""
        masks = {
            "id": "gen_random_uuid()", "owner_id": str(int(to)), "parts": "'{}'::smallint[]",
            "added_by_name": masking.NAME("added_by_name"),
        }  # fmt: skip
        self._copy_shared(AuthorityRule, of, masks)

    def tables(self, to: str) -> None:
        """Every declared table. Triggers rest, because what they would write is copied with the rest."""
        declared = [(apps.get_model(label), how) for label, how in masking.COPIED.items()]
        with connection.cursor() as cursor:
            for model, _ in declared:
                cursor.execute(f'ALTER TABLE {to}."{model._meta.db_table}" DISABLE TRIGGER USER')
            for model, how in declared:
                columns = {
                    str(field.column): _expression(field, how)
                    for field in model._meta.concrete_fields
                    if not isinstance(field, models.GeneratedField)
                }
                names = ", ".join(f'"{name}"' for name in columns)
                cursor.execute(
                    f'INSERT INTO {to}."{model._meta.db_table}" ({names}) SELECT {", ".join(columns.values())}'
                    f' FROM {self.source}."{model._meta.db_table}"',
                    {"salt": self.salt},
                )
            # Every key is looked up now: a table with looks outstanding cannot be altered.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for model, _ in declared:
                cursor.execute(f'ALTER TABLE {to}."{model._meta.db_table}" ENABLE TRIGGER USER')
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    def compare(self, to: str) -> int:
        """How many rows were copied. Raises NotCopied for a table that has more or fewer than the council's."""
        total = 0
        with connection.cursor() as cursor:
            for label in masking.COPIED:
                table = apps.get_model(label)._meta.db_table
                cursor.execute(
                    f'SELECT (SELECT count(*) FROM {self.source}."{table}"), (SELECT count(*) FROM {to}."{table}")'
                )
                wanted, found = cursor.fetchone()
                if wanted != found:
                    raise NotCopied(f"{table}: {found} of {wanted} rows")
                total += found
        return total

    def _copy_shared(self, model: type[PooledModel], of: int, masks: dict[str, str]) -> None:
        columns = [str(field.column) for field in model._meta.concrete_fields]
        values = [_unless_empty(name, masks[name]) if name.endswith("_name") else masks.get(name, f'"{name}"') for name in columns]  # fmt: skip
        names = ", ".join(f'"{name}"' for name in columns)
        with connection.cursor() as cursor:
            cursor.execute(
                f'INSERT INTO public."{model._meta.db_table}" ({names}) SELECT {", ".join(values)}'
                f' FROM public."{model._meta.db_table}" WHERE owner_id = %(of)s',
                {"salt": self.salt, "of": of},
            )


def _expression(field: Any, how: masking.Copied) -> str:
    """What the sandbox gets in the place of one column."""
    column = f'"{field.column}"'
    if field.name in how.emptied:
        return "NULL"
    if field.remote_field is not None and field.related_model is OfficerCard:
        return CARD_KEY.format(column=column)
    mask = how.masked.get(field.name)
    if mask is None:
        return column
    return mask(column) if mask is masking.MONTH else _cut(field, _unless_empty(column, mask(column)))


def _unless_empty(column: str, expression: str) -> str:
    return f"CASE WHEN {column} IS NULL OR {column}::text = '' THEN {column} ELSE {expression} END"


def _cut(field: Any, expression: str) -> str:
    return f"left({expression}, {field.max_length})" if field.max_length else expression
