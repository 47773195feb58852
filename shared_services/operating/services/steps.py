"""The steps of each kind of operation, as people watch them."""

from __future__ import annotations

from shared_services.messaging.live_steps import lay_out

from ..choices import Kind
from ..models import Operation, OperationStep

BACK_UP = (
    ("tables", "Write the council’s private tables to a file"),
    ("shared", "Write its own rows of the shared tables"),
    ("files", "Keep its files"),
    ("count", "Count and hash every table"),
)
STEPS: dict[str, tuple[tuple[str, str], ...]] = {
    Kind.BACK_UP: (*BACK_UP, ("tidy", "Remove backups that are too old")),
    Kind.DRILL: (
        ("check", "Check the hashes of the latest backup"),
        ("restore", "Restore it into an empty database beside"),
        ("compare", "Compare every table with what the backup recorded"),
        ("build", "Compare how its tables are built with those of a new council"),
    ),
    Kind.RESTORE: (
        ("check", "Check the hashes of the backup"),
        *BACK_UP,
        ("replace", "Put the tables of the backup in the place of the present ones"),
        ("audit", "Carry over the audit record, which is never set back"),
        ("compare", "Compare every table with what the backup recorded"),
        ("build", "Compare how its tables are built with those of a new council"),
        ("record", "Write it down and open the portal again"),
    ),
    Kind.CLONE: (
        ("room", "Make a portal of its own"),
        ("cards", "Copy the officers without their names"),
        ("tables", "Copy the private tables, personal data masked"),
        ("compare", "Compare how many rows each table has"),
        ("administrator", "Add whoever agreed as its administrator"),
    ),
    Kind.TRY_MERGER: (
        ("try", "Take the records over on trial, and take it all back"),
        ("record", "Write in both portals what would happen"),
    ),
    Kind.MERGE: (
        ("archive", "Write an archive of everything of the predecessor"),
        ("take", "Take the records over"),
        ("compare", "Compare counts and sums before and after"),
        ("files", "Copy the files of what was taken over"),
        ("record", "Write it down in both portals and close the predecessor’s"),
    ),
    Kind.UNMERGE: (
        ("check", "Check that nobody has worked with what was taken over"),
        ("remove", "Remove it from the successor’s portal"),
        ("record", "Write it down in both portals and open the predecessor’s"),
    ),
    Kind.REMOVE: (
        ("shared", "Remove its own shared rows that concern nobody else"),
        ("room", "Remove its records and its database login"),
        ("register", "Enter in the register that it has left"),
        ("files", "Remove its files and backups"),
    ),
}


def lay_out_steps(operation: Operation) -> None:
    """Every step waits. Part of the caller's transaction, in the shared service's room."""
    lay_out(OperationStep, STEPS.get(operation.kind, ()), parts=operation.parts, operation=operation)
