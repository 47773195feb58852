"""Pages that belong to no app: home, search, saved views, accessibility, help, cookies, the council's colour."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import Resolver404, resolve, reverse

from shared_services.access.permissions import PUBLIC, SIGNED_IN
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed

from .colours import room_stylesheet
from .contact import contact_of_room
from .context_processors import council_or_none
from .guides import guide_named, guides_for
from .home import actions_for, cards_for, requests_of
from .models import SavedView
from .pages import ActionView, FormPage, GuardedView, Page
from .saved_view_forms import SavedViewForm
from .search import search
from .services import change_view, delete_view, save_view

A_DAY = 86_400


class Home(Page):
    permission = SIGNED_IN
    template_name = "pages/shared_services/govuk/home.html"

    def get_title(self) -> str:
        return "What needs doing"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        cards = cards_for(self.actor)
        return super().get_context(
            actions=actions_for(self.actor),
            requests=requests_of(self.actor),
            waiting=[card for card in cards if card.count],
            quiet=[card for card in cards if not card.count],
            **kwargs,
        )


class Search(Page):
    permission = SIGNED_IN
    template_name = "pages/shared_services/govuk/search.html"
    title = "Search"

    def get_title(self) -> str:
        query = self.request.GET.get("q", "").strip()
        return f"Search results for {query}" if query else "Search"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        query = self.request.GET.get("q", "").strip()
        found = search(query, self.actor)
        return super().get_context(query=query, found=found, total=sum(map(len, found.values())), **kwargs)


class AccessibilityStatement(Page):
    permission = PUBLIC
    template_name = "pages/shared_services/govuk/accessibility.html"
    title = "Accessibility statement"
    prepared_on = date(2026, 11, 22)
    """The day the portal was last tested and these words were last checked: changed together with them."""

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(prepared_on=self.prepared_on, **kwargs)


class Cookies(Page):
    permission = PUBLIC
    template_name = "pages/shared_services/govuk/cookies.html"
    title = "Cookies"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(
            session_cookie=settings.SESSION_COOKIE_NAME, csrf_cookie=settings.CSRF_COOKIE_NAME, **kwargs
        )


class Help(Page):
    """What the officer's own roles can do, then what everybody can; before signing in, how to sign in."""

    permission = PUBLIC
    template_name = "pages/shared_services/govuk/help.html"
    title = "Help"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        room = council_or_none()
        own, others = guides_for(self.actor, shared_service=room.is_shared_service) if self.actor and room else ([], [])
        contact = contact_of_room() if room else ""
        return super().get_context(own_guides=own, other_guides=others, contact=contact, **kwargs)


class HelpGuide(Page):
    """The help for one role, for whoever wants to know what a colleague can do."""

    permission = SIGNED_IN
    template_name = "pages/shared_services/govuk/help_guide.html"
    breadcrumbs = [("Help", "govuk:help")]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        guide = guide_named(kwargs["key"], shared_service=current_council().is_shared_service)
        if guide is None:
            raise Http404
        self.guide = guide
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        return self.guide.title

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(guide=self.guide, **kwargs)


class RoomColour(GuardedView):
    """The council's colour as a style sheet of its own: the content security policy allows no inline style."""

    permission = PUBLIC

    def get(self, request: HttpRequest) -> HttpResponse:
        council = council_or_none()
        response = HttpResponse(room_stylesheet(council.colour if council else ""), content_type="text/css")
        # The address carries the colour, so a browser may keep it; a shared cache may not.
        response["Cache-Control"] = f"private, max-age={A_DAY}"
        return response


class SavedViews(Page):
    permission = SIGNED_IN
    template_name = "pages/shared_services/govuk/saved_views.html"
    title = "Your saved views"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        account = self.request.user
        assert account.is_authenticated  # SIGNED_IN
        views = SavedView.objects.views().filter(account=account).order_by("page", "name")
        return super().get_context(views=[(one, list_name(one.path)) for one in views], **kwargs)


class SaveView(FormPage):
    """Give the list as it is now a name."""

    permission = SIGNED_IN
    form_class = SavedViewForm
    title = "Save this view"
    button = "Save view"

    def prepare(self) -> None:
        asked = self.request.GET
        self.path, self.query = asked.get("path", "")[:300], asked.get("query", "")[:2000]
        try:
            match = resolve(self.path, getattr(self.request, "urlconf", None))
        except Resolver404:
            raise NotAllowed("That list is no longer here. Open the list again and save the view there.") from None
        self.page = match.view_name

    def get_back_url(self) -> str:
        return f"{self.path}?{self.query}"

    def act(self, form: Any) -> HttpResponse:
        view = save_view(
            actor=self.actor,
            account=self.request.user,
            page=self.page,
            path=self.path,
            query=self.query,
            **form.cleaned_data,
        )
        return self.done(f"View “{view.name}” saved.", to=view.address)


class OneSavedView(ActionView):
    permission = SIGNED_IN

    def get_subject(self) -> SavedView:
        return get_object_or_404(SavedView.objects.views(), pk=self.kwargs["pk"], account=self.request.user)

    def get_back_url(self) -> str:
        return reverse("govuk:saved_views")


class ChangeSavedView(OneSavedView):
    form_class = SavedViewForm
    title = "Change saved view"
    button = "Save view"

    def get_initial(self) -> dict[str, Any]:
        return {
            "name": self.subject.name,
            "is_shared": self.subject.is_shared,
            "is_default": self.subject.is_default,
        }

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": self.get_initial()}

    def act(self, form: Any) -> HttpResponse:
        view = change_view(actor=self.actor, view=self.subject, **form.cleaned_data)
        return self.done(f"View “{view.name}” changed.", to="govuk:saved_views")


class DeleteSavedView(OneSavedView):
    button = "Delete view"
    button_style = "warning"

    def get_title(self) -> str:
        return f"Delete the saved view “{self.subject.name}”"

    def act(self, form: Any) -> HttpResponse:
        name = self.subject.name
        delete_view(actor=self.actor, view=self.subject)
        return self.done(f"View “{name}” deleted.", to="govuk:saved_views")


def list_name(path: str) -> str:
    """The title of the list behind an address, as its own page calls it."""
    try:
        page = getattr(resolve(path).func, "view_class", None)
    except Resolver404:
        return path
    return getattr(page, "title", "") or path
