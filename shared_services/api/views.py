"""The API's own document, and a page to read and try it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import get_urlconf
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema

from shared_services.access.permissions import SIGNED_IN
from shared_services.govuk.views import Page

from .answers import to_json
from .viewsets import RoomAPIView

_documents: dict[str, bytes] = {}


class ShowDocument(RoomAPIView):
    """The OpenAPI document of this room's API."""

    permissions = {"GET": SIGNED_IN}

    @extend_schema(exclude=True)
    def get(self, request: Any) -> HttpResponse:
        # The document says nothing of a council, so one a process and kind of host is enough.
        urlconf = getattr(request._request, "urlconf", None) or get_urlconf() or ""
        if urlconf not in _documents:
            generator = SchemaGenerator(urlconf=urlconf)
            _documents[urlconf] = to_json(generator.get_schema(request=None, public=True))
        return HttpResponse(_documents[urlconf], content_type="application/vnd.oai.openapi+json")


class ShowDocumentation(Page):
    """The API's documentation, to read and to try with one's own session."""

    permission = SIGNED_IN
    template_name = "pages/shared_services/api/documentation.html"
    title = "API documentation"
