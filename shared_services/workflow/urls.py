from __future__ import annotations

from django.urls import path

from .views.answers import StartProcess, StartRequest, Suggest
from .views.cases import CasePicture, ListCases, ParkedTasks, ViewCase
from .views.faults import RetryCase
from .views.tasks import DecideTask, Inbox

app_name = "workflow"
urlpatterns = [
    path("inbox/", Inbox.as_view(), name="inbox"),
    path("tasks/<uuid:task_id>/", DecideTask.as_view(), name="task"),
    path("cases/", ListCases.as_view(), name="list_cases"),
    path("cases/nobody-can-act/", ParkedTasks.as_view(), name="parked_tasks"),
    path("cases/<uuid:case_id>/", ViewCase.as_view(), name="case"),
    path("cases/<uuid:case_id>/picture.svg", CasePicture.as_view(), name="case_picture"),
    path("cases/<uuid:case_id>/try-again/", RetryCase.as_view(), name="retry_case"),
    path("start/", StartRequest.as_view(), name="start_request"),
    path("start/<str:key>/", StartProcess.as_view(), name="start_process"),
    path("suggest/<slug:kind>/", Suggest.as_view(), name="suggest"),
]
