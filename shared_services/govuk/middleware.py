"""Headers that keep a browser safe, and a clear page while a server is away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseBase

from .errors import page_for_fault

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "autoplay",
        "browsing-topics",
        "camera",
        "display-capture",
        "encrypted-media",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)


class SecurityHeaders(CSPMiddleware):
    """Content security policy (no inline script or style, nothing from elsewhere) and permissions policy."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response = super().process_response(request, response)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        # Pages hold a council's records: no shared cache keeps them, and the Back button asks again.
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class UploadHandlersOfTheView:
    """Gives an upload to the handlers that its view names, before anything reads the request's body.

    Must stand before the CSRF check, which reads it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        handlers = getattr(getattr(view, "view_class", None) or getattr(view, "cls", None), "upload_handlers", ())
        if handlers and request.method == "POST":
            request.upload_handlers = [handler(request) for handler in handlers]


class NoNulls:
    """Refuses an address with a NUL in it, which no text of the database can hold."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponseBadRequest("This address cannot be read.", content_type="text/plain")
        return self.get_response(request)


class ClearPageWhileServersAreDown:
    """While PostgreSQL or Valkey is away the officer reads what is happening and that nothing was lost."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        except Exception as fault:
            page = page_for_fault(request, fault)
            if page is None:
                raise
            return page

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        return page_for_fault(request, fault)
