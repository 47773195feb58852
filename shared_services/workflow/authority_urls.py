"""The authority matrix, on councils' hosts only: the shared service has none."""

from __future__ import annotations

from django.urls import path

from .views.authority import AddRule, EndRule, Matrix, WhoWouldApprove

app_name = "authority"
urlpatterns = [
    path("", Matrix.as_view(), name="matrix"),
    path("add/", AddRule.as_view(), name="add_rule"),
    path("who/", WhoWouldApprove.as_view(), name="who_would_approve"),
    path("<uuid:rule_id>/end/", EndRule.as_view(), name="end_rule"),
]
