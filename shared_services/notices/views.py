"""What an officer has been told, and how to be told."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from shared_services.access.permissions import SIGNED_IN
from shared_services.govuk.views import BulkAction, Column, FormPage, GuardedView, ListPage
from shared_services.govuk.words import counted
from shared_services.tenancy.bases import new_key

from . import services
from .filters import NoticeFilter
from .forms import PreferencesForm
from .models import Notice

TEMPLATES = "pages/shared_services/notices"


def _read(*, actor: Any, row: Notice) -> None:
    services.read_notice(actor=actor, notice_id=row.pk)


class ListNotices(ListPage):
    """Everything the officer has been told, newest first."""

    permission = SIGNED_IN
    template_name = f"{TEMPLATES}/list_notices.html"
    title = "Notices"
    noun = "notice"
    columns = [
        Column("label", "Notice", page=("notices:open", "pk")),
        Column("reference", "Reference", sort="reference"),
        Column("title", "About"),
        Column("created_at", "When", kind="datetime", sort="id"),
        Column(
            "state",
            "State",
            kind="tag",
            value=lambda notice: "Read" if notice.is_read else "Unread",
            tags={"Unread": "blue"},
        ),
    ]
    filterset_class = NoticeFilter
    search_fields = ["reference", "title"]
    search_label = "Search notices (reference or title)"
    default_sort = "-created_at"
    tie_break = "id"
    export_name = "notices"
    export_event = "notices.notices.exported"
    bulk_actions = [BulkAction("read", "Mark as read", _read, past="marked as read")]
    empty_text = (
        "Nobody has told you anything yet. A notice comes when a task waits for you or your request is decided."
    )

    def get_queryset(self) -> Any:
        return Notice.objects.of(self.actor.pk).order_by("-id")

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(form_token=new_key(), **kwargs)


class OpenNotice(GuardedView):
    """Where a notice leads, marked as read on the way. Emails lead here, so it asks for signing in first."""

    permission = SIGNED_IN

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        notice = services.read_notice(actor=self.actor, notice_id=self.kwargs["pk"])
        if notice is None:
            raise Http404
        return redirect(notice.url)


class ReadAll(FormPage):
    permission = SIGNED_IN
    title = "Mark every notice as read"
    button = "Mark every notice as read"

    def get_back_url(self) -> str:
        return reverse("notices:list")

    def act(self, form: Any) -> HttpResponse:
        count = services.read_all(actor=self.actor)
        return self.done(f"{counted(count, 'notice')} marked as read.", to="notices:list")


class CountNotices(GuardedView):
    """How many notices are unread, for the header of pages that are open. Read with the account: no query of its own."""

    permission = SIGNED_IN

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        account: Any = request.user
        return JsonResponse({"unread": account.unread_notices}, headers={"Cache-Control": "no-store"})


class ChangePreferences(FormPage):
    permission = SIGNED_IN
    form_class = PreferencesForm
    title = "How you are told"
    button = "Save"

    def get_back_url(self) -> str:
        return reverse("notices:list")

    def prepare(self) -> None:
        self.preferences = services.preferences_of(self.actor.pk)

    def get_initial(self) -> dict[str, Any]:
        chosen = self.preferences
        return {
            "email": chosen.email,
            "muted_kinds": chosen.muted_kinds,
            "muted_processes": chosen.muted_processes,
            "version": chosen.version,
        }

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "officer": self.actor, "muted": tuple(self.preferences.muted_processes)}

    def act(self, form: PreferencesForm) -> HttpResponse:
        services.change_preferences(actor=self.actor, **form.cleaned_data)
        return self.done("Your choices are saved.", to="notices:list")
