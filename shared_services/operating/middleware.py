"""Two watches at a council's door: a room that is closed, and the platform's team let in for a time."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string

from shared_services.audit.services import record
from shared_services.tenancy.door import current_council

from .services.access import READER, open_grant_of

Next = Callable[[HttpRequest], HttpResponse]
ADMINISTRATOR = "council_administrator"
TO_COME_IN = ("/account/", "/room.css", "/static/", "/help/", "/accessibility/", "/cookies/")
OWN_SIGN_IN = (
    "/account/login/", "/account/logout/", "/account/reauthenticate/", "/account/password/", "/account/second-factor/",
)  # fmt: skip
TITLE = re.compile(r"<title>(.*?)(?: – [^–<]*)?</title>", re.DOTALL)
SAFE = ("GET", "HEAD", "OPTIONS")


class ClosedRoom:
    """After its last day a council's administrators alone come in, to take away what is theirs; programs do not."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        council = current_council()
        if not council.is_closed or request.path.startswith(TO_COME_IN):
            return self.get_response(request)
        actor = getattr(request, "actor", None)
        if request.path.startswith(("/api/", "/scim/")) or (actor is not None and ADMINISTRATOR not in actor.roles):
            return _refused(request, "This portal is closed", "closed")
        return self.get_response(request)


class WatchedAccess:
    """Every page that the platform's team opens in a council's room is a line of the council's own record.

    Whoever was let in reads and changes nothing. When the time is over, or the council ends it, the next page is
    the sign-in page.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        actor = getattr(request, "actor", None)
        if actor is None or READER not in actor.roles:
            return self.get_response(request)
        grant = open_grant_of(actor)
        if grant is None:
            logout(request)
            return redirect("account_login")
        own = request.path.startswith(OWN_SIGN_IN)
        if not own and (request.method not in SAFE or request.path.startswith("/account/tokens/")):
            record(actor, "operating.change.refused", grant, page=request.path[:300])
            return _refused(request, "You are here to read only", "reading_only")
        response = self.get_response(request)
        if not own and not request.path.startswith(("/static/", "/room.css")):
            record(
                actor, "operating.page.viewed", grant, page=request.get_full_path()[:300], title=_title_of(response),
                status=response.status_code,
            )  # fmt: skip
        return response


def _title_of(response: HttpResponse) -> str:
    """The page's own title, without the council's name after it; for a file, that it is one."""
    if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
        return "A file or data of the page below"
    found = TITLE.search(response.content[:4096].decode(response.charset, "replace"))
    return unescape(found[1]).strip()[:200] if found else ""


def _refused(request: HttpRequest, title: str, code: str) -> HttpResponse:
    if request.path.startswith(("/api/", "/scim/")):
        problem = {"type": "about:blank", "title": title, "status": 403, "code": code}
        return JsonResponse(problem, status=403, content_type="application/problem+json")
    return HttpResponse(
        render_to_string(f"pages/shared_services/operating/{code}.html", {"title": title}, request), status=403
    )
