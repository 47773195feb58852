"""Starting requests by program."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from rest_framework import serializers

from shared_services.api.bodies import Body
from shared_services.api.problems import Problem
from shared_services.api.rows import Answer, row_of
from shared_services.api.viewsets import RoomViewSet

from .answering import start_request
from .starting import MAY_START, find_startable, startable_processes
from .step_forms.answers import AnswersRefused
from .step_forms.spec import schema_of


class StartableAnswer(Answer):
    process = serializers.CharField()
    title = serializers.CharField()
    version = serializers.IntegerField()
    form = serializers.JSONField(help_text="JSON Schema of the answers")


class StartableList(Answer):
    results = StartableAnswer(many=True)


class StartedAnswer(Answer):
    id = serializers.UUIDField()
    reference = serializers.CharField()
    title = serializers.CharField()
    status = serializers.CharField()
    step = serializers.CharField()
    version = serializers.IntegerField()


class StartBody(Body):
    process = serializers.CharField(max_length=80)
    answers = serializers.DictField(help_text="by field; see the form of the process")


class Requests(RoomViewSet):
    """The council's own processes that begin with a form, and starting one."""

    tag = "Requests"
    permissions = {"list": MAY_START, "create": MAY_START}
    answer_class = StartableAnswer
    takes_files = frozenset({"create"})
    body = {"create": StartBody}
    answers = {"list": StartableList, "create": StartedAnswer}
    paged = False

    def list(self, request: Any, **kwargs: Any) -> HttpResponse:
        found = [
            {"process": one.key, "title": one.title, "version": one.version, "form": schema_of(one.form)}
            for one in startable_processes(self.actor).open
        ]
        return self.answer({"results": found})

    def create(self, request: Any) -> HttpResponse:
        """Start a case with the answers to its start form.

        Files come as multipart/form-data: the JSON in the part `body`, each file in a part called `answers.` and the
        field's name.
        """
        data = self.read_body()
        process = find_startable(data["process"])
        if process is None:
            raise Problem(404, "not_found", "There is no request of that name here.")
        try:
            case = start_request(actor=self.actor, process=process, answers=data["answers"], files=self.files)
        except AnswersRefused as refused:
            raise serializers.ValidationError({"answers": refused.errors}) from refused
        return self.answer(row_of(case, StartedAnswer), status=201, version=case.version)
