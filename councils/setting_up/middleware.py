"""A council's portal answers only to the networks that the council allows."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from shared_services.tenancy.door import current_council

from . import networks

FROM_ANYWHERE = "/scim/"
"""The identity provider calls from its own network; its key alone lets it in."""


class AllowedNetworks:
    """Refuses requests from elsewhere, before anybody is signed in. The shared service's host keeps no list."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not current_council().is_shared_service and not request.path.startswith(FROM_ANYWHERE):
            allowed = networks.allowed_networks()
            if allowed and not networks.is_allowed(get_adapter(request).get_client_ip(request), allowed):
                return _refused(request)
        return self.get_response(request)


def _refused(request: HttpRequest) -> HttpResponse:
    title = "You cannot use this portal from here"
    if request.path.startswith("/api/"):
        problem = {"type": "about:blank", "title": title, "status": 403, "code": "network"}
        return JsonResponse(problem, status=403, content_type="application/problem+json")
    page = render_to_string(
        "pages/councils/setting_up/other_network.html", {"title": title, "council": current_council()}
    )
    return HttpResponse(page, status=403)
