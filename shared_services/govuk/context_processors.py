"""What every page's frame needs: the council, the officer, the navigation. No queries of its own."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NoCouncil

from .navigation import links_for


def page_shell(request: HttpRequest) -> dict[str, Any]:
    council = council_or_none()
    actor = getattr(request, "actor", None) if council else None
    return {
        "council": council,
        "actor": actor,
        "navigation": SimpleLazyObject(lambda: _navigation(request, actor)),
        "demo": settings.DEMO,
    }


def council_or_none() -> Any:
    """The council whose room this is, or None on a host that names no room."""
    try:
        return current_council()
    except NoCouncil:
        return None


def _navigation(request: HttpRequest, actor: Any) -> list[Any]:
    if not actor:
        return []
    return links_for(actor, request.path, getattr(request, "urlconf", None))
