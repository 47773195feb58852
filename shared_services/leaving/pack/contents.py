"""What goes into a pack: each table of a council's room and of the shared schema, told from the models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models

from shared_services.tenancy import wall
from shared_services.tenancy.bases import PooledModel
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

PRIVATE, SHARED, SHOWN = "private", "shared", "shown"
"""A council's own room; its own rows of the shared schema; rows of the shared service that its own rows refer to."""

SAME_IN_EVERY_ROOM = "The same in every room of a release: provisioning puts it there."
NO_SIGN_INS = "What officers sign in with and their sessions: each sets a second factor up anew."
NOT_A_COUNCIL_S = "No council has rows here: they are all the shared service’s."
LIBRARIES_LEFT_OUT = {
    "contenttypes.ContentType": SAME_IN_EVERY_ROOM,
    "auth.Permission": SAME_IN_EVERY_ROOM,
    "auth.Group": "Unused: what officers may do follows from the roles on their cards.",
    "auth.Group_permissions": "Unused: what officers may do follows from the roles on their cards.",
    "sessions.Session": NO_SIGN_INS,
    "usersessions.UserSession": NO_SIGN_INS,
    "mfa.Authenticator": NO_SIGN_INS,
    "account.EmailConfirmation": NO_SIGN_INS,
    "socialaccount.SocialToken": NO_SIGN_INS,
    "socialaccount.SocialApp": "Holds the identity provider’s secret: single sign-on is set up anew, with a new one.",
}
"""Tables of libraries of which no row is in a pack, each with the reason. Our own models say so themselves."""


@dataclass(frozen=True)
class PackedTable:
    """One file of rows in a pack, and the table that they come from and go to."""

    model: type[models.Model]
    part: str

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def path(self) -> str:
        return f"data/{self.part}/{self.table}.jsonl"

    @property
    def schema_path(self) -> str:
        return f"data/{self.part}/{self.table}.schema.json"

    @property
    def key(self) -> str:
        return str(self.model._meta.pk.column)  # type: ignore[union-attr]

    @property
    def fields(self) -> list[Any]:
        """The columns that are in the file, in the model's order."""
        hidden = hidden_columns(self.model)
        return [field for field in self.model._meta.concrete_fields if field.column and field.column not in hidden]

    @property
    def only_read(self) -> str:
        return str(getattr(self.model, "only_read_in_packs", ""))


def why_left_out(model: type[models.Model]) -> str:
    """Why no row of a model is in a pack; empty when its rows are."""
    if getattr(model, "shared_service_only", False):
        return NOT_A_COUNCIL_S
    own = getattr(model, "left_out_of_packs", "")
    return str(own or LIBRARIES_LEFT_OUT.get(model._meta.label, ""))


def hidden_columns(model: type[models.Model]) -> dict[str, tuple[str, str]]:
    """Columns that are not in a pack: why, and the SQL of what is loaded instead."""
    return dict(getattr(model, "columns_left_out_of_packs", {}))


def every_model() -> list[type[models.Model]]:
    """Each model with rows of a council: private and pooled, in the order of the apps."""
    return [*(model for model in wall.private_models() if model._meta.managed), *wall.pooled_models()]


def packed_models() -> list[type[models.Model]]:
    return [model for model in every_model() if not why_left_out(model)]


def _pooled() -> list[type[models.Model]]:
    return [model for model in packed_models() if issubclass(model, PooledModel)]


def packed_tables() -> list[PackedTable]:
    """The files of rows, in an order in which a row comes after those that it refers to."""
    private = [model for model in packed_models() if not issubclass(model, PooledModel)]
    pooled = _pooled()
    tables = [PackedTable(model, PRIVATE) for model in in_order(private)]
    for model in in_order(pooled):
        if _referrers(model, pooled) or keys_to_itself(model):
            tables.append(PackedTable(model, SHOWN))
        tables.append(PackedTable(model, SHARED))
    return tables


def keys_of(model: type[models.Model]) -> list[Any]:
    """The foreign keys that the database holds a model to, the owner of a shared row aside."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and getattr(field, "db_constraint", True) and field.name != "owner"
    ]


def keys_to_itself(model: type[models.Model]) -> list[Any]:
    return [key for key in keys_of(model) if key.related_model is model]


def council_keys(model: type[models.Model]) -> list[Any]:
    """Foreign keys to the register of councils, whose numbers are another install's after loading."""
    return [key for key in keys_of(model) if key.related_model._meta.label == "tenancy.Council"]


def in_order(some: list[type[models.Model]]) -> list[type[models.Model]]:
    """Parents before children. Two tables that point at each other stay in their own order: keys are checked at the end."""
    placed: list[type[models.Model]] = []
    open_: set[type[models.Model]] = set()

    def place(model: type[models.Model]) -> None:
        if model in placed or model in open_:
            return
        open_.add(model)
        for key in keys_of(model):
            if key.related_model in some:
                place(key.related_model)
        placed.append(model)

    for model in some:
        place(model)
    return placed


def _referrers(model: type[models.Model], pooled: list[type[models.Model]]) -> list[tuple[type[models.Model], Any]]:
    return [
        (other, key) for other in pooled if other is not model for key in keys_of(other) if key.related_model is model
    ]


def shown_rows_sql(council: int) -> str:
    """WITH parts, one a table: the shared service's rows to which rows of the council refer, directly or by such a row."""
    pooled = _pooled()
    parts: dict[str, str] = {}
    for model in reversed(in_order(pooled)):
        wanted = []
        for other, key in [*_referrers(model, pooled), *((model, key) for key in keys_to_itself(model))]:
            table, column = other._meta.db_table, key.column
            wanted.append(f'SELECT "{column}" FROM public."{table}" WHERE owner_id = {council}')
            if table in parts:
                wanted.append(f'SELECT "{column}" FROM shown_{table}')
        if wanted:
            table = model._meta.db_table
            parts[table] = (
                f'shown_{table} AS (SELECT * FROM public."{table}" WHERE owner_id = {SHARED_SERVICE_NUMBER}'
                f" AND id IN ({' UNION '.join(wanted)}))"
            )
    return f"WITH {', '.join(parts.values())}"


def rows_sql(table: PackedTable, council: int) -> str:
    """The rows of a file, one JSON object each, in the order of their keys."""
    columns = ", ".join(f'"{field.column}"' for field in table.fields)
    before = ""
    if table.part == PRIVATE:
        source = f'"{table.table}"'
    elif table.part == SHARED:
        source = f'public."{table.table}" WHERE owner_id = {council}'
    else:
        before, source = f"{shown_rows_sql(council)} ", f"shown_{table.table}"
    return f'{before}SELECT row_to_json(r) FROM (SELECT {columns} FROM {source} ORDER BY "{table.key}") r'


def left_out() -> list[dict[str, str]]:
    """What is not in a pack, with the reason, as the manifest says it."""
    tables = [
        {"table": model._meta.db_table, "reason": why_left_out(model)} for model in every_model() if why_left_out(model)
    ]
    columns = [
        {"table": model._meta.db_table, "column": name, "reason": reason}
        for model in packed_models()
        for name, (reason, _) in hidden_columns(model).items()
    ]
    return tables + columns
