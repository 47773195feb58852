"""Addresses on a council's host: its own notice to leave, and the partners that leave."""

from __future__ import annotations

from django.urls import path

from .views import leaving

app_name = "notice"
urlpatterns = [
    path("", leaving.ShowLeaving.as_view(), name="show_leaving"),
    path("give/", leaving.GiveNotice.as_view(), name="give_notice"),
    path("agree/", leaving.AgreeToLeave.as_view(), name="agree"),
    path("call-back/", leaving.CallBack.as_view(), name="call_back"),
    path("partners/", leaving.ListLeaving.as_view(), name="list_leaving"),
]
