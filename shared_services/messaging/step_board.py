"""The steps of a long job of the owner, shown while the work is still uncommitted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import models

from .causes import cause_to_keep


class StepBoard:
    """Writes the steps on a connection of its own, so that they are seen before the work is committed.

    The model's rows are the steps: status, started_at, ended_at, cause; `of` names the job that they belong to.
    """

    def __init__(self, beside: psycopg.Connection, model: type[models.Model], **of: Any) -> None:
        self.beside = beside
        self.table = model._meta.db_table
        ((self.column, self.of),) = of.items()

    def clear(self) -> None:
        """Every step waits again: what an attempt before this one did was taken back."""
        self._set("status = 'waiting', started_at = NULL, ended_at = NULL, cause = ''", [], "")

    @contextmanager
    def step(self, key: str) -> Iterator[None]:
        self._set("status = 'running', started_at = now()", [], key)
        try:
            yield
        except Exception as error:
            self._set("status = 'failed', ended_at = now(), cause = %s", [cause_to_keep(error)[:300]], key)
            raise
        self._set("status = 'done', ended_at = now()", [], key)

    def _set(self, change: str, values: list[str], key: str) -> None:
        self.beside.execute(
            f"UPDATE public.{self.table} SET {change} WHERE {self.column} = %s AND (key = %s OR %s = '')",
            [*values, self.of, key, key],
        )
