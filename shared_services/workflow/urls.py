from __future__ import annotations

from django.urls import path

from .views.answers import StartProcess, StartRequest, Suggest
from .views.case_verbs import (
    AddCaseFile,
    ChangeTimes,
    CommentOnCase,
    ContinueCase,
    HoldCase,
    RedoStep,
    RemoveCaseFile,
    ReopenCase,
)
from .views.cases import CaseLive, CasePicture, ListCases, ParkedTasks, ViewCase
from .views.faults import RetryCase
from .views.task_verbs import AnswerQuestion, AskQuestion, ClaimTask, ForwardTask, ReleaseTask, WithdrawQuestion
from .views.tasks import DecideTask, Inbox

app_name = "workflow"
urlpatterns = [
    path("inbox/", Inbox.as_view(), name="inbox"),
    path("tasks/<uuid:task_id>/", DecideTask.as_view(), name="task"),
    path("cases/", ListCases.as_view(), name="list_cases"),
    path("cases/nobody-can-act/", ParkedTasks.as_view(), name="parked_tasks"),
    path("cases/<uuid:case_id>/", ViewCase.as_view(), name="case"),
    path("cases/times/", ChangeTimes.as_view(), name="casework_times"),
    path("tasks/<uuid:task_id>/claim/", ClaimTask.as_view(), name="claim_task"),
    path("tasks/<uuid:task_id>/release/", ReleaseTask.as_view(), name="release_task"),
    path("tasks/<uuid:task_id>/forward/", ForwardTask.as_view(), name="forward_task"),
    path("tasks/<uuid:task_id>/ask/", AskQuestion.as_view(), name="ask_question"),
    path("tasks/<uuid:task_id>/answer/", AnswerQuestion.as_view(), name="answer_question"),
    path("tasks/<uuid:task_id>/withdraw-question/", WithdrawQuestion.as_view(), name="withdraw_question"),
    path("cases/<uuid:case_id>/live/", CaseLive.as_view(), name="case_live"),
    path("cases/<uuid:case_id>/hold/", HoldCase.as_view(), name="hold_case"),
    path("cases/<uuid:case_id>/go-on/", ContinueCase.as_view(), name="continue_case"),
    path("cases/<uuid:case_id>/back/", RedoStep.as_view(), name="redo_step"),
    path("cases/<uuid:case_id>/reopen/", ReopenCase.as_view(), name="reopen_case"),
    path("cases/<uuid:case_id>/comment/", CommentOnCase.as_view(), name="comment_on_case"),
    path("cases/<uuid:case_id>/files/add/", AddCaseFile.as_view(), name="add_case_file"),
    path("cases/<uuid:case_id>/files/<uuid:attachment_id>/remove/", RemoveCaseFile.as_view(), name="remove_case_file"),
    path("cases/<uuid:case_id>/picture.svg", CasePicture.as_view(), name="case_picture"),
    path("cases/<uuid:case_id>/try-again/", RetryCase.as_view(), name="retry_case"),
    path("start/", StartRequest.as_view(), name="start_request"),
    path("start/<str:key>/", StartProcess.as_view(), name="start_process"),
    path("suggest/<slug:kind>/", Suggest.as_view(), name="suggest"),
]
