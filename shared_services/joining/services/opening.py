"""Opening the room of a council that was admitted: all of it in one transaction, shown step by step.

The whole room, from its database login to its first administrator, becomes visible with one commit. Whatever stops
the work before, a killed process too, leaves nothing behind, and the same job begins afresh.
"""

from __future__ import annotations

import string
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.accounts.services import create_officer
from shared_services.audit.services import record
from shared_services.messaging.causes import cause_of
from shared_services.messaging.live_steps import lay_out
from shared_services.messaging.outbox import enqueue
from shared_services.messaging.step_board import StepBoard
from shared_services.tenancy import directory
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER, Council, CouncilHost, RegisteredCouncil
from shared_services.tenancy.owner import owner_connection
from shared_services.tenancy.provisioning import create_room_within, load_first_rows, next_number

from ..choices import NamedRole, Status
from ..models import Application, NamedOfficer, OpeningStep
from ..preparing import RoomChoices, prepare_room

STEPS = (
    ("register", "Enter the council in the register"),
    ("room", "Create its portal and database login"),
    ("lists", "Fill in the code lists that every council starts with"),
    ("choices", "Set its calendar and contact"),
    ("administrator", "Add the first administrator"),
    ("host", "Open its web address"),
)


def ask_for_opening(application: Application) -> None:
    """Promise the job, with every step waiting. Part of the caller's transaction, in the shared service's room."""
    lay_out(OpeningStep, STEPS, application=application)
    enqueue("joining.open_council", once=f"joining.open:{application.pk}", application_id=application.pk)


@transaction.atomic
def open_again(*, actor: OfficerCard | None, application_id: UUID) -> Application:
    """Try again after the opening failed for good: the partnership administrator may, and the applicant himself."""
    if actor is not None:
        check_may(actor, "joining.manage_admission")
    application = Application.objects.select_for_update(of=("self",)).get(pk=application_id)
    if application.status in (Status.ADMITTED, Status.JOINED):
        return application
    if application.status != Status.FAILED:
        raise NotAllowed("This council has not been admitted, so its portal cannot be set up.")
    application.status = Status.ADMITTED
    application.save(update_fields=["status"])
    record(actor, "joining.opening.retried", application)
    ask_for_opening(application)
    return application


def open_council(*, application_id: UUID) -> None:
    """Open the room of an admitted council, as the schema's owner. Running it again changes nothing once it stands."""
    transaction.get_connection().set_schema_to_public()  # type: ignore[attr-defined]
    with owner_connection() as beside, transaction.atomic():
        # The owner sees every room's rows, and only the shared service's own are applications.
        ours = Application.objects.filter(owner_id=SHARED_SERVICE_NUMBER).select_related("registered")
        application = ours.select_for_update(of=("self",)).get(pk=application_id)
        if application.status not in (Status.ADMITTED, Status.FAILED):
            return
        board = StepBoard(beside, OpeningStep, application_id=application_id)
        board.clear()
        administrator = application.named_officers.get(role=NamedRole.ADMINISTRATOR)
        with board.step("register"):
            council = _register(application)
        with board.step("room"):
            create_room_within(council.schema_name)
        directory.forget()
        with board.step("lists"):
            load_first_rows(council)
        with inside_council(council):
            with board.step("choices"):
                prepare_room(_choices_of(application))
            with board.step("administrator"):
                _add_administrator(administrator)
            record(None, "joining.council.opened", ("tenancy.council", council.number), reference=application.reference)
        with board.step("host"):
            CouncilHost.objects.create(domain=f"{council.slug}.{settings.BASE_HOST}", tenant=council, is_primary=True)
        with inside_council(SHARED_SERVICE_NUMBER):
            _close(application, council)
    directory.forget()


def _register(application: Application) -> Council:
    registered = application.registered
    number, code = next_number(), _code_for(registered)
    _free_entry(registered)
    return Council.objects.create(
        number=number, schema_name=f"c{number:04d}", registered=registered, name=application.display_name,
        short_name=application.short_name, slug=application.slug, code=code,
        domain=registered.website_domain, colour=application.colour, joined_on=timezone.localdate(),
    )  # fmt: skip


def _free_entry(registered: RegisteredCouncil) -> None:
    """Of a council that joined before and left: its entry in the register and its web name are the new room's.

    The old number, its code and what is shared under them stay its own: they are history.
    """
    for gone in Council.objects.filter(registered=registered, state=Council.State.ENDED):
        gone.registered, gone.slug = None, f"left-{gone.number}"
        gone.save(update_fields=["registered", "slug"])


def _code_for(registered: RegisteredCouncil) -> str:
    """The letters that references begin with. One that was used before is not used again, or a reference would name two records."""
    used = set(Council.objects.values_list("code", flat=True))
    if registered.council_code not in used:
        return registered.council_code
    used |= set(RegisteredCouncil.objects.values_list("council_code", flat=True))
    found = (f"{registered.council_code[:3]}{letter}" for letter in string.ascii_uppercase)
    return next(code for code in found if code not in used)


def _choices_of(application: Application) -> RoomChoices:
    return RoomChoices(
        contact_email=application.contact_email,
        bank_holiday_division=application.bank_holiday_division,
        leave_year_start_month=application.leave_year_start_month,
        services=tuple(application.services),
    )


def _add_administrator(named: NamedOfficer) -> None:
    create_officer(
        actor=None, work_name=named.work_name, work_email=named.work_email, job_title="Portal administrator",
        roles=["council_administrator"],
    )  # fmt: skip


def _close(application: Application, council: Council) -> None:
    application.status, application.council, application.closed_at = Status.JOINED, council, timezone.now()
    application.version += 1
    application.save(update_fields=["status", "council", "closed_at", "version"])
    record(None, "joining.council.joined", application, council=council.number)
    enqueue("joining.tell_applicant", once=f"joining.tell:{application.pk}", application_id=application.pk)


@transaction.atomic
def give_up(*, application_id: UUID, error: Exception, final: bool) -> None:
    """After a failed attempt, in the shared service's room: say so, and after the last one wait for a person."""
    application = Application.objects.select_for_update(of=("self",)).filter(pk=application_id).first()
    if application is None or not final or application.status != Status.ADMITTED:
        return
    application.status = Status.FAILED
    application.save(update_fields=["status"])
    record(None, "joining.opening.failed", application, cause=cause_of(error))
