"""Addresses of requisitions and orders on a council's host."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "purchasing"
urlpatterns = [
    path("requisitions/", views.ListRequisitions.as_view(), name="list_requisitions"),
    path("requisitions/new/", views.StartRequisition.as_view(), name="start_requisition"),
    path("requisitions/cpv/", views.SearchCpv.as_view(), name="search_cpv"),
    path("requisitions/cpv/suggest/", views.SuggestCpv.as_view(), name="suggest_cpv"),
    path("requisitions/balance/", views.ShowBalance.as_view(), name="show_balance"),
    path("requisitions/<str:reference>/", views.ShowRequisition.as_view(), name="requisition"),
    path("requisitions/<str:reference>/change/", views.EditRequisition.as_view(), name="edit_requisition"),
    path("requisitions/<str:reference>/check/", views.CheckRequisition.as_view(), name="check_requisition"),
    path("requisitions/<str:reference>/withdraw/", views.WithdrawRequisition.as_view(), name="withdraw_requisition"),
    path("requisitions/<str:reference>/delete/", views.DeleteDraft.as_view(), name="delete_draft"),
    path("requisitions/<str:reference>/copy/", views.CopyRequisition.as_view(), name="copy_requisition"),
    path("requisitions/<str:reference>/files/", views.ChangeFiles.as_view(), name="files"),
    path("requisitions/<str:reference>/files/<uuid:file_id>/remove/", views.RemoveFile.as_view(), name="remove_file"),
    path("orders/", views.ListOrders.as_view(), name="list_orders"),
    path("orders/<str:reference>/", views.ShowOrder.as_view(), name="order"),
    path("orders/<str:reference>/print/", views.PrintOrder.as_view(), name="print_order"),
    path("orders/<str:reference>/order.pdf", views.DownloadOrder.as_view(), name="download_order"),
    path("orders/<str:reference>/sent/", views.RecordSent.as_view(), name="record_sent"),
    path("orders/<str:reference>/cancel/", views.CancelOrder.as_view(), name="cancel_order"),
    path("suppliers/", views.ListSuppliers.as_view(), name="list_suppliers"),
    path("suppliers/<str:number>/", views.ShowSupplier.as_view(), name="supplier"),
    path("suppliers/<str:number>/change/", views.ChangeSupplier.as_view(), name="change_supplier"),
    path("suppliers/<str:number>/bank-account/", views.NewBankAccount.as_view(), name="new_bank_account"),
    path(
        "suppliers/<str:number>/bank-account/<uuid:pk>/confirm/",
        views.ConfirmBankAccount.as_view(),
        name="confirm_bank_account",
    ),
    path(
        "suppliers/<str:number>/bank-account/<uuid:pk>/turn-down/",
        views.TurnDownBankAccount.as_view(),
        name="turn_down_bank_account",
    ),
]
