"""The emails of notices. They say that something waits, its kind and its reference: no name, no title, no amount.

Whatever else there is to know stands behind a link that asks for signing in.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from shared_services.accounts.addresses import absolute_address
from shared_services.accounts.models import Account
from shared_services.govuk.words import counted
from shared_services.tenancy.door import current_council

from .models import Notice

MOST_LINES = 50
"""An email lists so many at most; the portal lists all."""


def send(account: Account, notices: Sequence[Notice], *, key: UUID, daily: bool = False) -> None:
    """One email about these notices. `key` names the email, so that one sent again after a fault is known as the same.

    Raises whatever the mail server answers with: the job that asked tries again.
    """
    council = current_council()
    waiting = counted(len(notices), "notice")
    what = f"{waiting} today" if daily else str(notices[0]) if len(notices) == 1 else waiting
    text = render_to_string(
        "emails/notices/notices.txt",
        {
            "council": council,
            "lines": [str(notice) for notice in notices[:MOST_LINES]],
            "more": max(0, len(notices) - MOST_LINES),
            "daily": daily,
            "link": absolute_address(notices[0].get_absolute_url() if len(notices) == 1 else reverse("notices:list")),
            "preferences_link": absolute_address(reverse("notices:preferences")),
        },
    )
    EmailMessage(
        subject=f"{council.short_name}: {what}",
        body=text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[account.email],
        headers={"Message-ID": f"<{key}@{council.host}>", "Auto-Submitted": "auto-generated"},
    ).send()
