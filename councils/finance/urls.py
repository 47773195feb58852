"""Addresses of finance, under finance/ on a council's host."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "finance"
urlpatterns = [
    path("", views.ListBudgets.as_view(), name="list_budgets"),
    path("budgets/set/", views.SetBudget.as_view(), name="set_budget"),
    path("cost-centres/", views.ListCostCentres.as_view(), name="list_cost_centres"),
    path("cost-centres/new/", views.AddCostCentre.as_view(), name="add_cost_centre"),
    path("cost-centres/<str:code>/", views.ShowCostCentre.as_view(), name="cost_centre"),
    path("cost-centres/<str:code>/commitments/", views.ListCommitments.as_view(), name="list_commitments"),
    path("cost-centres/<str:code>/change/", views.ChangeCostCentre.as_view(), name="change_cost_centre"),
    path("codes/", views.ListSubjectiveCodes.as_view(), name="list_subjective_codes"),
    path("codes/new/", views.AddSubjectiveCode.as_view(), name="add_subjective_code"),
    path("codes/<str:code>/change/", views.ChangeSubjectiveCode.as_view(), name="change_subjective_code"),
    path("virements/", views.ListVirements.as_view(), name="list_virements"),
    path("virements/new/", views.Vire.as_view(), name="vire"),
    path("virements/limits/", views.ChangeVirementLimits.as_view(), name="virement_limits"),
    path("virements/<str:reference>/", views.ShowVirement.as_view(), name="virement"),
]
