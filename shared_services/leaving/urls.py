"""Addresses of the exit packs, under exit-packs/ on a council's host."""

from __future__ import annotations

from django.urls import path

from . import take_over_views, views

app_name = "leaving"
urlpatterns = [
    path("", views.ListPacks.as_view(), name="list_packs"),
    path("ask/", views.AskForPack.as_view(), name="ask_for_pack"),
    path("take-overs/", take_over_views.ListTakeOvers.as_view(), name="list_take_overs"),
    path("take-overs/<uuid:pk>/", take_over_views.ShowTakeOver.as_view(), name="take_over"),
    path("take-overs/<uuid:pk>/archive/", take_over_views.DownloadArchive.as_view(), name="download_archive"),
    path("<uuid:pk>/", views.ShowPack.as_view(), name="pack"),
    path("<uuid:pk>/answer/", views.AnswerPack.as_view(), name="answer_pack"),
    path("<uuid:pk>/withdraw/", views.WithdrawPack.as_view(), name="withdraw_pack"),
    path("<uuid:pk>/download/", views.DownloadPack.as_view(), name="download_pack"),
    path("<uuid:pk>/delete/", views.DeletePack.as_view(), name="delete_pack"),
]
