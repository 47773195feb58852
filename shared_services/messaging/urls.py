from __future__ import annotations

from django.urls import path

from . import views

app_name = "messaging"
urlpatterns = [
    path("", views.ListGivenUp.as_view(), name="list_given_up"),
]
