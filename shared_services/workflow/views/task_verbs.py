"""What an officer does with a task besides deciding it: claim, release, forward, ask, answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from shared_services.access.models import OfficerCard
from shared_services.annexes.choices import NoteKind
from shared_services.annexes.models import CaseNote
from shared_services.govuk.forms import ConfirmForm, GovukForm
from shared_services.govuk.views import ActionView
from shared_services.tenancy.door import current_council

from .. import claims, questions, rules, verb_forms
from ..choices import TaskKind
from ..models import Task
from .parts import shown_facts

TEMPLATE = "pages/shared_services/workflow/verb.html"


class _OnTask(ActionView):
    """A form about one task that this officer may decide."""

    permission = "workflow.complete_task"
    template_name = TEMPLATE
    breadcrumbs = [("Inbox", "workflow:inbox")]
    verb = ""
    lead = ""
    kind = TaskKind.DECIDE

    def get_subject(self) -> Task:
        tasks = Task.objects.of_this_room().filter(kind=self.kind).select_related("case")
        task = get_object_or_404(tasks, pk=self.kwargs["task_id"])
        rules.check_may_act(self.actor, task, task.case)
        return task

    def get_title(self) -> str:
        return f"{self.verb}: {self.subject.reference}"

    def get_back_url(self) -> str:
        return reverse("workflow:task", args=[self.subject.pk])

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.subject.version}

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        rows = [("What it is about", self.subject.case_title), ("What to do", self.subject.title)]
        return super().get_context(lead=self.lead, rows=rows, **kwargs)

    def task_page(self, message: str) -> HttpResponse:
        return self.done(message, to=reverse("workflow:task", args=[self.subject.pk]))


class ClaimTask(_OnTask):
    form_class = verb_forms.ClaimForm
    verb = "Claim"

    def get_title(self) -> str:
        return f"Take over: {self.subject.reference}" if self.subject.is_claimed else super().get_title()

    @property
    def lead(self) -> str:  # type: ignore[override]
        task = self.subject
        by = f"{task.claimed_by_name} claimed this on {rules.when(task.claimed_at)}. " if task.is_claimed else ""
        return f"{by}The task leaves the inboxes of the others who may decide it. You can release it at any time."

    @property
    def button(self) -> str:  # type: ignore[override]
        return "Take this task over" if self.subject.is_claimed else "Claim this task"

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.subject.version, "take_over": self.subject.is_claimed}

    def act(self, form: GovukForm) -> HttpResponse:
        task = claims.claim_task(actor=self.actor, task_id=self.subject.pk, **form.cleaned_data)
        return self.task_page(f"You have claimed {task.reference}")


class ReleaseTask(_OnTask):
    form_class = verb_forms.VersionForm
    verb = "Release"
    button = "Release this task"
    lead = "The task is back in the inboxes of everyone who may decide it."

    def act(self, form: GovukForm) -> HttpResponse:
        task = claims.release_task(actor=self.actor, task_id=self.subject.pk, **form.cleaned_data)
        return self.task_page(f"You have released {task.reference}")


class ForwardTask(_OnTask):
    form_class = verb_forms.ForwardForm
    verb = "Forward"
    button = "Forward this task"
    lead = "The task becomes the claim of the officer you choose. Only those who may decide it are listed."

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "others": self.others}

    def prepare(self) -> None:
        super().prepare()
        self.others = claims.may_be_forwarded_to(self.actor, self.subject)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        nobody = (
            "" if self.others else "Nobody else may decide this, so it cannot be forwarded. Ask a question instead."
        )
        return super().get_context(nobody=nobody, **kwargs)

    def act(self, form: GovukForm) -> HttpResponse:
        answer = dict(form.cleaned_data)
        to = UUID(answer.pop("to_card_id"))
        task = claims.forward_task(actor=self.actor, task_id=self.subject.pk, to_card_id=to, **answer)
        return self.done(f"{task.reference} was forwarded to {task.claimed_by_name}", to="workflow:inbox")


class AskQuestion(_OnTask):
    form_class = verb_forms.QuestionForm
    verb = "Ask a question"
    button = "Send your question"
    lead = "The officer finds your question in the inbox. You can decide without waiting for the answer."

    def get_initial(self) -> dict[str, Any]:
        case = self.subject.case
        return {"to_card_id": case.requester_id} if case.owner_id == current_council().number else {}

    def get_form_kwargs(self) -> dict[str, Any]:
        here = OfficerCard.objects.of_council(current_council().number).active()
        return {**super().get_form_kwargs(), "others": here.exclude(pk=self.actor.pk).order_by("work_name")}

    def act(self, form: GovukForm) -> HttpResponse:
        questions.ask_question(
            actor=self.actor,
            task_id=self.subject.pk,
            to_card_id=UUID(form.cleaned_data["to_card_id"]),
            question=form.cleaned_data["question"],
        )
        return self.task_page("Your question was sent")


class WithdrawQuestion(ActionView):
    """Taking back a question that nobody has answered yet."""

    permission = "workflow.complete_task"
    form_class = ConfirmForm
    template_name = TEMPLATE
    breadcrumbs = [("Inbox", "workflow:inbox")]
    button = "Withdraw this question"

    def get_subject(self) -> Task:
        tasks = questions.withdrawable(self.actor).select_related("case")
        return get_object_or_404(tasks, pk=self.kwargs["task_id"])

    def get_title(self) -> str:
        return f"Withdraw a question: {self.subject.reference}"

    def get_back_url(self) -> str:
        return reverse("workflow:case", args=[self.subject.case_id])

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        asked = CaseNote.objects.get(task_id=self.subject.pk, kind=NoteKind.QUESTION)
        rows = [("What it is about", self.subject.case_title), ("Question", asked.text)]
        lead = "It leaves the inbox of the officer who was asked, who no longer sees the case. The question stays in the history."
        return super().get_context(lead=lead, rows=rows, **kwargs)

    def act(self, form: GovukForm) -> HttpResponse:
        task = questions.withdraw_question(actor=self.actor, task_id=self.subject.pk)
        return self.done("The question was withdrawn", to=reverse("workflow:case", args=[task.case_id]))


class AnswerQuestion(_OnTask):
    form_class = verb_forms.AnswerForm
    template_name = "pages/shared_services/workflow/answer.html"
    verb = "Answer a question"
    button = "Send your answer"
    kind = TaskKind.ANSWER

    def get_back_url(self) -> str:
        return ""

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        task = self.subject
        asked = CaseNote.objects.filter(task_id=task.pk, kind=NoteKind.QUESTION).first()
        return super().get_context(asked=asked, **shown_facts(task.case, self.actor, self.request), **kwargs)

    def act(self, form: GovukForm) -> HttpResponse:
        task = questions.answer_question(actor=self.actor, task_id=self.subject.pk, **form.cleaned_data)
        return self.done(f"{task.reference}: your answer was sent", to="workflow:inbox")
