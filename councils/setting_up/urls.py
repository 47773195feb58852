from __future__ import annotations

from django.urls import path

from . import readiness_pages, single_sign_on, views

app_name = "setting_up"
urlpatterns = [
    path("", views.TaskList.as_view(), name="task_list"),
    path("readiness/", readiness_pages.Readiness.as_view(), name="readiness"),
    path("go-live/", readiness_pages.GoLive.as_view(), name="go_live"),
    path("networks/", views.Networks.as_view(), name="networks"),
    path("networks/<uuid:pk>/remove/", views.RemoveNetwork.as_view(), name="remove_network"),
    path("identity-provider/", views.IdentityProvider.as_view(), name="identity_provider"),
    path("identity-provider/revoke/", views.RevokeScimKey.as_view(), name="revoke_scim_key"),
    path("single-sign-on/", single_sign_on.SingleSignOn.as_view(), name="single_sign_on"),
    path("single-sign-on/openid-connect/", single_sign_on.SetUpOpenIdConnect.as_view(), name="openid_connect"),
    path("single-sign-on/saml/", single_sign_on.SetUpSaml.as_view(), name="saml"),
    path("single-sign-on/test/", single_sign_on.TestSingleSignOn.as_view(), name="test_single_sign_on"),
    path("single-sign-on/confirm/", single_sign_on.ConfirmSingleSignOn.as_view(), name="confirm_single_sign_on"),
    path("single-sign-on/turn-down/", single_sign_on.WithdrawSingleSignOn.as_view(), name="withdraw_single_sign_on"),
    path("single-sign-on/remove/", single_sign_on.RemoveSingleSignOn.as_view(), name="remove_single_sign_on"),
    path("authority/", views.UseTemplate.as_view(), name="use_template"),
    path("tables/<slug:key>/", views.LoadTable.as_view(), name="load_table"),
    path("tables/<slug:key>/template.csv", views.TableTemplate.as_view(), name="table_template"),
]
