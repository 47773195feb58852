"""Notices, and the mails that go with them, of what waits for a council's word and of what it said."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.urls import reverse

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import roles_granting
from shared_services.notices.services import close_page, notify
from shared_services.tenancy.door import current_council

from ..models import Operation
from ..rules import MAY_ANSWER, MAY_OPERATE

CONSENT_ASKED = "consent_asked"


def tell_who_may_answer(operation: Operation) -> None:
    """In the council's room: its administrators and its section 151 officer. Part of a job."""
    title = operation.get_kind_display()
    notify(cards=_holders(MAY_ANSWER), kind=CONSENT_ASKED, url=_own_address(operation.pk), title=title)


def settle_notices(operation_id: UUID) -> None:
    """In the council's room: answered by a colleague or not asked any longer, so nobody is told that it waits. Part of a job."""
    close_page(kind=CONSENT_ASKED, url=_own_address(operation_id))


def tell_who_asked(operation: Operation) -> None:
    """In the shared service's room: the platform's operators. Part of a job."""
    # A job has no host of its own to say whose addresses count.
    url = reverse("operations:show_operation", urlconf=settings.SHARED_SERVICE_URLCONF, args=[operation.pk])
    notify(cards=_holders(MAY_OPERATE), kind="consent_answered", url=url, title=str(operation))


def _own_address(operation_id: UUID) -> str:
    # A job has no host of its own to say whose addresses count.
    return reverse("platform_team:show_operation", urlconf=settings.ROOT_URLCONF, args=[operation_id])


def _holders(permission: str) -> list:
    own = OfficerCard.objects.of_council(current_council().number).active()
    return list(own.holding_any(list(roles_granting(permission))).values_list("pk", flat=True))
