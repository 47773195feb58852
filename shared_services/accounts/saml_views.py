"""To the room's SAML identity provider, and back.

The way back is a POST from another site, with which a browser sends no session (SameSite=Lax). So it only keeps what
the answer says, and sends the browser on, with a ticket, to a page of our own: that is a visit, with which the session
comes. Whoever takes the answer must have asked and have brought it: without the ticket, an officer who is lured into
answering a stranger's question would sign that stranger in. Nothing is sent on by script, no cookie is open to others.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.socialaccount.models import SocialAccount
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt

from shared_services.access.permissions import PUBLIC
from shared_services.govuk.views import GuardedView

from .limits import TooMany
from .models import SignOnQuestion
from .saml.documents import Refused
from .saml.metadata import ServiceProvider
from .saml.sign_on import UNASKED, ask, take_in, take_out
from .single_sign_on import PROVIDER_KEY, SAML, TESTING, find_officer, keep_test, kept_provider, refuse, tested_provider
from .single_sign_on_views import count_trip

ASKED = "saml_asked"
"""Session key: the questions that this browser has put, the newest last."""
TICKETS = signing.Signer(salt="accounts.saml_answer")
"""Names the question whose answer a browser has brought. Only that browser is told."""
AT_ONCE = 5
"""As many windows of one browser may be signing in at the same time."""


def portal_of(request: HttpRequest) -> ServiceProvider:
    """What this council's host is called at an identity provider."""
    return ServiceProvider(
        entity_id=request.build_absolute_uri(reverse("saml_metadata")),
        consumer_url=request.build_absolute_uri(reverse("saml_consume")),
    )


class ShowMetadata(GuardedView):
    """What an identity provider must know of this portal: two addresses and no secret."""

    permission = PUBLIC

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponse(portal_of(request).as_metadata(), content_type="application/samlmetadata+xml")


class AskProvider(GuardedView):
    """Send the browser to the identity provider."""

    permission = PUBLIC

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            count_trip(request)
        except TooMany as refusal:
            return refuse(request, refusal.message, status=refusal.status)
        is_test = bool(request.session.pop(TESTING, False))
        app = tested_provider(SAML) if is_test else kept_provider(SAML)
        if app is None:
            raise Http404
        wanted = request.GET.get("next", "")
        next_path = wanted if len(wanted) <= 500 and get_adapter(request).is_safe_url(wanted) else ""
        question, address = ask(app=app, portal=portal_of(request), is_test=is_test, next_path=next_path)
        request.session[ASKED] = [*request.session.get(ASKED, []), question.reference][-AT_ONCE:]
        return redirect(address)


# An identity provider's page cannot know a token of ours. What a token guards against, the question does: the answer
# must name one that was put a moment ago, and it signs in nobody but the browser whose session put it.
@method_decorator(csrf_exempt, name="dispatch")
class ConsumeAnswer(GuardedView):
    """The identity provider's page has sent its answer through the browser."""

    permission = PUBLIC

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return refuse(request, UNASKED)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            count_trip(request)
            question = take_in(sent=request.POST.get("SAMLResponse", ""), portal=portal_of(request))
        except TooMany as refusal:
            return refuse(request, refusal.message, status=refusal.status)
        except Refused as refusal:
            return refuse(request, str(refusal))
        # 303: the browser comes back by GET. RelayState is not read: where to go on is kept with the question.
        ticket = TICKETS.sign(question.reference)
        return HttpResponse(status=303, headers={"Location": reverse("saml_finish", args=[ticket])})


class Finish(GuardedView):
    """The browser that asked and brought the answer takes it: the officer is signed in, or reads why not."""

    permission = PUBLIC

    def get(self, request: HttpRequest, ticket: str) -> HttpResponse:
        asked = request.session.get(ASKED, [])
        try:
            reference = TICKETS.unsign(ticket)
            # Taken by whoever brought it, so that an answer to somebody else's question is gone for that one too.
            question = take_out(reference=reference)
        except signing.BadSignature:
            return refuse(request, UNASKED)
        except Refused as refusal:
            return refuse(request, str(refusal))
        if reference not in asked:
            return refuse(request, UNASKED)
        request.session[ASKED] = [one for one in asked if one != reference]
        account, problem = None, question.problem
        if not problem:
            account, problem = find_officer(question.email, question.provider_key, of=question.app)
        if question.is_test:
            return keep_test(question.app, question.email, problem)
        if problem or question.app.provider_id != PROVIDER_KEY:
            return refuse(request, problem or UNASKED, email="" if question.problem else question.email)
        return _sign_in(request, account, question)


def _sign_in(request: HttpRequest, account: Any, question: SignOnQuestion) -> Any:
    """As after a password: the second factor that was set up here is asked for by allauth's stages."""
    if question.provider_key:
        SocialAccount.objects.get_or_create(user=account, provider=PROVIDER_KEY, uid=question.provider_key)
    if request.user.is_authenticated:
        get_adapter(request).logout(request)
    record_authentication(request, account, "socialaccount", provider=PROVIDER_KEY, uid=question.provider_key or None)
    return perform_login(request, account, redirect_url=question.next_path or None)
