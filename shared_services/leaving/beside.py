"""Saying how far a long look has come while it is still under way."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

from django.db import connection

from shared_services.tenancy.door import current_council, inside_council


class BesideTheLook:
    """Writes in the room that is open on a second connection, each time in a transaction of its own.

    The look itself is a transaction that cannot write. A connection belongs to a thread, so the second has one.
    """

    def __enter__(self) -> Self:
        self._room = current_council()
        self._thread = ThreadPoolExecutor(max_workers=1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.submit(_close_own_connection).result()
        self._thread.shutdown()

    def do(self, work: Callable[[], Any]) -> Any:
        return self._thread.submit(self._inside, work).result()

    def _inside(self, work: Callable[[], Any]) -> Any:
        with inside_council(self._room):
            return work()


def _close_own_connection() -> None:
    connection.close()
