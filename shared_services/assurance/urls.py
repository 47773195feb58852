from __future__ import annotations

from django.urls import path

from . import views

app_name = "audit"
urlpatterns = [
    path("", views.ListEntries.as_view(), name="list_entries"),
    path("entries/<uuid:pk>/", views.ShowEntry.as_view(), name="show_entry"),
    path("record/", views.ShowChain.as_view(), name="show_chain"),
    path("checks/start/", views.StartCheck.as_view(), name="start_check"),
    path("checks/<uuid:pk>/", views.ShowCheck.as_view(), name="show_check"),
]
