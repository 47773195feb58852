"""Reading the agreements of one's role, and signing them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from shared_services.access.permissions import PUBLIC
from shared_services.govuk.views import Page

from ..agreements import agreements_for
from ..choices import Purpose
from ..forms import SignForm
from ..services.signing import sign_agreements
from .applying import LinkPage
from .front import agreement_shown

TEMPLATES = "pages/shared_services/joining"


class Sign(LinkPage):
    """The text, the terms, and one's name under them. Reading uses the link up only when it is signed."""

    form_class = SignForm
    template_name = f"{TEMPLATES}/sign.html"
    button = "Sign"

    def opens(self, purpose: str) -> bool:
        return purpose == Purpose.SIGN

    def prepare(self) -> None:
        super().prepare()
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
