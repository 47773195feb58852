"""The council's identity provider: its settings, and a sign-in that only tests them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from shared_services.access.models import OfficerCard
from shared_services.accounts.single_sign_on import (
    MAY_CONFIRM,
    PROVIDER_KEY,
    TESTING,
    confirm_provider,
    kept_provider,
    proposed_provider,
    proposer_of,
    remove_provider,
    save_provider,
    withdraw_provider,
)
from shared_services.govuk.forms import GovukForm
from shared_services.govuk.views import FormPage, GuardedView
from shared_services.govuk.words import spoken_instant
from shared_services.tenancy.errors import NotAllowed

PERMISSION = "accounts.manage_officers"
CRUMBS = [("Set up your portal", "setting_up:task_list")]


class ProviderForm(GovukForm):
    """What the identity provider gives a new application."""

    name = forms.CharField(
        label="Name on the sign-in page", max_length=40, help_text="For example, your council account"
    )
    issuer = forms.URLField(
        label="Issuer", max_length=300, assume_scheme="https",
        help_text="The address under which /.well-known/openid-configuration is found",
    )  # fmt: skip
    client_id = forms.CharField(label="Client ID", max_length=190)
    client_secret = forms.CharField(
        label="Client secret", max_length=500, required=False, widget=forms.PasswordInput,
        help_text="Kept encrypted and never shown. Leave empty to keep the one that is there",
    )  # fmt: skip


class SingleSignOn(FormPage):
    """OpenID Connect of this council, and what the last test found."""

    permission = PERMISSION
    form_class = ProviderForm
    template_name = "pages/councils/setting_up/single_sign_on.html"
    title = "Single sign-on"
    button = "Save"
    breadcrumbs = CRUMBS

    def get_initial(self) -> dict[str, Any]:
        kept = proposed_provider() or kept_provider()
        if kept is None:
            return {}
        return {"name": kept.name, "issuer": kept.settings["server_url"], "client_id": kept.client_id}

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        proposed = proposed_provider()
        kept = proposed or kept_provider()
        found = kept.settings if kept else {}
        callback = self.request.build_absolute_uri(reverse("openid_connect_callback", args=[PROVIDER_KEY]))
        return super().get_context(
            kept=kept,
            in_force=kept_provider(),
            proposed=proposed,
            proposer=_name_of_proposer(proposed) if proposed else "",
            is_mine=_is_mine(proposed, self.actor),
            callback=callback,
            tested_at=datetime.fromisoformat(found["tested_at"]) if "tested_at" in found else None,
            test_email=found.get("test_email", ""),
            test_problem=found.get("test_problem", ""),
            **kwargs,
        )

    def act(self, form: ProviderForm) -> HttpResponse:
        try:
            saved = save_provider(actor=self.actor, **form.cleaned_data)
        except NotAllowed as refusal:
            form.add_error("client_secret" if "secret" in refusal.message else "issuer", refusal.message)
            return self.show_form(422)
        if saved.provider_id == PROVIDER_KEY:
            return self.done("Saved. Test it before officers use it")
        return self.done("Proposed. Test it, then ask another administrator or the section 151 officer to confirm it")


class TestSingleSignOn(GuardedView):
    """Go to the identity provider and come back: what it says is shown, and nobody is signed in or out."""

    permission = PERMISSION

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if proposed_provider() is None and kept_provider() is None:
            return redirect("setting_up:single_sign_on")
        request.session[TESTING] = True
        return redirect("openid_connect_login", provider_id=PROVIDER_KEY)


class ConfirmForm(GovukForm):
    """Which proposal was read."""

    proposal = forms.IntegerField(widget=forms.HiddenInput)


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
        found = proposed.settings if proposed is not None else {}
        return super().get_context(
            rows=_facts_of(proposed) if proposed else [],
            is_mine=_is_mine(proposed, self.actor),
            is_tested="test_email" in found and not found["test_problem"],
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
        return super().get_context(proposed=self.proposed, is_mine=self.is_mine, **kwargs)

    def get_back_url(self) -> str:
        return reverse("setting_up:confirm_single_sign_on")

    def act(self, form: Any) -> HttpResponse:
        withdraw_provider(actor=self.actor)
        done = "taken back" if self.is_mine else "turned down"
        return self.done(f"The proposed identity provider was {done}", to="govuk:home")


def _is_mine(app: Any, actor: Any) -> bool:
    return app is not None and proposer_of(app) == actor.pk


def _facts_of(app: Any) -> list[tuple[str, str]]:
    found = app.settings
    if "test_email" not in found:
        test = "Not tested"
    else:
        test = f"Failed. {found['test_problem']}" if found["test_problem"] else f"Worked: named {found['test_email']}"
    return [
        ("Name on the sign-in page", app.name),
        ("Issuer", found["server_url"]),
        ("Client ID", app.client_id),
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
