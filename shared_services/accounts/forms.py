"""Sign-in forms in the words of the house."""

from __future__ import annotations

from allauth.account import forms as account_forms
from allauth.mfa.base import forms as factor_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as passkey_forms

ADVICE = "At least 8 characters. Three random words make a good password. You may paste it from a password manager."


class SignInForm(account_forms.LoginForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "login", "Email address", missing="Enter your email address")
        _say(self, "password", "Password", missing="Enter your password", hint="")


class ForgottenPasswordForm(account_forms.ResetPasswordForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "email", "Email address", missing="Enter your email address")


class NewPasswordForm(account_forms.ResetPasswordKeyForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        _say_new_password(self)


class ChangePasswordForm(account_forms.ChangePasswordForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "oldpassword", "Current password", missing="Enter your current password", hint="")
        _say_new_password(self)


class ConfirmPasswordForm(account_forms.ReauthenticateForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "password", "Password", missing="Enter your password", hint="")


class EnterCodeForm(factor_forms.AuthenticateForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        _say_code(self)


class ConfirmCodeForm(factor_forms.ReauthenticateForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        _say_code(self)


class AddAuthenticatorForm(totp_forms.ActivateTOTPForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "code", "Code from the app", missing="Enter the 6 digits that your app shows", hint="6 digits")
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "class": "govuk-input--width-10"}


class AddPasskeyForm(passkey_forms.AddWebAuthnForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "name", "Name of the passkey", missing="Enter a name, like “Work laptop”", hint="")
        if "passwordless" in self.fields:
            self.fields["passwordless"].label = "Sign in with this passkey alone, without a password"
            self.fields["passwordless"].help_text = "The device then asks for your fingerprint, face or PIN."


class RenamePasskeyForm(passkey_forms.EditWebAuthnForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "name", "Name of the passkey", missing="Enter a name, like “Work laptop”")


def _say(form, name: str, label: str, *, missing: str, hint: str | None = None) -> None:
    field = form.fields[name]
    field.label = label
    field.error_messages["required"] = missing
    field.widget.attrs.pop("placeholder", None)
    if hint is not None:
        field.help_text = hint


def _say_new_password(form) -> None:
    _say(form, "password1", "New password", missing="Enter a new password", hint=ADVICE)
    _say(form, "password2", "New password again", missing="Enter the new password again", hint="")


def _say_code(form) -> None:
    _say(
        form,
        "code",
        "Security code",
        missing="Enter the code from your authenticator app, or a recovery code",
        hint="6 digits from your authenticator app, or one of your recovery codes",
    )
    form.fields["code"].widget.attrs["class"] = "govuk-input--width-10"
