"""Removing the room of a council that has left: what is its own goes, what it shares with others stays.

A shared row stays when another council has a part in it, when it is a piece of a record that is not the council's own
(its share of a joint purchase), when a row that stays points to it (the card of the officer who decided), or when its
model says why. Nothing of another council is touched: every statement names this council's number.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from shared_services.messaging.step_board import StepBoard
from shared_services.tenancy import directory, wall
from shared_services.tenancy.bases import PooledModel
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import Council, CouncilHost

from .. import shelves
from ..models import Backup, LeaveNotice, Operation
from .doing import finish, leave_undone, lock_room
from .register import removal_day


def do_remove(operation: Operation, board: StepBoard) -> None:
    """Remove the room. Files go after the commit, and again if a worker dies between the two."""
    council, removed = operation.council, {}
    with transaction.atomic():
        lock_room(operation)
        council = operation.council
        if council.state != Council.State.ENDED:
            if _was_called_back(council):
                leave_undone(operation, "The council called its notice back")
                return
            _check_is_due(council)
            with board.step("shared"):
                removed = _remove_own_rows(council.number)
            with board.step("room"), connection.cursor() as cursor:
                cursor.execute(f"DROP SCHEMA IF EXISTS {council.schema_name} CASCADE")
                _drop_role(council.schema_name)
            with board.step("register"):
                _end(council)
    directory.forget()
    with board.step("files"):
        remove_folder(Path(settings.PRIVATE_FILES_DIR) / council.schema_name)
        remove_folder(shelves.shelf_of(council.schema_name))
    finish(operation, in_room=False, shared_rows_removed=sum(removed.values()), tables=removed)


def remove_folder(folder: Path) -> None:
    """Remove a folder with everything in it. Raises OSError: what is still there is not said to be gone."""
    if folder.exists() or folder.is_symlink():
        shutil.rmtree(folder)


def _check_is_due(council: Council) -> None:
    due = council.sandbox_of_id is not None or (
        council.state == Council.State.LEAVING
        and council.leaves_on is not None
        and removal_day(council.leaves_on) <= timezone.localdate()
    )
    if not due:
        raise NotAllowed("The council has not left, or its portal is kept for a while yet.", code="state")


def _was_called_back(council: Council) -> bool:
    """Whether the council stays after all, although the register does not say so yet. Until the end nobody calls back."""
    notices = LeaveNotice.objects.select_for_update(of=("self",))
    stands = notices.filter(owner_id=council.number, withdrawn_at=None).exclude(agreed_by=None).first()
    return council.sandbox_of_id is None and stands is None


def _end(council: Council) -> None:
    CouncilHost.objects.filter(tenant=council).delete()
    Backup.objects.of(council.number).kept().update(removed_at=timezone.now())
    council.state, council.state_since = Council.State.ENDED, timezone.now()
    council.ended_on = council.leaves_on or timezone.localdate()
    council.save(update_fields=["state", "state_since", "ended_on"])


def _drop_role(key: str) -> None:
    """Remove the room's login. Where another database of the server knows it, it stays and may do nothing any more."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [key])
        if cursor.fetchone() is None:
            return
        # DROP OWNED takes back what the role was granted; it owns nothing. An owner that is no superuser must be a member.
        cursor.execute(f"GRANT {key} TO CURRENT_USER; DROP OWNED BY {key}; REVOKE {key} FROM CURRENT_USER")
        try:
            with transaction.atomic():
                cursor.execute(f"DROP ROLE {key}")
        except DatabaseError as error:
            if not isinstance(error.__cause__, psycopg.errors.DependentObjectsStillExist):
                raise
            cursor.execute(f"ALTER ROLE {key} NOLOGIN; REVOKE councils FROM {key}")


def _remove_own_rows(number: int) -> dict[str, int]:
    """Remove a council's own shared rows that concern nobody else; gives how many of each table."""
    models = [model for model in wall.pooled_models() if not model.kept_after_leaving]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE doomed (tab text, id uuid, PRIMARY KEY (tab, id)) ON COMMIT DROP")
        for model in models:
            cursor.execute(
                f'INSERT INTO doomed SELECT %s, t.id FROM public."{model._meta.db_table}" t'
                " WHERE t.owner_id = %s AND t.parts <@ ARRAY[0, %s]::smallint[]",
                [model._meta.db_table, number, number],
            )
        while _spare_pieces_of_others(cursor, models, number) or _spare_what_is_pointed_to(cursor):
            # What was spared may spare what it points to in turn.
            continue
        removed = {}
        for model in models:
            table = model._meta.db_table
            cursor.execute(
                f'DELETE FROM public."{table}" t USING doomed d WHERE d.tab = %s AND d.id = t.id AND t.owner_id = %s',
                [table, number],
            )
            if cursor.rowcount:
                removed[table] = cursor.rowcount
        cursor.execute("UPDATE public.access_officercard SET active = false WHERE owner_id = %s AND active", [number])
    return removed


def _spare_pieces_of_others(cursor: object, models: list[type[PooledModel]], number: int) -> int:
    """Rows that belong to a record which stays because it is another's: their key leads to a row of another owner."""
    spared = 0
    for model in models:
        for field in model._meta.concrete_fields:
            target = field.related_model if field.remote_field else None
            if not (isinstance(target, type) and issubclass(target, PooledModel)):
                continue
            if target.shared_service_rows_are_common:
                # A joint process or an agreement is the same for all: using it makes a row nobody else's record.
                continue
            cursor.execute(  # type: ignore[attr-defined]
                f'DELETE FROM doomed d USING public."{model._meta.db_table}" t, public."{target._meta.db_table}" o'
                f' WHERE d.tab = %s AND t.id = d.id AND o.id = t."{field.column}" AND o.owner_id <> %s',
                [model._meta.db_table, number],
            )
            spared += cursor.rowcount  # type: ignore[attr-defined]
    return spared


def _spare_what_is_pointed_to(cursor: object) -> int:
    """Rows that a row which stays points to."""
    spared = 0
    for model in wall.pooled_models():
        table = model._meta.db_table
        for field in model._meta.concrete_fields:
            target = field.related_model if field.remote_field else None
            if not (isinstance(target, type) and issubclass(target, PooledModel)):
                continue
            cursor.execute(  # type: ignore[attr-defined]
                f'DELETE FROM doomed d USING public."{table}" t WHERE d.tab = %s AND d.id = t."{field.column}"'
                " AND NOT EXISTS (SELECT 1 FROM doomed o WHERE o.tab = %s AND o.id = t.id)",
                [target._meta.db_table, table],
            )
            spared += cursor.rowcount  # type: ignore[attr-defined]
    return spared
