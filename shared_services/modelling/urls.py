from __future__ import annotations

from django.urls import include, path

from .views.drafts import ViewDraft
from .views.processes import ListProcesses

app_name = "modelling"
urlpatterns = [
    path("", ListProcesses.as_view(), name="list_processes"),
    path("drafts/<uuid:draft_id>/", ViewDraft.as_view(), name="draft"),
    path("drafts/<uuid:draft_id>/", include("shared_services.modelling.design_urls")),
]
