from __future__ import annotations

from django.urls import path

from .views import DownloadAttachment

app_name = "annexes"
urlpatterns = [path("<uuid:attachment_id>/", DownloadAttachment.as_view(), name="download")]
