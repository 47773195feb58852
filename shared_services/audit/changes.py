"""Old and new values of a change, ready for the record: plain, short, and never a secret."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import models

SECRET = ("password", "secret", "token", "passkey", "recovery", "session_key", "private_key")
"""Parts of names whose values are never written down: the record then says only that they changed."""
HIDDEN = "(not written down)"
LONGEST_TEXT = 500


def values_of(record: models.Model, fields: Iterable[str]) -> dict[str, Any]:
    """What a record has in these fields now: taken before a change, for `changes_between` after it."""
    return {name: getattr(record, name) for name in fields}


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any] | models.Model) -> dict[str, list[Any]]:
    """{field: [old, new]} of what differs. `after` may be the record itself, for the fields that `before` names."""
    now = values_of(after, before) if isinstance(after, models.Model) else after
    names = [*before, *(name for name in now if name not in before)]
    return clean({name: [before.get(name), now.get(name)] for name in names if before.get(name) != now.get(name)})


def clean(changes: Mapping[str, Iterable[Any]]) -> dict[str, list[Any]]:
    """The same changes with secrets hidden, long text cut and records named."""
    return {
        name: [HIDDEN, HIDDEN] if is_secret(name) else [_plain(value) for value in pair]
        for name, pair in changes.items()
    }


def is_secret(name: str) -> bool:
    return any(part in name.lower() for part in SECRET)


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return str(value)[:LONGEST_TEXT]
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT else f"{value[:LONGEST_TEXT]}…"
    if isinstance(value, set | frozenset | tuple | list):
        return [_plain(one) for one in value]
    return value
