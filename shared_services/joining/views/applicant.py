"""Who is filling in which application: remembered in the session of the browser that opened a mailed link."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from shared_services.access.permissions import PUBLIC
from shared_services.govuk.views import Page
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from ..models import Application

REMEMBERED = "joining_application"


def remember(request: HttpRequest, application: Application) -> None:
    """From here on this browser speaks for the application, under a session key that nobody knew before."""
    request.session[REMEMBERED] = str(application.pk)
    request.session.cycle_key()


def remembered(request: HttpRequest) -> Application | None:
    key = request.session.get(REMEMBERED)
    if key is None:
        return None
    applications = Application.objects.filter(owner_id=SHARED_SERVICE_NUMBER, pk=key)
    return applications.select_related("registered", "council").first()


class ApplicantPage(Page):
    """A page of the application that this browser opened with a mailed link; without one, the way to get a link."""

    permission = PUBLIC
    application: Application

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        application = remembered(request)
        if application is None:
            return redirect("joining:come_back")
        self.application = application
        return super().dispatch(request, *args, **kwargs)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(application=self.application, **kwargs)
