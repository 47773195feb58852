"""Notices, and the mails that go with them, of what waits for a council's word and of what it said."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import roles_granting
from shared_services.notices.services import notify
from shared_services.tenancy.door import current_council

from ..models import Operation
from ..rules import MAY_ANSWER, MAY_OPERATE


def tell_who_may_answer(operation: Operation) -> None:
    """In the council's room: its administrators and its section 151 officer. Part of a job."""
    url = reverse("platform_team:show_operation", args=[operation.pk])
    notify(cards=_holders(MAY_ANSWER), kind="consent_asked", url=url, title=operation.get_kind_display())


def tell_who_asked(operation: Operation) -> None:
    """In the shared service's room: the platform's operators. Part of a job."""
    # A job has no host of its own to say whose addresses count.
    url = reverse("operations:show_operation", urlconf=settings.SHARED_SERVICE_URLCONF, args=[operation.pk])
    notify(cards=_holders(MAY_OPERATE), kind="consent_answered", url=url, title=str(operation))


def _holders(permission: str) -> list:
    own = OfficerCard.objects.of_council(current_council().number).active()
    return list(own.holding_any(list(roles_granting(permission))).values_list("pk", flat=True))
