"""Addresses of sign-in and of one's own account. allauth's own names stay without a namespace: its code asks for them."""

from __future__ import annotations

from django.urls import include, path, re_path
from django.views.generic import RedirectView

from . import officer_views, saml_views, sign_in_views, views
from .single_sign_on_views import FromProvider, ToProvider

sign_in = [
    path("login/", sign_in_views.SignIn.as_view(), name="account_login"),
    path("logout/", sign_in_views.SignOut.as_view(), name="account_logout"),
    path("inactive/", sign_in_views.AccountInactive.as_view(), name="account_inactive"),
    path("signup/", sign_in_views.SignUpClosed.as_view(), name="account_signup"),
    path("reauthenticate/", sign_in_views.ConfirmPassword.as_view(), name="account_reauthenticate"),
    path("email/", RedirectView.as_view(pattern_name="accounts:my_account"), name="account_email"),
    path("password/change/", sign_in_views.ChangePassword.as_view(), name="account_change_password"),
    path("password/set/", RedirectView.as_view(pattern_name="account_reset_password"), name="account_set_password"),
    path("password/reset/", sign_in_views.ForgottenPassword.as_view(), name="account_reset_password"),
    path("password/reset/done/", sign_in_views.ForgottenPasswordSent.as_view(), name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        sign_in_views.ChooseNewPassword.as_view(),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        sign_in_views.NewPasswordChosen.as_view(),
        name="account_reset_password_from_key_done",
    ),
]

single_sign_on = [
    path("saml/metadata/", saml_views.ShowMetadata.as_view(), name="saml_metadata"),
    path("saml/login/", saml_views.AskProvider.as_view(), name="saml_login"),
    path("saml/consume/", saml_views.ConsumeAnswer.as_view(), name="saml_consume"),
    path("saml/finish/<str:ticket>/", saml_views.Finish.as_view(), name="saml_finish"),
    path("<slug:provider_id>/login/", ToProvider.as_view(), name="openid_connect_login"),
    path("<slug:provider_id>/login/callback/", FromProvider.as_view(), name="openid_connect_callback"),
    path("cancelled/", RedirectView.as_view(pattern_name="account_login"), name="socialaccount_login_cancelled"),
    path("sign-up/", RedirectView.as_view(pattern_name="account_signup"), name="socialaccount_signup"),
    path("", RedirectView.as_view(pattern_name="accounts:my_account"), name="socialaccount_connections"),
]

second_factor = [
    path("", sign_in_views.ShowFactors.as_view(), name="mfa_index"),
    path("authenticate/", sign_in_views.EnterCode.as_view(), name="mfa_authenticate"),
    path("reauthenticate/", sign_in_views.ConfirmCode.as_view(), name="mfa_reauthenticate"),
    path("totp/activate/", sign_in_views.AddAuthenticator.as_view(), name="mfa_activate_totp"),
    path("totp/deactivate/", sign_in_views.RemoveAuthenticator.as_view(), name="mfa_deactivate_totp"),
    path("recovery-codes/", sign_in_views.ShowRecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
    path("recovery-codes/generate/", sign_in_views.MakeRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("passkeys/", sign_in_views.ListPasskeys.as_view(), name="mfa_list_webauthn"),
    path("passkeys/add/", sign_in_views.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("passkeys/reauthenticate/", sign_in_views.ConfirmPasskey.as_view(), name="mfa_reauthenticate_webauthn"),
    path("passkeys/<int:pk>/remove/", sign_in_views.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("passkeys/<int:pk>/rename/", sign_in_views.RenamePasskey.as_view(), name="mfa_edit_webauthn"),
    path("passkeys/login/", sign_in_views.SignInWithPasskey.as_view(), name="mfa_login_webauthn"),
]

own_account = [
    path("", views.MyAccount.as_view(), name="my_account"),
    path("second-factor/set-up/", views.SetUpSecondFactor.as_view(), name="set_up_second_factor"),
    path("second-factor/totp/picture.svg", views.AuthenticatorPicture.as_view(), name="authenticator_picture"),
    path("sign-out-everywhere/", views.SignOutEverywhere.as_view(), name="sign_out_everywhere"),
    path("tokens/", views.ListTokens.as_view(), name="list_tokens"),
    path("tokens/add/", views.CreateToken.as_view(), name="create_token"),
    path("tokens/<uuid:token_id>/revoke/", views.RevokeToken.as_view(), name="revoke_token"),
    path("officers/", officer_views.ListOfficers.as_view(), name="list_officers"),
    path("officers/add/", officer_views.AddOfficer.as_view(), name="add_officer"),
    path("officers/<uuid:card_id>/", officer_views.ShowOfficer.as_view(), name="show_officer"),
    path("officers/<uuid:card_id>/change/", officer_views.ChangeOfficer.as_view(), name="change_officer"),
    path("officers/<uuid:card_id>/deactivate/", officer_views.DeactivateOfficer.as_view(), name="deactivate_officer"),
    path("officers/<uuid:card_id>/reactivate/", officer_views.ReactivateOfficer.as_view(), name="reactivate_officer"),
    path("officers/<uuid:card_id>/roles/grant/", officer_views.GrantRole.as_view(), name="grant_role"),
    path("officers/<uuid:card_id>/roles/<slug:role>/end/", officer_views.EndRole.as_view(), name="end_role"),
    path(
        "officers/<uuid:card_id>/second-factor/reset/",
        officer_views.ResetSecondFactor.as_view(),
        name="reset_second_factor",
    ),
]

urlpatterns = [
    *sign_in,
    path("", include((own_account, "accounts"))),
    path("single-sign-on/", include(single_sign_on)),
    path("second-factor/", include(second_factor)),
    path("sessions/", sign_in_views.ListSessions.as_view(), name="usersessions_list"),
]
