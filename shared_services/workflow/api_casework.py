"""What programs may do with tasks and cases besides deciding: the same verbs as the pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.decorators import action

from shared_services.api.bodies import Body, Nothing
from shared_services.api.problems import Problem
from shared_services.api.rows import Answer, elsewhere, row_of

from . import claims, foresight, going_back, holds, questions, remarks
from .casework import MAY_MANAGE, MAY_TAKE_PART
from .choices import CaseStatus, TaskKind, TaskStatus
from .models import Case, Task
from .selectors import may_view_case


class HandledTaskAnswer(Answer):
    """A task as a verb left it."""

    id = serializers.UUIDField()
    case_id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=TaskKind.choices)
    title = serializers.CharField()
    reference = serializers.CharField()
    status = serializers.ChoiceField(choices=TaskStatus.choices)
    due_on = serializers.DateField(allow_null=True)
    claimed_by_name = serializers.CharField()
    claim_ends_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()


class HandledCaseAnswer(Answer):
    """A case as a verb left it."""

    id = serializers.UUIDField()
    reference = serializers.CharField()
    status = serializers.ChoiceField(choices=CaseStatus.choices)
    step = serializers.CharField()
    outcome = serializers.CharField()
    suspended_at = serializers.DateTimeField(allow_null=True)
    suspended_until = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()


class AheadAnswer(Answer):
    outcome = serializers.CharField()
    action = serializers.CharField()
    sentence = serializers.CharField()


class TaskAheadAnswer(Answer):
    answers = elsewhere(AheadAnswer(many=True))


class ClaimBody(Body):
    take_over = serializers.BooleanField(required=False, default=False, help_text="from an officer who claimed it")


class ForwardBody(Body):
    to_card_id = serializers.UUIDField(help_text="the officer’s card; one who may decide the task")
    note = serializers.CharField(max_length=claims.REASON_LENGTH)


class QuestionBody(Body):
    to_card_id = serializers.UUIDField(help_text="the officer’s card")
    question = serializers.CharField(max_length=questions.TEXT_LENGTH)


class AnswerBody(Body):
    answer = serializers.CharField(max_length=questions.TEXT_LENGTH)


class HoldBody(Body):
    reason = serializers.CharField(max_length=holds.REASON_LENGTH)
    until = serializers.DateField(required=False, allow_null=True, default=None, help_text="goes on by itself that day")


class GoOnBody(Body):
    note = serializers.CharField(max_length=holds.REASON_LENGTH, required=False, default="", allow_blank=True)


class RedoBody(Body):
    step = serializers.CharField(max_length=80, help_text="a step that the case has passed, by its name in the drawing")
    reason = serializers.CharField(max_length=going_back.REASON_LENGTH)


class ReopenBody(Body):
    reason = serializers.CharField(max_length=going_back.REASON_LENGTH)


class CommentBody(Body):
    text = serializers.CharField(max_length=remarks.TEXT_LENGTH)
    mention_card_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    to_all_parties = serializers.BooleanField(required=False, default=False)


class TaskVerbs:
    """Claim, release, forward, ask, answer, withdraw a question, and what each answer would lead to."""

    verb_permissions = dict.fromkeys(
        ("claim", "release", "forward", "ask", "answer_question", "withdraw_question"), "workflow.complete_task"
    )
    verb_permissions["ahead"] = "workflow.view_inbox"
    verb_bodies: dict[str, Any] = {
        "claim": ClaimBody,
        "release": Nothing,
        "forward": ForwardBody,
        "ask": QuestionBody,
        "withdraw_question": Nothing,
        "answer_question": AnswerBody,
    }
    verb_answers: dict[str, Any] = {**dict.fromkeys(verb_bodies, HandledTaskAnswer), "ahead": TaskAheadAnswer}

    @action(detail=True, methods=["post"])
    def claim(self: Any, request: Any, pk: UUID) -> HttpResponse:
        """Take a task in hand. Claiming twice changes nothing."""
        return self.handled(claims.claim_task(actor=self.actor, task_id=pk, version=self.version, **self.read_body()))

    @action(detail=True, methods=["post"])
    def release(self: Any, request: Any, pk: UUID) -> HttpResponse:
        """Give a claimed task back. Releasing twice changes nothing."""
        self.read_body()
        return self.handled(claims.release_task(actor=self.actor, task_id=pk, version=self.version))

    @action(detail=True, methods=["post"])
    def forward(self: Any, request: Any, pk: UUID) -> HttpResponse:
        """Hand a task to another officer who may decide it."""
        return self.handled(claims.forward_task(actor=self.actor, task_id=pk, version=self.version, **self.read_body()))

    @action(detail=True, methods=["post"])
    def ask(self: Any, request: Any, pk: UUID) -> HttpResponse:
        """Ask an officer of this room about the case. Gives the task that waits for the answer."""
        return self.handled(questions.ask_question(actor=self.actor, task_id=pk, **self.read_body()), status=201)

    @action(detail=True, methods=["post"], url_path="answer")
    def answer_question(self: Any, request: Any, pk: UUID) -> HttpResponse:
        """Answer a question that was put to you."""
        data = self.read_body()
        return self.handled(questions.answer_question(actor=self.actor, task_id=pk, version=self.version, **data))

    @action(detail=True, methods=["post"], url_path="withdraw-question")
    def withdraw_question(self: Any, request: Any, pk: UUID) -> HttpResponse:
        """Take back a question that you asked; its key is what asking gave. Twice changes nothing."""
        self.read_body()
        return self.handled(questions.withdraw_question(actor=self.actor, task_id=pk))

    @action(detail=True, methods=["get"])
    def ahead(self: Any, request: Any, pk: UUID) -> HttpResponse:
        """What each answer to a task would lead to."""
        task = Task.objects.of_this_room().select_related("case").filter(pk=pk).first()
        if task is None or not task.is_open or not may_view_case(self.actor, task.case):
            raise Problem(404, "not_found", "There is nothing here under that address.")
        found = foresight.after_each_answer(task.case, task)
        return self.answer({"answers": [row_of(one, AheadAnswer) for one in found]})

    def handled(self: Any, task: Task, status: int = 200) -> HttpResponse:
        return self.answer(row_of(task, HandledTaskAnswer), status=status, version=task.version)


class CaseVerbs:
    """Hold, go on, back to a step, reopen, comment."""

    verb_permissions = {
        "hold": MAY_TAKE_PART,
        "go_on": MAY_TAKE_PART,
        "redo": MAY_MANAGE,
        "reopen": MAY_MANAGE,
        "comment": MAY_TAKE_PART,
    }
    verb_bodies: dict[str, Any] = {
        "hold": HoldBody,
        "go_on": GoOnBody,
        "redo": RedoBody,
        "reopen": ReopenBody,
        "comment": CommentBody,
    }
    verb_answers: dict[str, Any] = dict.fromkeys(verb_bodies, HandledCaseAnswer)

    @action(detail=True, methods=["post"])
    def hold(self: Any, request: Any, pk: UUID) -> HttpResponse:
        """Put a case on hold. Twice changes nothing."""
        self.find_seen(pk)
        return self.handled(holds.suspend_case(actor=self.actor, case_id=pk, version=self.version, **self.read_body()))

    @action(detail=True, methods=["post"], url_path="go-on")
    def go_on(self: Any, request: Any, pk: UUID) -> HttpResponse:
        """Take a case off hold. Twice changes nothing."""
        self.find_seen(pk)
        return self.handled(holds.continue_case(actor=self.actor, case_id=pk, version=self.version, **self.read_body()))

    @action(detail=True, methods=["post"], url_path="back")
    def redo(self: Any, request: Any, pk: UUID) -> HttpResponse:
        """Send an open case back to an earlier step."""
        self.find_seen(pk)
        data = self.read_body()
        return self.handled(going_back.redo_step(actor=self.actor, case_id=pk, version=self.version, **data))

    @action(detail=True, methods=["post"])
    def reopen(self: Any, request: Any, pk: UUID) -> HttpResponse:
        """Open a closed case again, where its process allows it."""
        self.find_seen(pk)
        data = self.read_body()
        return self.handled(going_back.reopen_case(actor=self.actor, case_id=pk, version=self.version, **data))

    @action(detail=True, methods=["post"])
    def comment(self: Any, request: Any, pk: UUID) -> HttpResponse:
        """Add a comment for those who may see the case."""
        self.find_seen(pk)
        return self.handled(remarks.comment_on_case(actor=self.actor, case_id=pk, **self.read_body()))

    def find_seen(self: Any, pk: UUID) -> None:
        """Another council's case, and one that the officer may not see, is not there."""
        case = Case.objects.filter(pk=pk).first()
        if case is None or not may_view_case(self.actor, case):
            raise Problem(404, "not_found", "There is nothing here under that address.")

    def handled(self: Any, case: Case) -> HttpResponse:
        return self.answer(row_of(case, HandledCaseAnswer), version=case.version)
