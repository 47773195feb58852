"""What is asked about the council's identity provider."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from shared_services.accounts.saml.certificates import split_pasted
from shared_services.accounts.saml.documents import MAX_METADATA, Refused
from shared_services.accounts.saml.metadata import described, provider_from_metadata
from shared_services.govuk.forms import GovukForm, RadioField

NAME_HELP = "For example, your council account"
NAME_LABEL = "Name on the sign-in page"
TYPED = ("entity_id", "sign_on_url", "certificates")
"""What is entered where there is no metadata."""


class ProtocolForm(GovukForm):
    protocol = RadioField(
        label="How does your identity provider sign people in?",
        choices=[("openid_connect", "OpenID Connect"), ("saml", "SAML 2.0")],
        hints={
            "openid_connect": "You need an issuer address, a client ID and a client secret",
            "saml": "You need a metadata file, or an entity ID, a sign-on address and a certificate",
        },
        error_messages={"required": "Choose OpenID Connect or SAML 2.0"},
    )


class OpenIdConnectForm(GovukForm):
    """What an OpenID Connect provider gives a new application."""

    name = forms.CharField(label=NAME_LABEL, max_length=40, help_text=NAME_HELP)
    issuer = forms.URLField(
        label="Issuer", max_length=300, assume_scheme="https",
        help_text="The address under which /.well-known/openid-configuration is found",
    )  # fmt: skip
    client_id = forms.CharField(label="Client ID", max_length=190)
    client_secret = forms.CharField(
        label="Client secret", max_length=500, required=False, widget=forms.PasswordInput,
        help_text="Kept encrypted and never shown. Leave empty to keep the one that is there",
    )  # fmt: skip


class SamlForm(GovukForm):
    """What a SAML identity provider gives: its metadata, as a file or pasted, or else its three details."""

    mark_optional = False  # Nothing is: one of three ways must be taken, which the headings say.

    name = forms.CharField(label=NAME_LABEL, max_length=40, help_text=NAME_HELP)
    metadata_file = forms.FileField(
        label="Metadata file", required=False, widget=forms.FileInput(attrs={"accept": ".xml,text/xml,application/xml"}),
        help_text="The XML file that your identity provider offers. It takes the place of all that is below",
        error_messages={"empty": "The metadata file is empty. Choose another file"},
    )  # fmt: skip
    metadata_text = forms.CharField(
        label="Or paste the metadata", required=False, widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text="From <EntityDescriptor to the end",
    )  # fmt: skip
    entity_id = forms.CharField(
        label="Entity ID of the identity provider", required=False, max_length=1024,
        help_text="Also called issuer or identifier",
    )  # fmt: skip
    sign_on_url = forms.URLField(
        label="Sign-on address", required=False, max_length=1000, assume_scheme="https",
        help_text="Also called login URL",
    )  # fmt: skip
    certificates = forms.CharField(
        label="Signing certificates", required=False, widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text="With their BEGIN and END lines. While a new one takes over, paste both",
    )  # fmt: skip

    def clean_metadata_file(self) -> Any:
        sent = self.cleaned_data["metadata_file"]
        if sent is not None and sent.size > MAX_METADATA:
            raise forms.ValidationError(f"The metadata file must be {MAX_METADATA // 1024} KB or smaller")
        return sent

    def clean(self) -> dict[str, Any]:
        """`described` is the identity provider, by the first of the three ways that was used."""
        answers = super().clean() or {}
        if answers.get("metadata_file") or answers.get("metadata_text"):
            # The metadata takes the place of these, whatever was typed into them.
            for name in TYPED:
                self.errors.pop(name, None)
        if self.errors:
            return answers
        sent, pasted, now = answers["metadata_file"], answers["metadata_text"], timezone.now()
        place = "metadata_file" if sent else "metadata_text" if pasted else "certificates"
        try:
            if sent or pasted:
                answers["described"] = provider_from_metadata(sent.read() if sent else pasted.encode(), now=now)
            elif not any(answers[name] for name in TYPED):
                self.add_error("metadata_file", "Choose the metadata file, paste it, or enter the three details")
            elif self._has_all(answers):
                answers["described"] = described(
                    answers["entity_id"], answers["sign_on_url"], split_pasted(answers["certificates"]), now=now
                )
        except Refused as refusal:
            self.add_error(place, str(refusal))
        return answers

    def _has_all(self, answers: dict[str, Any]) -> bool:
        for name in TYPED:
            if not answers[name]:
                label = str(self.fields[name].label)
                self.add_error(name, f"Enter the {label[0].lower()}{label[1:]}")
        return not self.errors


class ConfirmForm(GovukForm):
    """Which proposal was read."""

    proposal = forms.IntegerField(widget=forms.HiddenInput)
