"""Addresses of joining on the base host. Most are open to everybody."""

from __future__ import annotations

from django.urls import path

from .views import applying, front, signing, team, votes

app_name = "joining"
urlpatterns = [
    path("compare/", front.Compare.as_view(), name="compare"),
    path("agreements/<slug:key>/<int:number>/", front.ShowAgreement.as_view(), name="agreement"),
    path("agreements/<slug:key>/<int:number>/terms.json", front.AgreementTerms.as_view(), name="terms"),
    path("apply/", applying.StartApplication.as_view(), name="start"),
    path("sent/", applying.LinkSent.as_view(), name="link_sent"),
    path("return/", applying.ComeBack.as_view(), name="come_back"),
    path("link/<str:secret>/", applying.OpenLink.as_view(), name="open_link"),
    path("link/<str:secret>/again/", applying.SendLinkAgain.as_view(), name="send_again"),
    path("application/", applying.ShowApplication.as_view(), name="application"),
    path("application/officers/", applying.NameOfficers.as_view(), name="name_officers"),
    path("application/services/", applying.ChooseServices.as_view(), name="choose_services"),
    path("application/portal/", applying.DescribePortal.as_view(), name="describe_portal"),
    path("application/check/", applying.CheckApplication.as_view(), name="check"),
    path("application/officers/<slug:role>/change/", applying.ReplaceSignatory.as_view(), name="replace_signatory"),
    path("application/officers/<slug:role>/remind/", applying.RemindSignatory.as_view(), name="remind_signatory"),
    path("application/set-up-again/", applying.RetryOpening.as_view(), name="retry_own_opening"),
    path("application/withdraw/", applying.Withdraw.as_view(), name="withdraw"),
    path("sign/done/", signing.Signed.as_view(), name="signed"),
    path("sign/<str:secret>/", signing.Sign.as_view(), name="sign"),
    path("applications/", team.ListApplications.as_view(), name="list_applications"),
    path("live/", votes.ListLiveDecisions.as_view(), name="list_live_decisions"),
    path("applications/admission/", team.ChangeAdmission.as_view(), name="change_admission"),
    path("applications/<uuid:pk>/", team.ViewApplication.as_view(), name="view_application"),
    path("applications/<uuid:pk>/set-up-again/", team.RetryOpening.as_view(), name="retry_opening"),
]
