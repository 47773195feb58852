"""Addresses of the exit packs, under exit-packs/ on a council's host."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "leaving"
urlpatterns = [
    path("", views.ListPacks.as_view(), name="list_packs"),
    path("ask/", views.AskForPack.as_view(), name="ask_for_pack"),
    path("<uuid:pk>/", views.ShowPack.as_view(), name="pack"),
    path("<uuid:pk>/download/", views.DownloadPack.as_view(), name="download_pack"),
    path("<uuid:pk>/delete/", views.DeletePack.as_view(), name="delete_pack"),
]
