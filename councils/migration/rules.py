"""Who may load what, and when a batch may go on."""

from __future__ import annotations

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may, may
from shared_services.govuk.words import counted
from shared_services.tenancy.errors import NotAllowed, Stale

from .choices import UNDER_WAY, BatchStatus
from .models import ControlTotal, ImportBatch
from .tables import Table, table_called

MAY_LOAD = ("migration.load_extracts", "migration.load_personal_data")


def may_load_something(actor: OfficerCard | None) -> bool:
    return any(may(actor, permission) for permission in MAY_LOAD)


def check_may_load_something(actor: OfficerCard | None) -> None:
    """The shell acts without an officer; everyone else needs the permission for extracts or for staff data."""
    if actor is not None and not may_load_something(actor):
        check_may(actor, MAY_LOAD[0])


def check_may_load(actor: OfficerCard | None, table: Table) -> None:
    """Staff data, officers, structure and budgets each ask for the permission of those who keep them."""
    if actor is not None:
        check_may(actor, table.permission)


def may_load_all(actor: OfficerCard, batch: ImportBatch) -> bool:
    return all(may(actor, table_called(one.table).permission) for one in batch.files.all() if one.table)


def check_version(batch: ImportBatch, version: int | None) -> None:
    if version is not None and batch.version != version:
        raise Stale


def check_quiet(batch: ImportBatch) -> None:
    if batch.status in UNDER_WAY:
        raise NotAllowed(f"{batch.reference} is {batch.get_status_display().lower()}. Wait until that is done.")


def check_open(batch: ImportBatch) -> None:
    """Before loading: files, columns, codes and totals may still change."""
    check_quiet(batch)
    if batch.status != BatchStatus.CHECKED:
        raise NotAllowed(f"{batch.reference} is {batch.get_status_display().lower()} and cannot be changed any more.")


def check_may_sign(actor: OfficerCard, batch: ImportBatch) -> None:
    """Two people: whoever brought the files does not sign for them."""
    check_may(actor, "migration.sign_off")
    check_quiet(batch)
    if batch.status not in (BatchStatus.CHECKED, BatchStatus.LOADED):
        raise NotAllowed(f"{batch.reference} is {batch.get_status_display().lower()}: there is nothing to sign.")
    if actor.pk in (batch.created_by_id, batch.loaded_by_id):
        raise NotAllowed("You brought these files. Somebody else must sign for them.", code="own_record")


def check_reconciled(batch: ImportBatch) -> None:
    totals = list(ControlTotal.objects.filter(file__batch=batch).select_related("file"))
    open_totals = [one for one in totals if not one.is_reconciled]
    if not totals:
        raise NotAllowed("There is nothing to sign: none of the files could be read.")
    if open_totals:
        first = open_totals[0]
        raise NotAllowed(
            f"{counted(len(open_totals), 'control total')} still to reconcile, beginning with {first.measure} of "
            f"{first.file.name}. Enter the figure of the legacy system, and explain any difference."
        )


def check_signed(actor: OfficerCard | None, batch: ImportBatch) -> None:
    """From the page a batch is loaded only when somebody else has signed its totals; the shell loads at once."""
    if actor is not None and batch.signed_by_id is None:
        raise NotAllowed("The control totals are not signed off. Ask a colleague to sign them first.")
