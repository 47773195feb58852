"""Downloading a file: the one way to it, and it asks who wants it."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase

from shared_services.access.permissions import SIGNED_IN
from shared_services.audit.services import record
from shared_services.govuk.views import GuardedView

from .holders import may_open
from .models import Attachment


class DownloadAttachment(GuardedView):
    """A file of a record that the officer may see; any other is not there. Every download is in the record."""

    permission = SIGNED_IN

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        attachment = Attachment.objects.on_record().filter(pk=kwargs["attachment_id"]).first()
        if attachment is None or not may_open(self.actor, attachment):
            raise Http404
        try:
            content = attachment.file.open("rb")
        except FileNotFoundError as error:
            raise Http404 from error
        record(self.actor, "annexes.attachment.downloaded", attachment, name=attachment.name)
        # Always saved, never opened in the page: a file cannot run as part of this site.
        response = FileResponse(
            content, as_attachment=True, filename=attachment.name, content_type=attachment.content_type
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response
