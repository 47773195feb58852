"""What anybody may see: the front page, the comparison of published spend, the agreements."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404

from shared_services.access.permissions import PUBLIC
from shared_services.govuk.portal_pages import Home
from shared_services.govuk.views import FormPage, GuardedView, Page
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from .. import selectors
from ..agreements import blocks_of
from ..choices import NamedRole
from ..forms import CompareForm
from ..models import AgreementVersion
from ..uploads import SpendUpload

TEMPLATES = "pages/shared_services/joining"


class FrontPage(Page):
    """The base host: what the platform is to a visitor, and the officer's own home to who is signed in."""

    permission = PUBLIC
    template_name = f"{TEMPLATES}/front.html"
    title = "One back office, shared by councils"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.actor is not None:
            return Home.as_view()(request)
        return self.show()

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(
            partners=selectors.partners(),
            figures=selectors.service_figures(),
            agreements=AgreementVersion.objects.newest(),
            **kwargs,
        )


class Compare(FormPage):
    """Try before joining: a published spend file beside the partners' shared figures. Nothing is kept."""

    permission = PUBLIC
    template_name = f"{TEMPLATES}/compare.html"
    title = "See what your council has in common with the partners"
    form_class = CompareForm
    button = "Compare"
    upload_handlers = (SpendUpload,)

    def get_back_url(self) -> str:
        return "/"

    def get_form(self, data: Any = None, files: Any = None) -> Any:
        form = super().get_form(data, files)
        if data is not None and (fault := getattr(self.request.upload_handlers[0], "fault", "")) and not files:
            # The upload was cut off before there was a file to speak of.
            form.fields["spend"].error_messages["required"] = fault
        return form

    def act(self, form: CompareForm) -> HttpResponse:
        found = selectors.compare(form.cleaned_data["spend"])
        return self.show(form=None, found=found, title="What you have in common")


class ShowAgreement(Page):
    """One version of an agreement, with its terms."""

    permission = PUBLIC
    template_name = f"{TEMPLATES}/agreement.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.agreement = find_agreement(self.kwargs)
        return self.show()

    def get_title(self) -> str:
        return str(self.agreement)

    def get_back_url(self) -> str:
        return "/"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(**agreement_shown(self.agreement), **kwargs)


class AgreementTerms(GuardedView):
    """An agreement's terms for a program."""

    permission = PUBLIC

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        agreement = find_agreement(self.kwargs)
        return JsonResponse(
            {
                "agreement": agreement.key,
                "version": agreement.number,
                "published": agreement.published_at.isoformat(),
                "sha256": agreement.digest,
                **agreement.terms,
            }
        )


def find_agreement(asked: dict[str, Any]) -> AgreementVersion:
    return get_object_or_404(AgreementVersion, owner_id=SHARED_SERVICE_NUMBER, key=asked["key"], number=asked["number"])


def agreement_shown(agreement: AgreementVersion) -> dict[str, Any]:
    """What the template needs to draw an agreement."""
    return {
        "agreement": agreement,
        "blocks": blocks_of(agreement.text),
        "datasets": agreement.terms.get("datasets", []),
        "signed_by": [NamedRole(role).label for role in agreement.signed_by],
    }
