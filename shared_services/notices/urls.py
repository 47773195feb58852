from __future__ import annotations

from django.urls import path

from . import views

app_name = "notices"
urlpatterns = [
    path("", views.ListNotices.as_view(), name="list"),
    path("count/", views.CountNotices.as_view(), name="count"),
    path("read/", views.ReadAll.as_view(), name="read_all"),
    path("preferences/", views.ChangePreferences.as_view(), name="preferences"),
    path("<uuid:pk>/", views.OpenNotice.as_view(), name="open"),
]
