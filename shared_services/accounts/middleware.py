"""Who is acting in this request, and whether the second factor that the room asks for is in place."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from .second_factor import has_second_factor

SECOND_FACTOR_SEEN = "second_factor_seen"
"""Session key: this session was seen to have a second factor, so it is not looked up on every page."""

Next = Callable[[HttpRequest], HttpResponse]


class ActingOfficer:
    """Puts the officer's card on the request, or None.

    An account or card that is not active counts as signed out (RoomBackend.get_user), at its next request.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Without a session cookie this asks the database nothing.
        request.actor = request.user.card if request.user.is_authenticated else None  # type: ignore[attr-defined]
        return self.get_response(request)


class SecondFactorRequired:
    """Sends a signed-in officer without authenticator app or passkey to set one up, whatever page was asked for."""

    open_prefixes = (
        "/account/login/",
        "/account/logout/",
        "/account/inactive/",
        "/account/reauthenticate/",
        "/account/password/",
        "/account/single-sign-on/",
        "/account/second-factor/",
        "/accessibility/",
        "/cookies/",
        "/help/",
        "/room.css",
        "/static/",
    )
    """What sets the second factor up, and pages that say nothing of anyone. Officers and tokens are not among them."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SECOND_FACTOR_REQUIRED and self._must_set_up(request):
            if request.path.startswith("/api/"):
                return JsonResponse(
                    {
                        "type": "about:blank",
                        "title": "Set up a second factor first",
                        "status": 403,
                        "code": "second_factor_missing",
                    },
                    status=403,
                    content_type="application/problem+json",
                )
            return redirect("accounts:set_up_second_factor")
        return self.get_response(request)

    def _must_set_up(self, request: HttpRequest) -> bool:
        if request.path.startswith(self.open_prefixes) or not request.session.session_key:
            return False
        if not request.user.is_authenticated or request.session.get(SECOND_FACTOR_SEEN):
            return False
        if has_second_factor(request.user):
            request.session[SECOND_FACTOR_SEEN] = True
            return False
        return True
