"""allauth's pages with what every page of the portal has: a title, an error summary, a way back."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlencode

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.usersessions import views as sessions
from django.urls import reverse

from shared_services.govuk.forms import error_links

from .browsers import browser_in_words
from .single_sign_on import kept_provider, sign_on_path


class Framed:
    """Adds the page's frame to an allauth view."""

    title: ClassVar[str] = ""
    back: ClassVar[str] = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)  # type: ignore[misc]
        errors: list[dict[str, str]] = []
        for name in ("form", "webauthn_form"):
            form = context.get(name)
            if form is not None and form.is_bound:
                errors += error_links(form)
        return {
            "title": self.title,
            "errors": errors,
            "back_url": reverse(self.back) if self.back else "",
            **context,
        }


class SignIn(Framed, account.LoginView):
    title = "Sign in"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        provider = kept_provider()
        if provider is not None:
            wanted = context["redirect_field_value"]
            asked = f"?{urlencode({context['redirect_field_name']: wanted})}" if wanted else ""
            context |= {"single_sign_on": provider, "single_sign_on_url": f"{sign_on_path(provider)}{asked}"}
        return context


class SignOut(Framed, account.LogoutView):
    title = "Sign out"


class SignUpClosed(Framed, account.SignupView):
    title = "Accounts are made by your administrator"
    template_name_signup_closed = "account/signup_closed.html"


class AccountInactive(Framed, account.AccountInactiveView):
    title = "You cannot sign in"


class ConfirmPassword(Framed, account.ReauthenticateView):
    title = "Confirm it is you"


class ChangePassword(Framed, account.PasswordChangeView):
    title = "Change your password"
    back = "accounts:my_account"


class ForgottenPassword(Framed, account.PasswordResetView):
    title = "Forgotten your password?"
    back = "account_login"


class ForgottenPasswordSent(Framed, account.PasswordResetDoneView):
    title = "Check your email"


class ChooseNewPassword(Framed, account.PasswordResetFromKeyView):
    title = "Choose a new password"


class NewPasswordChosen(Framed, account.PasswordResetFromKeyDoneView):
    title = "Your password is changed"


class ShowFactors(Framed, factors.IndexView):
    title = "Second factor"
    back = "accounts:my_account"


class EnterCode(Framed, factors.AuthenticateView):
    title = "Enter your security code"


class ConfirmCode(Framed, factors.ReauthenticateView):
    title = "Confirm it is you"


class AddAuthenticator(Framed, totp.ActivateTOTPView):
    title = "Add an authenticator app"
    back = "mfa_index"


class RemoveAuthenticator(Framed, totp.DeactivateTOTPView):
    title = "Remove your authenticator app"
    back = "mfa_index"


class ShowRecoveryCodes(Framed, codes.ViewRecoveryCodesView):
    title = "Your recovery codes"
    back = "mfa_index"


class MakeRecoveryCodes(Framed, codes.GenerateRecoveryCodesView):
    title = "Make new recovery codes"
    back = "mfa_index"


class ListPasskeys(Framed, passkeys.ListWebAuthnView):
    title = "Passkeys"
    back = "mfa_index"


class AddPasskey(Framed, passkeys.AddWebAuthnView):
    title = "Add a passkey"
    back = "mfa_index"


class RenamePasskey(Framed, passkeys.EditWebAuthnView):
    title = "Rename a passkey"
    back = "mfa_list_webauthn"


class RemovePasskey(Framed, passkeys.RemoveWebAuthnView):
    title = "Remove a passkey"
    back = "mfa_list_webauthn"


class ConfirmPasskey(Framed, passkeys.ReauthenticateWebAuthnView):
    title = "Confirm it is you"


class SignInWithPasskey(passkeys.LoginWebAuthnView):
    """Answers the browser's question for a challenge, then checks what the passkey signed."""


class ListSessions(Framed, sessions.ListUserSessionsView):
    title = "Where you are signed in"
    back = "accounts:my_account"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        for session in context["sessions"]:
            session.browser = browser_in_words(session.user_agent)
        return context
