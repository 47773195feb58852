"""Error pages: what happened, what to do, and never a word about another council."""

from __future__ import annotations

import logging
import sys
from typing import Any

import redis.exceptions
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from shared_services.access.permissions import GRANTS, PERMISSIONS, Role, roles_for_room
from shared_services.tenancy.errors import NotAllowed

from .context_processors import council_or_none
from .refusals import MissingPermission

logger = logging.getLogger(__name__)

SERVER_AWAY = ("08", "57P", "53")
"""SQLSTATE classes: no connection, server stopping or starting, out of connections or disk."""
BUSY = ("40", "55P03", "57014")
"""SQLSTATE classes: deadlock or serialisation, lock not granted, took too long."""
RETRY_SECONDS = 15
SUSPENDED_RETRY_SECONDS = 60 * 60


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: which permission is missing, and who can give a role that has it."""
    permission = getattr(exception, "permission", None) if isinstance(exception, MissingPermission) else None
    context = {
        "title": "You do not have permission",
        "what": PERMISSIONS.get(permission or "", ""),
        "roles": [role.label for role in _roles_here() if permission in GRANTS.get(role.key, ())],
        "administrators": _administrators(),
    }
    return render(request, "errors/403.html", context, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404. On a host that names no room the page has no council, no navigation and no link."""
    if council_or_none() is None:
        return HttpResponse(render_to_string("errors/no_room.html", {"title": "Page not found"}), status=404)
    return render(request, "errors/404.html", {"title": "Page not found"}, status=404)


def suspended(request: HttpRequest, council: Any) -> HttpResponse:
    """503: the room is suspended, since when and by whom. Opens no room and asks the database nothing."""
    title = "This portal is suspended"
    if request.path.startswith("/api/") or "application/json" in request.headers.get("Accept", ""):
        problem = {"type": "about:blank", "title": title, "status": 503, "code": "suspended"}
        answer: HttpResponse = JsonResponse(problem, status=503, content_type="application/problem+json")
    else:
        context = {"title": title, "council": council, "contact": settings.PLATFORM_CONTACT}
        answer = HttpResponse(render_to_string("errors/suspended.html", context), status=503)
    answer["Retry-After"] = str(SUSPENDED_RETRY_SECONDS)
    answer["Cache-Control"] = "no-store"
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 when the fault is that a server is away. Touches neither database nor session."""
    fault = sys.exc_info()[1]
    page = page_for_fault(request, fault) if isinstance(fault, Exception) else None
    return page or _plain_page(request, "errors/500.html", "There is a problem with the service", 500)


def refused(request: HttpRequest, refusal: NotAllowed) -> HttpResponse:
    """409: a rule of the business refuses, with its reason and how to put it right."""
    return render(
        request, "errors/refused.html", {"title": "You cannot do this", "reason": refusal.message}, status=409
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that came without its token: mostly a page left open since before signing in."""
    return render(request, "errors/csrf.html", {"title": "This page has expired"}, status=403)


def page_for_fault(request: HttpRequest, fault: Exception) -> HttpResponse | None:
    """The 503 page if a server is away or too busy; None for every other fault."""
    kind = _kind_of(fault)
    if kind is None:
        return None
    logger.warning("%s %s: a server is %s", request.method, request.path, kind, exc_info=fault)
    _give_up_transaction(request)
    if kind == "busy":
        page = _plain_page(request, "errors/busy.html", "The service is busy", 503)
    else:
        page = _plain_page(request, "errors/503.html", "The service is unavailable for a moment", 503)
    page["Retry-After"] = str(RETRY_SECONDS)
    return page


def _kind_of(fault: BaseException | None) -> str | None:
    seen: set[int] = set()
    while fault is not None and id(fault) not in seen:
        seen.add(id(fault))
        if isinstance(fault, (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError)):
            return "away"
        if isinstance(fault, InterfaceError):
            return "away"
        if isinstance(fault, OperationalError):
            state = getattr(fault.__cause__, "sqlstate", None)
            if state is None or state.startswith(SERVER_AWAY) and not state.startswith(BUSY):
                return "away"
            if state.startswith(BUSY):
                return "busy"
        fault = fault.__cause__ or fault.__context__
    return None


def _give_up_transaction(request: HttpRequest) -> None:
    """A page made out of a fault must not let half a piece of work be committed, nor write the session."""
    connection = transaction.get_connection()
    if connection.in_atomic_block:
        connection.needs_rollback = True
    session = getattr(request, "session", None)
    if session is not None:
        session.modified = False


def _plain_page(request: HttpRequest, template: str, title: str, status: int) -> HttpResponse:
    if request.path.startswith("/api/") or "application/json" in request.headers.get("Accept", ""):
        problem: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
        return JsonResponse(problem, status=status, content_type="application/problem+json")
    context = {"title": title, "council": council_or_none(), "path": request.path}
    return HttpResponse(render_to_string(template, context), status=status)


def _roles_here() -> list[Role]:
    """The roles that somebody in this room can be given: a council has none of the shared service's."""
    council = council_or_none()
    return roles_for_room(pooled=council.is_shared_service) if council else []


def _administrators() -> list[str]:
    """Names of the room's own administrators: officers know them, so the page may say them."""
    from shared_services.access.models import OfficerCard

    council = council_or_none()
    # After an exception the transaction is given up and may not be asked anything.
    if council is None or transaction.get_connection().needs_rollback:
        return []
    role = "partnership_administrator" if council.is_shared_service else "council_administrator"
    cards = OfficerCard.objects.of_council(council.number).active().holding(role)
    return list(cards.order_by("work_name").values_list("work_name", flat=True)[:5])
