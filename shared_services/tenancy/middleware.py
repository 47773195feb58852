"""Host -> council -> room -> one transaction, for every request."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost, PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.utils.module_loading import import_string

from . import directory
from .door import inside_council

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
View = Callable[[HttpRequest], HttpResponse]


class CouncilByHost:
    """Opens the room that the host names; a host that names none gets a 404 that names nobody.

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
            not_found = import_string(import_string(f"{settings.ROOMLESS_URLCONF}.handler404"))
            return not_found(request, None)
        request.council = council
        request.urlconf = settings.SHARED_SERVICE_URLCONF if council.is_shared_service else settings.ROOT_URLCONF
        with inside_council(council):
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
