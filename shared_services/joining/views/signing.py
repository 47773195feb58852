"""Reading the agreements of one's role, and signing them."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from shared_services.access.permissions import PUBLIC
from shared_services.accounts.limits import count_use
from shared_services.govuk.views import FormPage, Page

from ..agreements import agreements_for
from ..choices import Purpose
from ..forms import SignForm
from ..models import Link
from ..services import links
from ..services.signing import sign_agreements
from .applying import AN_HOUR, dead_link
from .front import agreement_shown

TEMPLATES = "pages/shared_services/joining"


class Sign(FormPage):
    """The text, the terms, and one's name under them. Reading uses the link up only when it is signed."""

    permission = PUBLIC
    form_class = SignForm
    template_name = f"{TEMPLATES}/sign.html"
    button = "Sign"
    link: Link

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().get(request, *args, **kwargs)
        except links.LinkIsDead as dead:
            return dead_link(request, dead, self.kwargs["secret"])

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().post(request, *args, **kwargs)
        except links.LinkIsDead as dead:
            return dead_link(request, dead, self.kwargs["secret"])

    def prepare(self) -> None:
        count_use(self.request, "link", times=120, seconds=AN_HOUR)
        self.link = links.find_link(self.kwargs["secret"])
        if self.link.purpose != Purpose.SIGN:
            raise Http404
        self.agreements = agreements_for(self.link.role)

    def get_title(self) -> str:
        return f"Sign for {self.link.application.registered.name}"

    def get_initial(self) -> dict[str, Any]:
        return {"digests": " ".join(one.digest for one in self.agreements)}

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(link=self.link, shown=[agreement_shown(one) for one in self.agreements], **kwargs)

    def act(self, form: SignForm) -> HttpResponse:
        asked = form.cleaned_data
        sign_agreements(secret=self.kwargs["secret"], digests=asked["digests"], work_name=asked["work_name"])
        return self.done(to="joining:signed")


class Signed(Page):
    permission = PUBLIC
    template_name = f"{TEMPLATES}/signed.html"
    title = "You have signed"
