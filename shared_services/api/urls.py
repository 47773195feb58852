"""The API as a council's host serves it."""

from __future__ import annotations

from django.urls import path

from .routing import COUNCIL, router_for
from .views import ShowDocument, ShowDocumentation

app_name = "api"
urlpatterns = [
    path("schema/", ShowDocument.as_view(), name="schema"),
    path("docs/", ShowDocumentation.as_view(), name="docs"),
    *router_for(COUNCIL).urls,
]
