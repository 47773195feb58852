"""The mails of joining: plain text, one purpose each, sent by the worker."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from shared_services.accounts.addresses import absolute_address
from shared_services.tenancy.door import current_council

from .agreements import agreements_for
from .choices import Purpose, Status
from .models import Application, Link
from .services.applying import already_applied
from .services.links import LIFETIMES, write_secret

SUBJECTS = {
    Purpose.CONFIRM: "Confirm your email address",
    Purpose.RETURN: "Come back to your application",
    Purpose.SIGN: "Read and sign for your council",
}
SHARED_URLS = settings.SHARED_SERVICE_URLCONF


def send_link(link: Link) -> None:
    """Write a fresh secret into a link and mail it to the one mailbox that it is for."""
    application = link.application
    colleague = Application.objects.under_way().filter(registered_id=application.registered_id)
    if link.purpose == Purpose.CONFIRM and colleague.exclude(pk=application.pk).exists():
        _send(link.work_email, "Your council has applied already", "already_applied", {
            "name": link.work_name, "reason": already_applied(application),
        })  # fmt: skip
        return
    secret = write_secret(link)
    name = "joining:sign" if link.purpose == Purpose.SIGN else "joining:open_link"
    days = LIFETIMES[Purpose(link.purpose)]
    _send(link.work_email, SUBJECTS[Purpose(link.purpose)], link.purpose, {
        "name": link.work_name,
        "council": application.registered.name,
        "role": link.get_role_display(),
        "agreements": [str(version) for version in agreements_for(link.role)],
        "applicant": application.applicant_name,
        "link": absolute_address(reverse(name, args=[secret], urlconf=SHARED_URLS)),
        "hours": int(days.total_seconds() // 3600),
        "days": days.days,
    })  # fmt: skip


def tell_applicant(application: Application) -> None:
    """Say that the portal is open, or that the council was not admitted."""
    council = application.council if application.status == Status.JOINED else None
    administrator = application.named_officers.filter(role="administrator").first()
    host = council.get_primary_domain().domain if council else ""
    _send(
        application.applicant_email,
        "Your council has joined" if council else "Your council was not admitted",
        "joined" if council else "not_admitted",
        {
            "name": application.applicant_name,
            "council": application.registered.name,
            "address": absolute_address("/").replace(current_council().host, host) if council else "",
            "administrator": administrator.work_name if administrator else "",
            "reason": application.closing_reason,
        },
    )


def _send(to: str, subject: str, template: str, context: dict[str, object]) -> None:
    text = render_to_string(f"emails/joining/{template}.txt", context)
    send_mail(f"Guildhall: {subject}", text, settings.DEFAULT_FROM_EMAIL, [to])
