"""What a service step of a process may do: operations that the councils' apps register under a name.

A diagram can only name an operation; it can never carry code. Operations run in the room of the case's
owner, in the transaction of the officer who acted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from shared_services.access.models import OfficerCard

    from .models import Case


@dataclass(frozen=True, slots=True)
class OperationContext:
    """What an operation is told: the case, who acted (None: the portal), and the declared variables."""

    case: Case
    actor: OfficerCard | None
    subject_id: UUID
    values: dict[str, Any]


class OperationFailed(Exception):
    """An operation could not be done, and nothing of it was. An error event with this code catches it.

    An operation raises it itself to name a code; any other error is wrapped in it with its kind as the code.
    """

    def __init__(self, message: str = "", *, code: str = "failed", cause: Exception | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.cause = cause or self


Operation = Callable[[OperationContext], "dict[str, Any] | None"]


@dataclass(frozen=True, slots=True)
class RegisteredOperation:
    name: str
    run: Operation
    permission: str | None
    summary: str


_registered: dict[str, RegisteredOperation] = {}


def operation(name: str, permission: str | None = None) -> Callable[[Operation], Operation]:
    """Register a function as the operation `name`; its return value, if any, updates the case's variables.

    Raising NotAllowed undoes the decision that led to it and is shown to the officer. With a `permission`,
    the officer who acts must hold it.
    """

    def register(function: Operation) -> Operation:
        known = _registered.get(name)
        if known is not None and known.run.__qualname__ != function.__qualname__:
            raise ValueError(f"Two operations are called {name}.")
        summary = (function.__doc__ or "").strip().split("\n")[0]
        _registered[name] = RegisteredOperation(name, function, permission, summary)
        return function

    return register


def find_operation(name: str) -> RegisteredOperation | None:
    return _registered.get(name)


def all_operations() -> list[RegisteredOperation]:
    """Every operation a diagram may name, by name."""
    return [_registered[name] for name in sorted(_registered)]
