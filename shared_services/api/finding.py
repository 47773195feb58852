"""Finding a token with its account and card: asked with every request, so the statement is put together once."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import connection, models
from django.utils import timezone

from .models import ApiToken


@cache
def _statement() -> tuple[str, tuple[Any, ...]]:
    """The SQL and the models whose columns it reads, in order. Compiling the same query anew costs more than asking it."""
    account: Any = ApiToken._meta.get_field("account").related_model
    card: Any = account._meta.get_field("card").related_model
    parts = (ApiToken, account, card)
    columns = [
        f"{alias}.{connection.ops.quote_name(str(field.column))}"
        for alias, model in zip("tac", parts, strict=True)
        for field in model._meta.concrete_fields
    ]
    sql = (
        f"SELECT {', '.join(columns)} FROM {ApiToken._meta.db_table} t"
        f" JOIN {account._meta.db_table} a ON a.id = t.account_id"
        f" JOIN {card._meta.db_table} c ON c.id = a.card_id"
        " WHERE t.secret_hash = %s AND t.revoked_at IS NULL AND t.expires_at > %s"
    )
    return sql, parts


def find_token(secret_hash: str) -> ApiToken | None:
    """The usable token with this hash, its account and the officer's card, in one query; None when there is none."""
    sql, (_, account_model, card_model) = _statement()
    with connection.cursor() as cursor:
        cursor.execute(sql, [secret_hash, timezone.now()])
        row = cursor.fetchone()
    if row is None:
        return None
    token, at = _take(ApiToken, row, 0)
    account, at = _take(account_model, row, at)
    card, _ = _take(card_model, row, at)
    account.card = card
    token.account = account
    return token


def _take(model: type[models.Model], row: Any, start: int) -> tuple[Any, int]:
    names = _names(model)
    end = start + len(names)
    return model.from_db(connection.alias, names, row[start:end]), end


@cache
def _names(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields)
