"""A council applies: its officer's address is confirmed, the application is filled in and sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from shared_services.audit.services import record
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER, Council, RegisteredCouncil
from shared_services.tenancy.references import next_reference

from .. import rules
from ..agreements import agreements_for
from ..choices import NamedRole, Purpose, Status
from ..models import Application, Link, NamedOfficer, Signature
from ..rules import Person
from .links import make_link, use_link

PORTAL_FIELDS = (
    "display_name", "short_name", "slug", "colour", "contact_email", "bank_holiday_division", "leave_year_start_month",
)  # fmt: skip


@transaction.atomic
def start_application(*, registered: RegisteredCouncil, work_name: str, work_email: str) -> None:
    """Send an officer the link that proves the mailbox. Says nothing about other applications: the mail does.

    Raises NotAllowed for a council that cannot join and for an address that is not at its domain.
    """
    work_email = work_email.lower()
    rules.check_name(work_name)
    rules.check_may_apply(registered)
    rules.check_email_is_the_councils(registered, work_email)
    _close_application_of_before(registered)
    mine = Application.objects.under_way().filter(registered=registered, applicant_email=work_email).first()
    if mine is not None:
        make_link(application=mine, purpose=Purpose.RETURN, work_name=work_name, work_email=work_email)
        return
    application = Application.objects.filter(
        owner_id=SHARED_SERVICE_NUMBER, registered=registered, applicant_email=work_email, status=Status.STARTED
    ).first()
    if application is None:
        application = Application(
            owner_id=SHARED_SERVICE_NUMBER, registered=registered, applicant_name=work_name, applicant_email=work_email,
            reference=next_reference("JOIN", timezone.localdate().year),
        )  # fmt: skip
        application.save(force_insert=True)
    make_link(application=application, purpose=Purpose.CONFIRM, work_name=work_name, work_email=work_email)


def _close_application_of_before(registered: RegisteredCouncil) -> None:
    """A council that joined and left applies anew; what it agreed to the first time stays as it was."""
    Application.objects.filter(
        owner_id=SHARED_SERVICE_NUMBER, registered=registered, status=Status.JOINED, council__state=Council.State.ENDED
    ).update(status=Status.LEFT)


@transaction.atomic
def enter_by_link(*, secret: str) -> Application:
    """Open an application with a mailed link, which is used up; the first one confirms the applicant's address.

    Raises LinkIsDead, and NotAllowed when a colleague's application for the same council is under way.
    """
    link = use_link(secret, purposes=(Purpose.CONFIRM, Purpose.RETURN))
    application = Application.objects.select_for_update(of=("self",)).get(pk=link.application_id)
    if application.status == Status.STARTED:
        rules.check_may_apply(link.application.registered)
        _confirm(application)
    return application


def _confirm(application: Application) -> None:
    application.status = Status.OPEN
    try:
        with transaction.atomic():
            application.save(update_fields=["status"])
    except IntegrityError:
        raise NotAllowed(already_applied(application), code="second_application") from None
    record(None, "joining.application.confirmed", application, council=application.registered_id)


def already_applied(application: Application) -> str:
    """The refusal of a second application. Shown only to somebody who reads a mailbox of that council."""
    first = (
        Application.objects.under_way()
        .filter(registered_id=application.registered_id)
        .exclude(pk=application.pk)
        .first()
    )
    whom = f" by {first.applicant_name}" if first else ""
    return (
        f"An application for {application.registered.name} is already under way, started{whom}. "
        "A council applies once. Ask your colleague to name you in it."
    )


@transaction.atomic
def send_return_link(*, work_email: str) -> None:
    """Mail a link back to the application of this address, if there is one. The page says the same either way."""
    work_email = work_email.lower()
    found = Application.objects.filter(
        owner_id=SHARED_SERVICE_NUMBER, applicant_email=work_email, status__in=[Status.OPEN, *rules.SUBMITTED]
    )
    for application in found.order_by("-started_at")[:3]:
        make_link(
            application=application, purpose=Purpose.RETURN, work_name=application.applicant_name,
            work_email=application.applicant_email,
        )  # fmt: skip


@transaction.atomic
def name_officers(*, application_id: UUID, version: int | None, people: Mapping[str, Person]) -> Application:
    """Keep who signs, who answers for data and who sets the portal up."""
    application = _locked(application_id, version)
    if wrong := rules.check_people(application.registered, people):
        raise NotAllowed(" ".join(f"{reason.rstrip('.')}." for reason in dict.fromkeys(wrong.values())))
    for role, person in people.items():
        NamedOfficer.objects.update_or_create(
            owner_id=SHARED_SERVICE_NUMBER, application=application, role=role,
            defaults={"work_name": person.work_name, "work_email": person.work_email.lower()},
        )  # fmt: skip
    return _saved(application)


@transaction.atomic
def choose_services(*, application_id: UUID, version: int | None, services: list[str]) -> Application:
    application = _locked(application_id, version)
    application.services = sorted(services)
    return _saved(application, "services")


@transaction.atomic
def describe_portal(*, application_id: UUID, version: int | None, **portal: Any) -> Application:
    """Keep the portal's name, web name, colour, contact and calendar."""
    application = _locked(application_id, version)
    rules.check_web_name(portal["slug"], besides=application)
    rules.check_email_is_the_councils(application.registered, portal["contact_email"])
    for field in PORTAL_FIELDS:
        setattr(application, field, portal[field])
    return _saved(application, *PORTAL_FIELDS)


@transaction.atomic
def submit_application(*, application_id: UUID, version: int | None) -> Application:
    """Send a complete application: each officer who signs gets a link of his own. Sending it twice changes nothing."""
    application = Application.objects.select_for_update(of=("self",)).get(pk=application_id)
    if application.status in rules.SUBMITTED:
        return application
    rules.check_open(application)
    rules.check_version(application, version)
    rules.check_complete(application)
    rules.check_may_apply(application.registered)
    application.status = Status.SIGNING
    application.submitted_at = timezone.now()
    _saved(application, "status", "submitted_at")
    for officer in application.named_officers.all():
        _ask_to_sign(application, officer)
    record(None, "joining.application.submitted", application, services=application.services)
    return application


def _ask_to_sign(application: Application, officer: NamedOfficer) -> Link | None:
    if not agreements_for(officer.role):
        return None
    return make_link(
        application=application, purpose=Purpose.SIGN, role=officer.role, work_name=officer.work_name,
        work_email=officer.work_email,
    )  # fmt: skip


@transaction.atomic
def replace_signatory(*, application_id: UUID, role: str, person: Person) -> None:
    """Name another officer in a role that has not signed yet; the link that was mailed opens nothing any more."""
    application = Application.objects.select_for_update(of=("self",)).get(pk=application_id)
    if application.status != Status.SIGNING or Signature.objects.filter(application=application, role=role).exists():
        raise NotAllowed("The officer in this role has signed, so another can no longer be named.")
    people = {one.role: Person(one.work_name, one.work_email) for one in application.named_officers.all()}
    people[role] = Person(person.work_name, person.work_email.lower())
    if wrong := rules.check_people(application.registered, people):
        raise NotAllowed(next(iter(wrong.values())))
    Link.objects.usable().filter(application=application, role=role).update(expires_at=timezone.now())
    officer = application.named_officers.get(role=role)
    officer.work_name, officer.work_email = people[role].work_name, people[role].work_email
    officer.save(update_fields=["work_name", "work_email"])
    _ask_to_sign(application, officer)
    record(None, "joining.signatory.replaced", application, role=NamedRole(role).label)


@transaction.atomic
def remind_signatory(*, application_id: UUID, role: str) -> bool:
    """Mail the link to sign again. Gives False when the mailbox has had enough of them for this hour."""
    application = Application.objects.select_for_update(of=("self",)).get(pk=application_id)
    if application.status != Status.SIGNING or Signature.objects.filter(application=application, role=role).exists():
        raise NotAllowed("The officer in this role has signed, so no link is needed.")
    return _ask_to_sign(application, application.named_officers.get(role=role)) is not None


@transaction.atomic
def withdraw_application(*, application_id: UUID) -> Application:
    """Take an application back before the council is admitted. Its links open nothing any more."""
    application = Application.objects.select_for_update(of=("self",)).get(pk=application_id)
    if application.status == Status.WITHDRAWN:
        return application
    if application.status not in (Status.OPEN, Status.SIGNING, Status.VOTING):
        raise NotAllowed("The council has been admitted, so the application can no longer be withdrawn.")
    application.status, application.closed_at = Status.WITHDRAWN, timezone.now()
    _saved(application, "status", "closed_at")
    Link.objects.usable().filter(application=application).update(expires_at=timezone.now())
    record(None, "joining.application.withdrawn", application)
    return application


def _locked(application_id: UUID, version: int | None) -> Application:
    application = Application.objects.select_for_update(of=("self",)).get(pk=application_id)
    rules.check_open(application)
    rules.check_version(application, version)
    return application


def _saved(application: Application, *fields: str) -> Application:
    application.version += 1
    application.save(update_fields=[*fields, "version"])
    return application
