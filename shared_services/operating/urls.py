"""Addresses of the platform operator's pages on the base host."""

from __future__ import annotations

from django.urls import path

from .views import operator

app_name = "operations"
urlpatterns = [
    path("", operator.ListRooms.as_view(), name="list_rooms"),
    path("rooms/<int:number>/", operator.ShowRoom.as_view(), name="show_room"),
    path("rooms/<int:number>/back-up/", operator.BackUp.as_view(), name="back_up"),
    path("rooms/<int:number>/drill/", operator.Drill.as_view(), name="drill"),
    path("rooms/<int:number>/restore/", operator.Restore.as_view(), name="restore"),
    path("rooms/<int:number>/rename/", operator.Rename.as_view(), name="rename"),
    path("rooms/<int:number>/succeed/", operator.Succeed.as_view(), name="succeed"),
    path("rooms/<int:number>/try-merger/", operator.TryMerger.as_view(), name="try_merger"),
    path("rooms/<int:number>/merge/", operator.Merge.as_view(), name="merge"),
    path("rooms/<int:number>/undo-merger/", operator.Unmerge.as_view(), name="unmerge"),
    path("rooms/<int:number>/clone/", operator.Clone.as_view(), name="clone"),
    path("rooms/<int:number>/remove-sandbox/", operator.RemoveSandbox.as_view(), name="remove_sandbox"),
    path("rooms/<int:number>/suspend/", operator.Suspend.as_view(), name="suspend"),
    path("rooms/<int:number>/resume/", operator.Resume.as_view(), name="resume"),
    path("rooms/<int:number>/access/", operator.Access.as_view(), name="access"),
    path("<uuid:pk>/", operator.ShowOperation.as_view(), name="show_operation"),
    path("<uuid:pk>/withdraw/", operator.WithdrawOperation.as_view(), name="withdraw"),
    path("<uuid:pk>/try-again/", operator.TryAgain.as_view(), name="try_again"),
]
