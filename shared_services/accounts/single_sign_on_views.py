"""To the identity provider of the room, and back. Whatever goes wrong there is said on a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.http import HttpRequest, HttpResponse

from shared_services.access.permissions import PUBLIC
from shared_services.govuk.views import GuardedView
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed

from .limits import TooMany, count_use
from .single_sign_on import refuse

PER_VISITOR, PER_ROOM = 120, 1200
"""Ways to the provider and back within a minute: an office behind one address signs in, and nobody floods the provider."""
AWAY = (requests.RequestException, NotAllowed, ValueError, KeyError)
"""The provider does not answer, may not be asked, or answers with something else than its configuration."""


class ToProvider(GuardedView):
    """Send the browser to the identity provider."""

    permission = PUBLIC

    def get(self, request: HttpRequest, provider_id: str) -> HttpResponse:
        return _or_why_not(request, lambda: openid_connect.login(request, provider_id))


class FromProvider(GuardedView):
    """The identity provider has sent the browser back."""

    permission = PUBLIC

    def get(self, request: HttpRequest, provider_id: str) -> HttpResponse:
        return _or_why_not(request, lambda: openid_connect.callback(request, provider_id))


def count_trip(request: HttpRequest) -> None:
    """Anybody may open these addresses, and each makes work here or at the provider: not without end. Raises TooMany."""
    count_use(request, "single_sign_on", times=PER_VISITOR, seconds=60)
    count_use(request, "single_sign_on", times=PER_ROOM, seconds=60, key=f"room {current_council().number}")


def _or_why_not(request: HttpRequest, go: Callable[[], Any]) -> Any:
    try:
        count_trip(request)
    except TooMany as refusal:
        return refuse(request, refusal.message, status=refusal.status)
    try:
        return go()
    except AWAY as fault:
        try:
            get_adapter().on_authentication_error(request, None, exception=fault)
        except ImmediateHttpResponse as page:
            return page.response
