"""Addresses of sign-in and of one's own account. allauth's own names stay without a namespace: its code asks for them."""

from __future__ import annotations

from allauth.account import views as account
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from . import officer_views, views

sign_in = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("signup/", account.signup, name="account_signup"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("email/", RedirectView.as_view(pattern_name="accounts:my_account"), name="account_email"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("second-factor/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
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

urlpatterns = [*sign_in, path("", include((own_account, "accounts")))]
