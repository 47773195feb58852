from __future__ import annotations

from django.urls import path

from . import views

app_name = "insight"
urlpatterns = [
    path("", views.SpendByCategory.as_view(), name="spend_by_category"),
    path("requisitions/", views.DemandByMonth.as_view(), name="requisitions_by_category"),
    path("categories/<str:division>/", views.DivisionFigures.as_view(), name="division_figures"),
    path("published/", views.ListPublishedSpend.as_view(), name="list_published_spend"),
    path("runs/", views.ListRuns.as_view(), name="list_runs"),
    path("runs/start/", views.StartConsolidation.as_view(), name="start_consolidation"),
    path("runs/<uuid:pk>/", views.ViewRun.as_view(), name="view_run"),
    path("runs/<uuid:pk>/retry/<int:council>/", views.RetryStep.as_view(), name="retry_step"),
]
