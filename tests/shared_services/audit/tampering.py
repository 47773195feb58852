"""What somebody with the schema owner's rights could do to a room's record."""

from __future__ import annotations

from contextlib import contextmanager

from shared_services.audit.services import record
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.owner import owner_connection

LINES = 12


def write_lines(council, count: int = LINES) -> None:
    with inside_council(council):
        for number in range(count):
            record(None, "tests.thing.done", ("thing", number), note=f"Note {number}", amount=f"{number}.50")


@contextmanager
def as_owner():
    """The owner, with the room's triggers off: nothing of the portal stands in the way."""
    from django.conf import settings

    with owner_connection(settings.DATABASES["default"]["NAME"]) as owner:
        owner.execute("SET session_replication_role = replica")
        yield owner


def tamper(council, statement: str) -> None:
    with as_owner() as owner:
        owner.execute(f"SET search_path = {council.key}")
        done = owner.execute(statement)
        assert done.rowcount, f"touched nothing: {statement}"
