"""The three kinds of table, and who may touch them.

Every model in the project stands on exactly one of these bases (`tests/house` holds it), and `wall.py`
turns what the base says into PostgreSQL grants and row-level security. A new table is therefore
covered on the day it is written.
"""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from uuid_utils.compat import uuid7

from .errors import NotAllowed, WrongRoom


def new_key() -> uuid.UUID:
    """A time-ordered key (UUIDv7): sorts by creation, says nothing of its council."""
    return uuid7()


class PrivateModel(models.Model):
    """A row in one council's private schema.

    Keys are UUIDs, so a row of one council can never overwrite the row of another with the same key;
    the base also refuses a save in any room but the one the row was loaded in (WrongRoom).
    """

    append_only: ClassVar[bool] = False
    """True: the council's role may add and read rows, never change or remove one."""
    written_by_database: ClassVar[bool] = False
    """True: triggers and functions of the room write it; the council's role only reads."""
    database_functions: ClassVar[tuple[str, ...]] = ()
    """Functions of the room that the council's role may call, by name."""
    left_out_of_packs: ClassVar[str] = ""
    """Why no row goes into the council's exit pack, as a sentence; empty: every row does."""
    columns_left_out_of_packs: ClassVar[dict[str, tuple[str, str]]] = {}
    """Columns that are not in the pack: why, as a sentence, and what is loaded in their place, as SQL."""
    only_read_in_packs: ClassVar[str] = ""
    """Why the rows are in the pack and are not loaded from it, as a sentence."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)

    class Meta:
        abstract = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._room = connection.schema_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._check_room()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self._check_room()
        return super().delete(*args, **kwargs)

    def _check_room(self) -> None:
        if self._room != connection.schema_name:
            raise WrongRoom(
                f"{self._meta.label} was loaded in room {self._room} and cannot be written in {connection.schema_name}."
            )


class PooledModel(models.Model):
    """A row in the shared schema that belongs to one council and may be shown to others.

    `owner` is the council it belongs to; `parts` are the numbers of the other rooms that may see it (0 is
    the shared service). The database enforces both: a council reads rows it owns or has a part in.
    """

    parts_may_update: ClassVar[tuple[str, ...]] = ()
    """The columns that a room with a part in the row may change too, the shared service on a council's rows included.

    Everything else of a row is its owner's to change: a new column is closed until it is named here.
    """
    shared_service_may_insert: ClassVar[bool] = False
    """True: the shared service may add a row that belongs to a council (a task in its inbox, say)."""
    shown_to_councils: ClassVar[bool] = False
    """True: a council may show its rows here to other councils as well (the head of its record, say)."""
    shared_service_may_remove: ClassVar[bool] = False
    """True: the shared service may remove a council's row in which it has a part."""
    shared_service_only: ClassVar[bool] = False
    """True: a council adds none, so that no row that it wrote passes for one of the shared service's."""
    append_only: ClassVar[bool] = False
    """True: nobody but the schema's owner changes or removes a row."""
    changes_only: ClassVar[tuple[str, ...]] = ()
    """Like `append_only`, save for these columns, which the row's owner may change (a council's voice in a vote, say)."""
    shared_service_rows_are_common: ClassVar[bool] = False
    """True: what belongs to the shared service here is read by every council (a joint process, say)."""
    kept_after_leaving: ClassVar[str] = ""
    """Why a council's rows stay when it has left, although no other council has a part in them."""
    dispatcher_may: ClassVar[tuple[str, ...]] = ()
    """What the outbox relay's role may do here, e.g. ("SELECT", "UPDATE (sent_at)"). Keys only, no personal data."""
    dispatcher_may_remove: ClassVar[str] = "false"
    """A condition in SQL on the rows that the relay may remove, where it has DELETE."""
    left_out_of_packs: ClassVar[str] = ""
    """Why no row goes into the council's exit pack, as a sentence; empty: every row does."""
    columns_left_out_of_packs: ClassVar[dict[str, tuple[str, str]]] = {}
    """Columns that are not in the pack: why, as a sentence, and what is loaded in their place, as SQL."""
    only_read_in_packs: ClassVar[str] = ""
    """Why the rows are in the pack and are not loaded from it, as a sentence."""
    same_in_packs: ClassVar[tuple[str, ...]] = ()
    """The columns by which a row of the shared service is known again in another install: loading uses that install's."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    owner = models.ForeignKey("tenancy.Council", on_delete=models.PROTECT, related_name="+", db_index=False)
    parts = ArrayField(models.SmallIntegerField(), default=list, blank=True)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.owner_id is None:
            from .door import current_council

            self.owner_id = current_council().number
        if self.parts and getattr(getattr(connection, "tenant", None), "is_sandbox", False):
            raise NotAllowed("This is a sandbox: it shares nothing with the shared service or with other councils.")
        super().save(*args, **kwargs)


class CommonModel(models.Model):
    """A row in the shared schema that belongs to nobody: the same for all, read by all."""

    maintained_by: ClassVar[str] = "owner"
    """Who writes it: "owner" (migrations and provisioning only) or "shared_service"."""

    class Meta:
        abstract = True


def pooled_key(to: str, **kwargs: Any) -> models.ForeignKey:
    """A relation from a private table to the shared schema: no database key, no cascade, no way back (ADR 0003)."""
    kwargs.setdefault("db_index", False)
    return models.ForeignKey(to, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+", **kwargs)
