"""The address of a page of this room, for mail that is written outside a request."""

from __future__ import annotations

from django.conf import settings

from shared_services.tenancy.door import current_council


def absolute_address(path: str) -> str:
    local = settings.DEMO or settings.DEBUG
    port = f":{settings.PORT}" if local else ""
    return f"{'http' if local else 'https'}://{current_council().host}{port}{path}"
