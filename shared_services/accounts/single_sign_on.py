"""Single sign-on by OpenID Connect: each room has its own identity provider, or none.

The provider proves who somebody is; whether that is an officer, and what the officer may do, the room decides. A second
factor set up in the portal is asked for as after a password.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect, render
from django.utils import timezone

from shared_services.access.permissions import check_may
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed

PROVIDER, PROVIDER_KEY = "openid_connect", "council"
TESTING = "single_sign_on_test"
"""Session key: the next round trip to the provider is a test, after which nobody is signed in or out."""
TEMPLATES = "pages/shared_services/accounts"


class RoomSocialAdapter(DefaultSocialAccountAdapter):
    """allauth's way to the identity provider of the room that is open."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[Any]:
        from .seal import unseal

        apps = super().list_apps(request, provider=provider, client_id=client_id)
        for app in apps:
            if sealed := app.settings.get("sealed_secret"):
                app.secret = unseal(sealed)
        return apps

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Nothing was changed by the officer, so there is nothing to warn of."""

    def get_requests_session(self) -> Any:
        session = super().get_requests_session()
        ask = session.request

        def ask_outside(method: str, url: str, **kwargs: Any) -> Any:
            check_reachable(url)
            return ask(method, url, **{**kwargs, "allow_redirects": False})

        session.request = ask_outside
        return session

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """The provider has answered. Let the officer in whom it names, or say why not."""
        testing = bool(request.session.pop(TESTING, False))
        email, problem = _who(sociallogin)
        account = None if problem else _account_of(sociallogin, email)
        if account is None and not problem:
            problem = f"There is no active officer with the email address {email}."
        if not problem and not sociallogin.is_existing and _is_somebody_elses(account):
            problem = (
                f"The identity provider names {email} under another key than before, as for somebody else. If this is "
                "the same officer, an administrator deactivates and reactivates the officer."
            )
        if testing:
            raise ImmediateHttpResponse(_tested(email, problem))
        if problem:
            raise ImmediateHttpResponse(_refused(request, problem))
        if not sociallogin.is_existing:
            sociallogin.connect(request, account)

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        problem = "The identity provider did not confirm who you are."
        if exception is not None:
            problem += f" ({type(exception).__name__})"
        if request.session.pop(TESTING, False):
            raise ImmediateHttpResponse(_tested("", problem))
        raise ImmediateHttpResponse(_refused(request, problem))


def _who(sociallogin: Any) -> tuple[str, str]:
    """The work address that the provider names, and what is wrong with it."""
    data = sociallogin.account.extra_data
    claims = {**data.get("id_token", {}), **data.get("userinfo", {})}
    email = str(claims.get("email") or claims.get("preferred_username") or "").lower()
    domain, host = current_council().domain, email.rpartition("@")[2]
    if sociallogin.state.get("process") not in (None, "", "login"):
        return email, "This address signs officers in and does nothing else."
    if not email or str(claims.get("email_verified", True)).lower() != "true":
        return email, "The identity provider names no email address that it vouches for."
    if domain and host != domain and not host.endswith(f".{domain}"):
        return email, f"The identity provider names {email}, which is not at {domain}."
    return email, ""


def _account_of(sociallogin: Any, email: str) -> Any:
    from .models import Account

    if sociallogin.is_existing:
        # Whoever is known by the provider's own key stays the same officer when an address changes hands.
        linked = sociallogin.user
        return linked if linked.is_active and linked.email.lower() == email else None
    return Account.objects.with_card().filter(email__iexact=email, is_active=True).first()


def _is_somebody_elses(account: Any) -> bool:
    """Whether the provider knew this officer under another key: an address can be given to, or taken by, another."""
    from allauth.socialaccount.models import SocialAccount

    return SocialAccount.objects.filter(user=account, provider=PROVIDER_KEY).exists()


def forget_links(**which: Any) -> None:
    """Forget under which keys the provider knows officers; the next sign-in goes by the address again."""
    from allauth.socialaccount.models import SocialAccount

    SocialAccount.objects.filter(**which).delete()


def _refused(request: HttpRequest, problem: str) -> Any:
    shown = {"title": "You could not be signed in", "problem": problem}
    return render(request, f"{TEMPLATES}/single_sign_on_refused.html", shown, status=403)


def _tested(email: str, problem: str) -> Any:
    app = kept_provider()
    if app is not None:
        app.settings |= {
            "tested_at": timezone.now().isoformat(), "test_email": email, "test_problem": problem,
        }  # fmt: skip
        app.save(update_fields=["settings"])
    return redirect("setting_up:single_sign_on")


def kept_provider() -> Any:
    """The room's identity provider as allauth keeps it; its secret stays sealed. None where there is none."""
    from allauth.socialaccount.models import SocialApp

    return SocialApp.objects.filter(provider=PROVIDER, provider_id=PROVIDER_KEY).first()


@transaction.atomic
def save_provider(*, actor: Any, name: str, issuer: str, client_id: str, client_secret: str) -> Any:
    """Keep the room's identity provider; without a new secret the kept one stays. A change has to be tested again."""
    from allauth.socialaccount.models import SocialApp

    from shared_services.audit.services import record

    from .seal import seal

    check_may(actor, "accounts.manage_officers")
    check_reachable(issuer)
    app = kept_provider() or SocialApp(provider=PROVIDER, provider_id=PROVIDER_KEY)
    sealed = seal(client_secret) if client_secret else app.settings.get("sealed_secret", "")
    if not sealed:
        raise NotAllowed("Enter the client secret that your identity provider gave you.")
    if (client_id, issuer.rstrip("/")) != (app.client_id, app.settings.get("server_url")):
        # Another provider's keys mean other people.
        forget_links()
    app.name, app.client_id, app.secret = name, client_id, ""
    app.settings = {"server_url": issuer.rstrip("/"), "sealed_secret": sealed, "oauth_pkce_enabled": True}
    app.save()
    record(actor, "accounts.single_sign_on.changed", ("accounts.single_sign_on", PROVIDER_KEY), issuer=issuer)
    return app


@transaction.atomic
def remove_provider(*, actor: Any) -> None:
    """Sign in with passwords and passkeys only. Removing twice changes nothing."""
    from shared_services.audit.services import record

    check_may(actor, "accounts.manage_officers")
    app = kept_provider()
    if app is not None:
        app.delete()
        forget_links()
        record(actor, "accounts.single_sign_on.removed", ("accounts.single_sign_on", PROVIDER_KEY))


def check_reachable(url: str) -> None:
    """Refuse an address that is not public and encrypted: the portal must not be sent to look round its own network."""
    if settings.SINGLE_SIGN_ON_MAY_BE_LOCAL:
        return
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise NotAllowed("Enter an address that begins with https://")
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(parts.hostname, parts.port or 443)}
    except OSError:
        raise NotAllowed(f"The name {parts.hostname} cannot be found. Check the address.") from None
    if not all(ipaddress.ip_address(str(address).partition("%")[0]).is_global for address in found):
        raise NotAllowed(f"{parts.hostname} is not a public address, so the portal does not ask it.")
