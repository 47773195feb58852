"""What every page's frame needs: the council, the officer, the navigation. No queries of its own."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NoCouncil

from .frame import Frame


def page_shell(request: HttpRequest) -> dict[str, Any]:
    council = council_or_none()
    actor = getattr(request, "actor", None) if council else None
    return {
        "council": council,
        "actor": actor,
        "frame": Frame(council, actor, request.path, getattr(request, "urlconf", None)),
        "demo": settings.DEMO,
    }


def council_or_none() -> Any:
    """The council whose room this is, or None on a host that names no room."""
    try:
        return current_council()
    except NoCouncil:
        return None
