"""Single sign-on by OpenID Connect or SAML: each room has its own identity provider, or none.

The provider proves who somebody is; whether that is an officer, and what the officer may do, the room decides. A second
factor set up in the portal is asked for as after a password.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from shared_services.access.permissions import check_may
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed, Stale

from .provider_session import address_of, pin

if TYPE_CHECKING:
    from .saml.metadata import IdentityProvider

OPENID_CONNECT, SAML = "openid_connect", "saml"
PROVIDER_KEY = "council"
PROPOSED_KEY = "proposed"
"""What another officer has not confirmed yet. It signs nobody in."""
TESTING = "single_sign_on_test"
"""Session key: the next round trip to the provider is a test, after which nobody is signed in or out."""
WARN_BEFORE = timedelta(days=30)
"""So long before a provider's last certificate expires its administrator is told: a new one takes two officers and a test."""
TEMPLATES = "pages/shared_services/accounts"
MAY_PROPOSE, MAY_CONFIRM = "accounts.manage_officers", "accounts.confirm_single_sign_on"


class RoomSocialAdapter(DefaultSocialAccountAdapter):
    """allauth's way to the identity provider of the room that is open."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[Any]:
        from .seal import unseal

        apps = [
            app
            for app in super().list_apps(request, provider=provider, client_id=client_id)
            if app.provider == OPENID_CONNECT and app.provider_id != PROPOSED_KEY
        ]
        if request and request.session.get(TESTING) and (proposed := proposed_provider(OPENID_CONNECT)):
            # What is tested is what shall come into effect. After a test nobody is signed in.
            proposed.provider_id = PROVIDER_KEY
            apps = [proposed]
        for app in apps:
            if sealed := app.settings.get("sealed_secret"):
                app.secret = unseal(sealed)
        return apps

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Nothing was changed by the officer, so there is nothing to warn of."""

    def get_requests_session(self) -> Any:
        session: Any = pin(super().get_requests_session())
        ask = session.request

        def ask_outside(method: str, url: str, **kwargs: Any) -> Any:
            check_encrypted(url)
            return ask(method, url, **{**kwargs, "allow_redirects": False})

        session.request = ask_outside
        return session

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """The provider has answered. Let the officer in whom it names, or say why not."""
        testing = bool(request.session.pop(TESTING, False))
        tested = tested_provider(OPENID_CONNECT) if testing else None
        account, known = None, False
        email, problem = _who(sociallogin)
        if not problem:
            known = True
            account, problem = find_officer(email, sociallogin.account.uid, of=tested or kept_provider())
        if testing:
            raise ImmediateHttpResponse(keep_test(tested, email, problem))
        if problem:
            raise ImmediateHttpResponse(refuse(request, problem, email=email if known else ""))
        if not sociallogin.is_existing:
            sociallogin.connect(request, account)

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        problem = "The identity provider did not confirm who you are."
        if exception is not None:
            problem += f" ({type(exception).__name__})"
        if request.session.pop(TESTING, False):
            raise ImmediateHttpResponse(keep_test(tested_provider(OPENID_CONNECT), "", problem))
        raise ImmediateHttpResponse(refuse(request, problem))


def _who(sociallogin: Any) -> tuple[str, str]:
    """The work address that an OpenID Connect provider names, and what is wrong with it."""
    data = sociallogin.account.extra_data
    claims = {**data.get("id_token", {}), **data.get("userinfo", {})}
    given = str(claims.get("email") or claims.get("preferred_username") or "")
    email = given.lower()
    if sociallogin.state.get("process") not in (None, "", "login"):
        return email, "This address signs officers in and does nothing else."
    if not email or str(claims.get("email_verified", True)).lower() != "true":
        return email, "The identity provider names no email address that it vouches for."
    if not given.isascii():
        # The sign for kelvin is a k in lower case, and so would be somebody else's.
        return email, "The identity provider names an email address with letters that are not plain ones."
    return email, ""


def find_officer(email: str, key: str, *, of: Any) -> tuple[Any, str]:
    """The account that a provider means by an address and its own key of the person, or None and why not.

    Whoever is known by the provider's own key stays the same officer when an address changes hands.
    """
    from .models import Account

    domain, host = current_council().domain, email.rpartition("@")[2]
    if domain and host != domain and not host.endswith(f".{domain}"):
        return None, f"The identity provider names {email}, which is not at {domain}."
    # What is only proposed knows officers by other keys than the provider that is in use.
    known = None if of is None or of.provider_id == PROPOSED_KEY else _known_keys()
    linked = known.filter(uid=key).select_related("user").first() if known is not None and key else None
    account = linked.user if linked else Account.objects.with_card().filter(email__iexact=email).first()
    if account is None or not account.is_active or not account.card.active or account.email.lower() != email:
        return None, f"There is no active officer with the email address {email}."
    if known is not None and linked is None and known.filter(user=account).exists():
        # An address can be given to, or taken by, another.
        return None, (
            f"The identity provider names {email} under another key than before, as for somebody else. If this is "
            "the same officer, an administrator deactivates and reactivates the officer."
        )
    if linked is None and account.email_is_fresh and account.last_login is not None:
        # As for a forgotten password: whoever changed the address may be the one who reads it.
        return None, (
            f"The email address of this officer was changed to {email} less than a day ago. For a day, sign in with "
            "your password or a passkey."
        )
    return account, ""


def _known_keys() -> Any:
    """Under which keys the room's provider has named officers."""
    from allauth.socialaccount.models import SocialAccount

    return SocialAccount.objects.filter(provider=PROVIDER_KEY)


def forget_links(**which: Any) -> None:
    """Forget under which keys the provider knows officers; the next sign-in goes by the address again."""
    from allauth.socialaccount.models import SocialAccount

    SocialAccount.objects.filter(**which).delete()


def refuse(request: HttpRequest, problem: str, *, email: str = "", status: int = 403) -> Any:
    """The page that says why nobody was signed in. `email`: whom the provider named, which goes on record."""
    if email:
        from allauth.account.adapter import get_adapter as get_account_adapter

        from .security_events import record_failed_sign_in

        record_failed_sign_in(email, address=get_account_adapter().get_client_ip(request), why=problem)
    shown = {"title": "You could not be signed in", "problem": problem}
    return render(request, f"{TEMPLATES}/single_sign_on_refused.html", shown, status=status)


def keep_test(app: Any, email: str, problem: str) -> Any:
    """Keep what a test found, and go back to the settings."""
    from allauth.socialaccount.models import SocialApp

    found = {"tested_at": timezone.now().isoformat(), "test_email": email, "test_problem": problem}
    with transaction.atomic():
        # Read again: a colleague may have confirmed, changed or taken it back during the test.
        app = SocialApp.objects.select_for_update().filter(pk=app.pk).first() if app is not None else None
        if app is not None:
            app.settings |= found
            app.save(update_fields=["settings"])
    return redirect("setting_up:single_sign_on")


def kept_provider(protocol: str = "") -> Any:
    """The room's identity provider as allauth keeps it; its secret stays sealed. None where there is none."""
    return providers(protocol)[0]


def proposed_provider(protocol: str = "") -> Any:
    """The identity provider that waits for a second officer's word. None where there is none."""
    return providers(protocol)[1]


def tested_provider(protocol: str = "") -> Any:
    """What a test is of: what is proposed, or else what is in use."""
    kept, proposed = providers(protocol)
    return proposed or kept


def providers(protocol: str = "") -> tuple[Any, Any]:
    """The room's identity provider, and the one that is proposed; None for what there is not, or speaks otherwise."""
    from allauth.socialaccount.models import SocialApp

    asked = [protocol] if protocol else [OPENID_CONNECT, SAML]
    found = {app.provider_id: app for app in SocialApp.objects.filter(provider__in=asked)}
    return found.get(PROVIDER_KEY), found.get(PROPOSED_KEY)


def sign_on_path(app: Any) -> str:
    """Where the way to a provider begins."""
    return reverse("saml_login") if app.provider == SAML else reverse("openid_connect_login", args=[PROVIDER_KEY])


def issuer_of(app: Any) -> str:
    """Under which name a provider is known: its issuer in OpenID Connect, its entity ID in SAML."""
    return str(app.settings["entity_id" if app.provider == SAML else "server_url"])


def fingerprints_of(app: Any) -> list[str]:
    """Of the certificates of a SAML provider; none for OpenID Connect."""
    from .saml.metadata import IdentityProvider

    if app.provider != SAML:
        return []
    return [one.fingerprint for one in IdentityProvider.from_settings(app.settings).certificates]


def expires_soon(app: Any) -> datetime | None:
    """When the last certificate of a SAML provider expires, where that is near or past; after it nobody can sign in."""
    from .saml.metadata import IdentityProvider

    if app is None or app.provider != SAML:
        return None
    end = IdentityProvider.from_settings(app.settings).valid_until
    return end if end - timezone.now() < WARN_BEFORE else None


def proposer_of(app: Any) -> UUID:
    """The card of whoever proposed a provider."""
    return UUID(app.settings["proposed_by"])


@transaction.atomic
def save_provider(*, actor: Any, name: str, issuer: str, client_id: str, client_secret: str) -> Any:
    """Keep the room's identity provider; without a new secret the kept one stays. A change has to be tested again.

    Who signs officers in could sign in as any of them, so another provider is a proposal until a second officer confirms
    it: an administrator or the section 151 officer. A later proposal takes the place of an earlier one.
    """
    from .seal import seal

    check_may(actor, MAY_PROPOSE)
    check_reachable(issuer)
    issuer = issuer.rstrip("/")
    kept, waiting = providers()
    secrets = [app.settings["sealed_secret"] for app in (waiting, kept) if app and _is_same(app, issuer, client_id)]
    sealed = seal(client_secret) if client_secret else next(iter(secrets), "")
    if not sealed:
        raise NotAllowed("Enter the client secret that your identity provider gave you.")
    app = _in_force_or_proposed(OPENID_CONNECT, is_same=kept is not None and _is_same(kept, issuer, client_id))
    app.name, app.client_id, app.secret = name, client_id, ""
    app.settings = {"server_url": issuer, "sealed_secret": sealed, "oauth_pkce_enabled": True}
    return _keep(actor, app, client=client_id)


@transaction.atomic
def save_saml_provider(*, actor: Any, name: str, described: IdentityProvider) -> Any:
    """Keep the room's identity provider of SAML, as its metadata describes it.

    Everything but its name on the sign-in page is a proposal, its certificates above all: whose they are, signs in as
    anybody. A later proposal takes the place of an earlier one. Raises NotAllowed for a sign-on address without TLS.
    """
    check_may(actor, MAY_PROPOSE)
    check_encrypted(described.sign_on_url)
    facts, kept = described.as_settings(), kept_provider(SAML)
    is_same = kept is not None and all(kept.settings[fact] == value for fact, value in facts.items())
    app = _in_force_or_proposed(SAML, is_same=is_same)
    app.name = name
    app.settings = app.settings if is_same else facts
    return _keep(actor, app, certificates=fingerprints_of(app))


def _in_force_or_proposed(protocol: str, *, is_same: bool) -> Any:
    """The provider in force where it stays the same, or else a new proposal; an earlier one is gone."""
    from allauth.socialaccount.models import SocialApp

    kept = kept_provider()
    _drop_proposals()
    return kept if is_same else SocialApp(provider=protocol, provider_id=PROPOSED_KEY)


def _drop_proposals() -> bool:
    """Delete what waits, and say whether anything did. Locked: what is being confirmed meanwhile is no proposal any more."""
    from allauth.socialaccount.models import SocialApp

    waiting = list(SocialApp.objects.select_for_update().filter(provider_id=PROPOSED_KEY))
    for app in waiting:
        app.delete()
    return bool(waiting)


def _keep(actor: Any, app: Any, **told: Any) -> Any:
    from shared_services.audit.services import record

    is_proposal = app.provider_id == PROPOSED_KEY
    if is_proposal:
        app.settings |= {"proposed_by": str(actor.pk), "proposed_at": timezone.now().isoformat()}
    app.save()
    event = "accounts.single_sign_on.proposed" if is_proposal else "accounts.single_sign_on.changed"
    record(actor, event, ("accounts.single_sign_on", PROVIDER_KEY), issuer=issuer_of(app), **told)
    return app


@transaction.atomic
def confirm_provider(*, actor: Any, proposal: int) -> Any:
    """Let a proposed identity provider sign officers in. `proposal` is what the officer has read.

    Not by who proposed it, and not before a test sign-in worked. Raises Stale when it has been changed or taken back
    since. Confirming twice changes nothing.
    """
    from allauth.socialaccount.models import SocialApp

    from shared_services.audit.services import record

    check_may(actor, MAY_CONFIRM)
    app = SocialApp.objects.select_for_update().filter(provider_id=PROPOSED_KEY, pk=proposal).first()
    if app is None:
        raise Stale
    proposer = proposer_of(app)
    if proposer == actor.pk:
        raise NotAllowed("You proposed this identity provider. Somebody else must confirm it.", code="own_record")
    if not has_passed(app):
        raise NotAllowed("It has not passed a test. An administrator tests it on the page Single sign-on.")
    former = kept_provider()
    if former is None or not app.provider == former.provider == SAML or issuer_of(former) != issuer_of(app):
        # Another provider's keys mean other people, and so do those given to another client of the same provider.
        forget_links()
    if former is not None:
        former.delete()
    app.provider_id = PROVIDER_KEY
    app.settings = {name: value for name, value in app.settings.items() if not name.startswith("proposed_")}
    app.save()
    record(
        actor, "accounts.single_sign_on.confirmed", ("accounts.single_sign_on", PROVIDER_KEY),
        issuer=issuer_of(app), client=app.client_id, certificates=fingerprints_of(app), proposed_by=str(proposer),
    )  # fmt: skip
    return app


@transaction.atomic
def withdraw_provider(*, actor: Any) -> None:
    """Take a proposal back, or turn it down. Doing it twice changes nothing."""
    from shared_services.audit.services import record

    check_may(actor, MAY_CONFIRM)
    if _drop_proposals():
        record(actor, "accounts.single_sign_on.withdrawn", ("accounts.single_sign_on", PROVIDER_KEY))


def has_passed(app: Any) -> bool:
    """Whether a test sign-in worked since the last change."""
    return app.settings.get("test_problem") == ""


def _is_same(app: Any, issuer: str, client_id: str) -> bool:
    return app.provider == OPENID_CONNECT and (app.client_id, app.settings.get("server_url")) == (client_id, issuer)


@transaction.atomic
def remove_provider(*, actor: Any) -> None:
    """Sign in with passwords and passkeys only. Removing twice changes nothing."""
    from shared_services.audit.services import record

    check_may(actor, MAY_PROPOSE)
    app = kept_provider()
    if app is not None:
        app.delete()
        forget_links()
        record(actor, "accounts.single_sign_on.removed", ("accounts.single_sign_on", PROVIDER_KEY))


def check_encrypted(url: str) -> None:
    """Refuse an address that others could read along."""
    parts = urlsplit(url)
    if not settings.SINGLE_SIGN_ON_MAY_BE_LOCAL and (parts.scheme != "https" or not parts.hostname):
        raise NotAllowed("Enter an address that begins with https://")


def check_reachable(url: str) -> None:
    """Refuse an address that is not public and encrypted: the portal must not be sent to look round its own network."""
    check_encrypted(url)
    parts = urlsplit(url)
    if not settings.SINGLE_SIGN_ON_MAY_BE_LOCAL:
        address_of(str(parts.hostname), parts.port or 443)
