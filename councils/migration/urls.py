"""Addresses of the migration from the legacy ERP, under imports/ on a council's host."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "migration"
urlpatterns = [
    path("", views.ListBatches.as_view(), name="list_batches"),
    path("new/", views.BringFiles.as_view(), name="bring_files"),
    path("codes/", views.ListCodes.as_view(), name="list_codes"),
    path("codes/<str:kind>/", views.MatchCodes.as_view(), name="match_codes"),
    path("templates/", views.ListTemplates.as_view(), name="list_templates"),
    path("templates/<str:table>.csv", views.DownloadTemplate.as_view(), name="download_template"),
    path("orders/", views.ListLegacyOrders.as_view(), name="list_legacy_orders"),
    path("orders/<str:number>/", views.ShowLegacyOrder.as_view(), name="legacy_order"),
    path("<str:reference>/", views.ShowBatch.as_view(), name="batch"),
    path("<str:reference>/problems/", views.ListProblems.as_view(), name="problems"),
    path("<str:reference>/files/<uuid:file_id>/columns/", views.MapColumns.as_view(), name="map_columns"),
    path("<str:reference>/totals/", views.StateTotals.as_view(), name="totals"),
    path("<str:reference>/sign/", views.SignOff.as_view(), name="sign_off"),
    path("<str:reference>/check/", views.CheckAgain.as_view(), name="check_again"),
    path("<str:reference>/load/", views.LoadBatch.as_view(), name="load"),
    path("<str:reference>/undo/", views.UndoBatch.as_view(), name="undo"),
    path("<str:reference>/discard/", views.DiscardBatch.as_view(), name="discard"),
]
