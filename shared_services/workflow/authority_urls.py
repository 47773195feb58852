"""The authority matrix, on councils' hosts only: the shared service has none."""

from __future__ import annotations

from django.urls import path

from .views import matrix_grid as grid
from .views.authority import AddRule, EndRule, Matrix, WhoWouldApprove

app_name = "authority"
urlpatterns = [
    path("", Matrix.as_view(), name="matrix"),
    path("add/", AddRule.as_view(), name="add_rule"),
    path("who/", WhoWouldApprove.as_view(), name="who_would_approve"),
    path("replay/", grid.Replay.as_view(), name="replay"),
    path("change/<slug:decision_type>/", grid.ChangeMatrix.as_view(), name="change_matrix"),
    path("prepared/", grid.ListPlans.as_view(), name="plans"),
    path("prepared/new/", grid.PrepareMatrix.as_view(), name="prepare"),
    path("prepared/<uuid:plan_id>/", grid.ViewPlan.as_view(), name="plan"),
    path("prepared/<uuid:plan_id>/change/", grid.ChangePlan.as_view(), name="change_plan"),
    path("prepared/<uuid:plan_id>/sign/", grid.SignPlan.as_view(), name="sign_plan"),
    path("prepared/<uuid:plan_id>/withdraw/", grid.WithdrawPlan.as_view(), name="withdraw_plan"),
    path("<uuid:rule_id>/end/", EndRule.as_view(), name="end_rule"),
]
