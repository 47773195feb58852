"""The council's identity provider: its settings, and a sign-in that only tests them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localdate

from shared_services.access.models import OfficerCard
from shared_services.accounts.saml.metadata import IdentityProvider
from shared_services.accounts.saml_views import portal_of
from shared_services.accounts.single_sign_on import (
    MAY_CONFIRM,
    OPENID_CONNECT,
    PROVIDER_KEY,
    SAML,
    TESTING,
    confirm_provider,
    expires_soon,
    has_passed,
    issuer_of,
    kept_provider,
    proposed_provider,
    proposer_of,
    providers,
    remove_provider,
    save_provider,
    save_saml_provider,
    sign_on_path,
    tested_provider,
    withdraw_provider,
)
from shared_services.govuk.views import FormPage, GuardedView
from shared_services.govuk.words import spoken_date, spoken_instant
from shared_services.tenancy.errors import NotAllowed

from .single_sign_on_forms import ConfirmForm, OpenIdConnectForm, ProtocolForm, SamlForm

PERMISSION = "accounts.manage_officers"
CRUMBS = [("Set up your portal", "setting_up:task_list")]
PROTOCOL_CRUMBS = [*CRUMBS, ("Single sign-on", "setting_up:single_sign_on")]


class SingleSignOn(FormPage):
    """Who signs officers in, by which protocol, and what the last test found."""

    permission = PERMISSION
    form_class = ProtocolForm
    template_name = "pages/councils/setting_up/single_sign_on.html"
    title = "Single sign-on"
    button = "Continue"
    breadcrumbs = CRUMBS

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        in_force, proposed = providers()
        kept = proposed or in_force
        found = kept.settings if kept else {}
        return super().get_context(
            kept=kept,
            in_force=in_force,
            proposed=proposed,
            proposed_issuer=issuer_of(proposed) if proposed else "",
            proposer=_name_of_proposer(proposed) if proposed else "",
            is_mine=_is_mine(proposed, self.actor),
            rows=facts_of(kept) if kept else [],
            expires=expires_soon(in_force),
            is_saml=kept is not None and kept.provider == SAML,
            tested_at=datetime.fromisoformat(found["tested_at"]) if "tested_at" in found else None,
            test_email=found.get("test_email", ""),
            test_problem=found.get("test_problem", ""),
            **kwargs,
        )

    def act(self, form: ProtocolForm) -> HttpResponse:
        return redirect(f"setting_up:{form.cleaned_data['protocol']}")


class SetUpOpenIdConnect(FormPage):
    permission = PERMISSION
    form_class = OpenIdConnectForm
    template_name = "pages/councils/setting_up/openid_connect.html"
    title = "Single sign-on by OpenID Connect"
    button = "Save"
    breadcrumbs = PROTOCOL_CRUMBS

    def get_initial(self) -> dict[str, Any]:
        kept = tested_provider(OPENID_CONNECT)
        if kept is None:
            return {}
        return {"name": kept.name, "issuer": kept.settings["server_url"], "client_id": kept.client_id}

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        callback = self.request.build_absolute_uri(reverse("openid_connect_callback", args=[PROVIDER_KEY]))
        return super().get_context(callback=callback, **kwargs)

    def act(self, form: OpenIdConnectForm) -> HttpResponse:
        try:
            saved = save_provider(actor=self.actor, **form.cleaned_data)
        except NotAllowed as refusal:
            form.add_error("client_secret" if "secret" in refusal.message else "issuer", refusal.message)
            return self.show_form(422)
        return self.done(_what_now(saved, "Saved. Test it before officers use it"), to="setting_up:single_sign_on")


class SetUpSaml(FormPage):
    permission = PERMISSION
    form_class = SamlForm
    template_name = "pages/councils/setting_up/saml.html"
    title = "Single sign-on by SAML"
    button = "Save"
    breadcrumbs = PROTOCOL_CRUMBS

    def get_initial(self) -> dict[str, Any]:
        kept = tested_provider(SAML)
        if kept is None:
            return {}
        provider = IdentityProvider.from_settings(kept.settings)
        return {
            "name": kept.name, "entity_id": provider.entity_id, "sign_on_url": provider.sign_on_url,
            "certificates": "\n".join(one.armoured for one in provider.certificates),
        }  # fmt: skip

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        portal = portal_of(self.request)
        rows = [
            ("Identifier (entity ID)", portal.entity_id),
            ("Reply URL (assertion consumer service, HTTP-POST)", portal.consumer_url),
            ("Sign-on URL", self.request.build_absolute_uri(reverse("account_login"))),
        ]
        return super().get_context(rows=rows, metadata_url=portal.entity_id, **kwargs)

    def act(self, form: SamlForm) -> HttpResponse:
        answers = form.cleaned_data
        try:
            saved = save_saml_provider(actor=self.actor, name=answers["name"], described=answers["described"])
        except NotAllowed as refusal:
            form.add_error("sign_on_url", refusal.message)
            return self.show_form(422)
        return self.done(_what_now(saved, "Saved"), to="setting_up:single_sign_on")


def _what_now(saved: Any, done: str) -> str:
    if saved.provider_id == PROVIDER_KEY:
        return done
    return "Proposed. Test it, then ask another administrator or the section 151 officer to confirm it"


class TestSingleSignOn(GuardedView):
    """Go to the identity provider and come back: what it says is shown, and nobody is signed in or out."""

    permission = PERMISSION

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        app = tested_provider()
        if app is None:
            return redirect("setting_up:single_sign_on")
        request.session[TESTING] = True
        return redirect(sign_on_path(app))


class ConfirmSingleSignOn(FormPage):
    """A second officer lets a proposed identity provider sign officers in."""

    permission = MAY_CONFIRM
    form_class = ConfirmForm
    template_name = "pages/councils/setting_up/confirm_single_sign_on.html"
    title = "Confirm single sign-on"
    button = "Confirm this identity provider"

    def prepare(self) -> None:
        self.proposed = proposed_provider()

    def get_initial(self) -> dict[str, Any]:
        return {"proposal": self.proposed.pk if self.proposed else None}

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        proposed = self.proposed
        return super().get_context(
            rows=[*facts_of(proposed), *_proposal_of(proposed)] if proposed else [],
            is_mine=_is_mine(proposed, self.actor),
            is_tested=proposed is not None and has_passed(proposed),
            has_former=kept_provider() is not None,
            **kwargs,
        )

    def get_back_url(self) -> str:
        return reverse("govuk:home")

    def act(self, form: ConfirmForm) -> HttpResponse:
        confirm_provider(actor=self.actor, proposal=form.cleaned_data["proposal"])
        return self.done("Officers can sign in with the new identity provider", to="govuk:home")


class WithdrawSingleSignOn(FormPage):
    """The proposer takes a proposal back, or another officer turns it down."""

    permission = MAY_CONFIRM
    template_name = "pages/councils/setting_up/withdraw_single_sign_on.html"
    button_style = "warning"

    def prepare(self) -> None:
        self.proposed = proposed_provider()
        if self.proposed is None:
            raise NotAllowed(
                "No identity provider waits to be confirmed. It may have been confirmed or taken back since."
            )
        self.is_mine = _is_mine(self.proposed, self.actor)
        self.button = "Take it back" if self.is_mine else "Turn it down"

    def get_title(self) -> str:
        return f"{'Take back' if self.is_mine else 'Turn down'} the proposed identity provider"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(
            proposed=self.proposed, issuer=issuer_of(self.proposed), is_mine=self.is_mine,
            has_secret=self.proposed.provider == OPENID_CONNECT, **kwargs,
        )  # fmt: skip

    def get_back_url(self) -> str:
        return reverse("setting_up:confirm_single_sign_on")

    def act(self, form: Any) -> HttpResponse:
        withdraw_provider(actor=self.actor)
        done = "taken back" if self.is_mine else "turned down"
        return self.done(f"The proposed identity provider was {done}", to="govuk:home")


def _is_mine(app: Any, actor: Any) -> bool:
    return app is not None and proposer_of(app) == actor.pk


def facts_of(app: Any) -> list[tuple[str, str]]:
    """What is kept of a provider and may be seen."""
    facts = [("Name on the sign-in page", app.name)]
    if app.provider == OPENID_CONNECT:
        return [*facts, ("Protocol", "OpenID Connect"), ("Issuer", issuer_of(app)), ("Client ID", app.client_id)]
    provider = IdentityProvider.from_settings(app.settings)
    return [
        *facts,
        ("Protocol", "SAML 2.0"),
        ("Entity ID", provider.entity_id),
        ("Sign-on address", provider.sign_on_url),
        *((
            "Signing certificate" if number == 1 else f"Signing certificate {number}",
            f"Until {spoken_date(localdate(one.valid_until))}\nSHA-256 {one.fingerprint}",
        ) for number, one in enumerate(provider.certificates, start=1)),
    ]  # fmt: skip


def _proposal_of(app: Any) -> list[tuple[str, str]]:
    found = app.settings
    if "test_email" not in found:
        test = "Not tested"
    else:
        test = f"Failed. {found['test_problem']}" if found["test_problem"] else f"Worked: named {found['test_email']}"
    return [
        ("Proposed by", _name_of_proposer(app)),
        ("Proposed", spoken_instant(datetime.fromisoformat(found["proposed_at"]))),
        ("Test", test),
    ]


def _name_of_proposer(app: Any) -> str:
    return str(OfficerCard.objects.filter(pk=proposer_of(app)).values_list("work_name", flat=True).first() or "")


class RemoveSingleSignOn(FormPage):
    permission = PERMISSION
    title = "Remove single sign-on"
    button = "Remove single sign-on"
    button_style = "warning"
    breadcrumbs = CRUMBS

    def get_back_url(self) -> str:
        return reverse("setting_up:single_sign_on")

    def act(self, form: Any) -> HttpResponse:
        remove_provider(actor=self.actor)
        return self.done("Officers sign in with passwords and passkeys only", to="setting_up:single_sign_on")
