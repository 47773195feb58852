"""One's own account: profile, second factor, browsers, tokens."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import get_adapter as get_factor_adapter
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.usersessions.models import UserSession
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from shared_services.access.permissions import SIGNED_IN
from shared_services.api.models import ApiToken
from shared_services.api.services import create_token, revoke_token
from shared_services.govuk.views import ActionView, FormPage, GuardedView, Page

from .own_forms import CreateTokenForm, SignOutEverywhereForm
from .second_factor import factors_shown, has_second_factor
from .services import sign_out_everywhere

TEMPLATES = "pages/shared_services/accounts"


class MyAccount(Page):
    """Who the portal takes me for, how I sign in, and what acts in my name."""

    permission = SIGNED_IN
    template_name = f"{TEMPLATES}/my_account.html"
    title = "Your account"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        account: Any = self.request.user
        return super().get_context(
            officer=self.actor,
            factors=factors_shown(account),
            session_count=UserSession.objects.filter(user_id=account.pk).count(),
            token_count=ApiToken.objects.usable().filter(account_id=account.pk).count(),
            **kwargs,
        )


class SetUpSecondFactor(Page):
    """Why a second factor is needed and which there are."""

    permission = SIGNED_IN
    template_name = f"{TEMPLATES}/set_up_second_factor.html"
    title = "Set up a second factor"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        account: Any = request.user
        if has_second_factor(account):
            return redirect("mfa_index")
        return super().get(request, *args, **kwargs)


class AuthenticatorPicture(GuardedView):
    """The picture that an authenticator app scans, of the secret that this session is about to confirm."""

    permission = SIGNED_IN

    def get(self, request: HttpRequest) -> HttpResponse:
        secret = request.session.get(SECRET_SESSION_KEY)
        if not secret:
            raise Http404
        adapter = get_factor_adapter()
        picture = adapter.build_totp_svg(adapter.build_totp_url(request.user, secret))
        return HttpResponse(picture, content_type="image/svg+xml", headers={"Cache-Control": "no-store"})


class SignOutEverywhere(FormPage):
    """End every session of mine, and my API tokens if I ask."""

    permission = SIGNED_IN
    form_class = SignOutEverywhereForm
    template_name = f"{TEMPLATES}/sign_out_everywhere.html"
    title = "Sign out everywhere"
    button = "Sign out everywhere"
    button_style = "warning"

    def get_back_url(self) -> str:
        return reverse("accounts:my_account")

    def act(self, form: SignOutEverywhereForm) -> HttpResponse:
        sign_out_everywhere(
            actor=self.actor,
            keep_session=self.request.session.session_key,
            with_tokens=form.cleaned_data["with_tokens"],
        )
        done = self.done(to="account_login")
        # This browser's own session goes last and through Django, which also drops its cookie.
        _end_this_session(self.request)
        return done


class ListTokens(Page):
    """My API tokens: what each may do, until when, and the day it was last used."""

    permission = SIGNED_IN
    template_name = f"{TEMPLATES}/list_tokens.html"
    title = "API tokens"

    def get_back_url(self) -> str:
        return reverse("accounts:my_account")

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(tokens=list(ApiToken.objects.filter(account__card_id=self.actor.pk)), **kwargs)


class CreateToken(FormPage):
    """Make a token. Its secret is on the page that follows and nowhere else."""

    permission = SIGNED_IN
    form_class = CreateTokenForm
    template_name = f"{TEMPLATES}/create_token.html"
    title = "Make an API token"
    button = "Make token"

    def get_back_url(self) -> str:
        return reverse("accounts:list_tokens")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "card": self.actor}

    def act(self, form: CreateTokenForm) -> HttpResponse:
        token, secret = create_token(actor=self.actor, account=self.request.user, **form.cleaned_data)
        shown = {"title": "Your new API token", "token": token, "secret": secret}
        return render(self.request, f"{TEMPLATES}/show_token_once.html", shown)


class RevokeToken(ActionView):
    permission = SIGNED_IN
    template_name = f"{TEMPLATES}/revoke_token.html"
    button = "Revoke token"
    button_style = "warning"

    def get_subject(self) -> ApiToken:
        return get_object_or_404(ApiToken, pk=self.kwargs["token_id"], account__card_id=self.actor.pk)

    def get_title(self) -> str:
        return f"Revoke “{self.subject.name}”"

    def get_back_url(self) -> str:
        return reverse("accounts:list_tokens")

    def act(self, form: Any) -> HttpResponse:
        revoke_token(actor=self.actor, token=self.subject)
        return self.done(f"The token “{self.subject.name}” is revoked.", to="accounts:list_tokens")


def _end_this_session(request: HttpRequest) -> None:
    UserSession.objects.filter(session_key=request.session.session_key).delete()
    logout(request)
