from __future__ import annotations

from django.urls import path

from .views import demand, proposals

app_name = "procurement"
urlpatterns = [
    path("demand/", demand.ListDemand.as_view(), name="list_demand"),
    path("demand/categories/", demand.DemandByCategory.as_view(), name="demand_by_category"),
    path("demand/categories/<str:division>/", demand.DemandInDivision.as_view(), name="demand_in_division"),
    path("demand/group/", proposals.GroupDemand.as_view(), name="group_demand"),
    path("demand/<int:council>/<uuid:requisition>/", demand.ViewDemand.as_view(), name="view_demand"),
    path(
        "demand/<int:council>/<uuid:requisition>/hand-back/", demand.HandBackDemand.as_view(), name="hand_back_demand"
    ),
    path("codes/", demand.FindCpv.as_view(), name="find_cpv"),
    path("proposals/", proposals.ListProposals.as_view(), name="list_proposals"),
    path("proposals/<uuid:pk>/", proposals.ViewProposal.as_view(), name="view_proposal"),
    path("proposals/<uuid:pk>/change/", proposals.ChangeProposal.as_view(), name="change_proposal"),
    path("proposals/<uuid:pk>/submit/", proposals.SubmitProposal.as_view(), name="submit_proposal"),
    path("proposals/<uuid:pk>/cancel/", proposals.CancelProposal.as_view(), name="cancel_proposal"),
    path("proposals/<uuid:pk>/remove/<uuid:requisition>/", proposals.RemoveDemand.as_view(), name="remove_demand"),
    path(
        "proposals/<uuid:pk>/ask-again/<uuid:share>/", proposals.AskForOrderAgain.as_view(), name="ask_for_order_again"
    ),
]
