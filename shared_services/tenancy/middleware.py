"""Host -> council -> room -> one transaction, for every request."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost, PermissionDenied
from django.db import DatabaseError, OperationalError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.request import split_domain_port
from django.utils.module_loading import import_string

from . import directory
from .door import inside_council

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
View = Callable[[HttpRequest], HttpResponse]


class CouncilByHost:
    """Opens the room that the host names; a host that names none gets a 404 that names nobody.

    An earlier name of a room leads to the room; a suspended room is not opened at all.

    The request's writes are kept only if the answer is not a server error.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            host = split_domain_port(request.get_host())[0]
        except DisallowedHost:
            host = ""
        council = directory.council_by_host(host)
        if council is None:
            request.urlconf = settings.ROOMLESS_URLCONF
            moved = directory.moved_to(host)
            if moved is not None:
                return _at_new_host(request, moved)
            return _roomless("handler404")(request, None)
        if council.is_suspended:
            return _suspended(request, council)
        request.council = council
        request.urlconf = settings.SHARED_SERVICE_URLCONF if council.is_shared_service else settings.ROOT_URLCONF
        try:
            with inside_council(council):
                return self._answer(request)
        except OperationalError:
            # A room that was suspended just now lets nobody in, while the map of this process still calls it live.
            now = _read_again(host)
            if now is None or not now.is_suspended:
                raise
            return _suspended(request, now)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if hasattr(response, "render") and not getattr(response, "is_rendered", True):
            response.render()
        if response.status_code >= 500:
            transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        # A page that is not found changed nothing, and its own session must still be saved: a message was read.
        if not (request.method in SAFE_METHODS and isinstance(exception, Http404 | PermissionDenied)):
            transaction.set_rollback(True)


def _read_again(host: str) -> directory.CouncilEntry | None:
    directory.forget()
    try:
        return directory.council_by_host(host)
    except DatabaseError:
        return None


def _suspended(request: HttpRequest, council: directory.CouncilEntry) -> HttpResponse:
    request.urlconf = settings.ROOMLESS_URLCONF
    return _roomless("handler_suspended")(request, council)


def _roomless(name: str) -> Callable[..., HttpResponse]:
    """What answers where no room does, by the name of its handler."""
    return import_string(import_string(f"{settings.ROOMLESS_URLCONF}.{name}"))


def _at_new_host(request: HttpRequest, host: str) -> HttpResponse:
    """Sent on with method and body: a program that still calls the earlier name is served as before."""
    port = split_domain_port(request.get_host())[1]
    address = f"{request.scheme}://{host}{f':{port}' if port else ''}{request.get_full_path()}"
    return HttpResponseRedirect(address, preserve_request=True)
