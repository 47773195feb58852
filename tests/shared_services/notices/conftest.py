from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from shared_services.notices.models import Notice
from shared_services.notices.services import notify
from shared_services.tenancy.door import inside_council
from tests.receivers import MailServer, mail_server
from tests.shared_services.workflow.conftest import decide, submit, work_done

__all__ = ["decide", "submit", "work_done"]


@pytest.fixture
def post_office(settings) -> Iterator[MailServer]:
    """A real mail server, which the portal's SMTP backend speaks to."""
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", server.port, False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield server


@pytest.fixture
def told() -> Callable[..., list[Notice]]:
    """told(council, card) -> the officer's notices, oldest first."""

    def read(council, card) -> list[Notice]:
        with inside_council(council):
            return list(Notice.objects.of(card.pk).order_by("pk"))

    return read


@pytest.fixture
def tell() -> Callable[..., None]:
    """tell(council, card, kind, reference=...) -> writes a notice as a job does, with its email promised."""

    def write(council, *cards, kind="task_assigned", reference="NMR-REQ-2026-000001") -> None:
        with inside_council(council):
            notify(cards=[card.pk for card in cards], kind=kind, reference=reference, url="/inbox/")

    return write
