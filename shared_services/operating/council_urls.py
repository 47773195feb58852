"""Addresses on a council's host: what the platform's team did to its room, and what waits for its answer."""

from __future__ import annotations

from django.urls import path

from .views import council

app_name = "platform_team"
urlpatterns = [
    path("", council.ListOperations.as_view(), name="list_operations"),
    path("<uuid:pk>/", council.ShowOperation.as_view(), name="show_operation"),
    path("<uuid:pk>/answer/", council.AnswerOperation.as_view(), name="answer"),
    path("<uuid:pk>/end-access/", council.EndAccess.as_view(), name="end_access"),
]
