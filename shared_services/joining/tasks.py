"""The queue's way in to joining."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from shared_services.messaging import registry
from shared_services.messaging.tasks import council_task

from . import mail
from .models import Application, Link
from .services import admission, opening

FORGET_UNCONFIRMED = timedelta(days=7)


@council_task(queue=registry.NOTICES)
def send_link(link_id: UUID) -> None:
    """Mail a link. Sent twice, its reader has two mails and the later link works."""
    link = Link.objects.usable().select_related("application__registered").filter(pk=link_id).first()
    if link is not None:
        mail.send_link(link)


@council_task(queue=registry.NOTICES)
def tell_applicant(application_id: UUID) -> None:
    """Tell the applicant what became of the application. Sent twice, the applicant has two mails."""
    mail.tell_applicant(Application.objects.select_related("registered", "council").get(pk=application_id))


@council_task(queue=registry.OWNER, max_attempts=3, when_it_fails=opening.give_up, time_limit=300, soft_time_limit=240)
def open_council(application_id: UUID) -> None:
    """Open the room of an admitted council. Safe to run twice."""
    opening.open_council(application_id=application_id)


@council_task(from_schedule=True)
def count_votes() -> None:
    """Decide the applicants whose voting has a result. Safe to run twice."""
    admission.count_votes()


@council_task(from_schedule=True)
def forget_unconfirmed() -> None:
    """Nightly: remove applications whose address was never confirmed, with the name and address in them."""
    Application.objects.started_before(timezone.now() - FORGET_UNCONFIRMED).delete()
