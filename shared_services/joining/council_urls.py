"""Addresses of joining on a council's host: its votes on councils that apply."""

from __future__ import annotations

from django.urls import path

from .views import sharing, votes

app_name = "admission"
urlpatterns = [
    path("live/", votes.ListLiveDecisions.as_view(), name="list_live_decisions"),
    path("", votes.ListVotes.as_view(), name="list_votes"),
    path("sharing/", sharing.ShareSuppliers.as_view(), name="share_suppliers"),
    path("sharing/stop/", sharing.StopSharingSuppliers.as_view(), name="stop_sharing_suppliers"),
    path("<uuid:pk>/", votes.CastVote.as_view(), name="cast_vote"),
]
