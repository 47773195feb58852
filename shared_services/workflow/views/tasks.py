"""The inbox, and the page on which a task is decided."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.govuk.views import ActionView, BulkAction, Column, ListPage
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.statements import JoinedRows

from .. import authority, delays, rules, selectors, services
from ..answering import answer_task
from ..choices import TaskKind, TaskStatus, outcome_label
from ..filters import InboxFilter
from ..forms import DecisionForm
from ..models import Task, TaskCandidate
from ..pictures import process_title, steps_of
from ..step_forms.keeping import answers_shown, check_asks_nothing, form_for
from .answers import AnswersForm
from .parts import history_items, shown_facts, step_items
from .task_parts import questions_on, times, verbs_of


def approve_row(*, actor: OfficerCard, row: TaskCandidate) -> None:
    services.complete_task(
        actor=actor, task_id=row.task_id, outcome="approve", version=row.task.version, from_inbox=True
    )


def check_row(actor: OfficerCard, row: TaskCandidate) -> None:
    """Exceptions are pulled out before anything is approved: what must be read one by one, and one's own."""
    if "approve" not in row.task.outcomes:
        raise NotAllowed("This is not an approval. Open it to answer it.")
    rules.check_may_act(actor, row.task, row.task.case)
    check_asks_nothing(row.task)
    rules.check_not_claimed_by_another(actor, row.task)


def is_approval(row: TaskCandidate) -> bool:
    """Whether a row could be approved from the list, as far as the row tells."""
    return "approve" in row.task.outcomes and not row.claimed_elsewhere


def news_of(row: TaskCandidate) -> str:
    """What happened to a task while it waits: in whose hand it is, how often it was reminded of, passed up."""
    task = row.task
    news = []
    if task.is_claimed:
        news.append(f"claimed by {task.claimed_by_name}" if row.claimed_elsewhere else "claimed by you")
    if task.reminded:
        news.append(f"reminded {times(task.reminded)}")
    if task.escalated_on:
        news.append("passed up")
    said = ", ".join(news)
    return said[:1].upper() + said[1:]


def times_left(rows: list[TaskCandidate]) -> list[str]:
    today = timezone.localdate()
    return [row.time_left(today) for row in rows]


class Inbox(ListPage):
    """What waits for the officer, the soonest due first."""

    permission = "workflow.view_inbox"
    title = "Inbox"
    columns = [
        Column("task.reference", "Reference", page=("workflow:task", "task_id"), sort="task__reference"),
        Column("task.case_title", "What it is about"),
        Column("what_to_do", "What to do"),
        Column("task.requester_name", "From", sort="task__requester_name"),
        Column("amount", "Amount", kind="money", sort="amount"),
        Column("due_on", "Due", kind="date", sort="due_on"),
        Column("at_risk_amount", "At risk", value=lambda row: delays.in_words(row.task), sort="at_risk_amount"),
        Column("late", "Time left", kind="tag", values=times_left, tags=TaskCandidate.TIME_COLOURS),
        Column("news", "Note", value=news_of),
        Column("task.ready_at", "Waiting since", kind="datetime", shown=False),
        Column("task.category", "Category", shown=False),
    ]
    reads = (
        "task__reference", "task__case_title", "task__title", "task__requester_name", "task__ready_at", "task__category",
        "task__claimed_by", "task__claimed_by_name", "task__claim_ends_on", "task__reminded", "task__escalated_on",
        "task__at_risk_on", "task__at_risk_amount", "task__progress", "task__outcomes",
        "amount", "due_on", "claimed_elsewhere", "for_name",
    )  # fmt: skip
    filterset_class = InboxFilter
    search_fields = ["task__reference", "task__case_title", "task__requester_name"]
    search_label = "Search your inbox"
    bulk_actions = [
        BulkAction(
            "approve", "Approve", approve_row, permission="workflow.complete_task", check=check_row, fits=is_approval,
            amount="amount", past="approved",
        )
    ]  # fmt: skip
    default_sort = "due_on"
    export_name = "inbox"
    export_event = "workflow.inbox.exported"
    noun = "task"
    empty_text = "Nothing is waiting for you."

    def get_queryset(self) -> Any:
        """Left to itself, an inbox leaves out what a colleague has in hand."""
        rows = selectors.inbox_rows(self.actor)
        return rows if any(self.params.getlist("claimed")) else rows.not_claimed_elsewhere()

    @property
    def rows_to_show(self) -> Any:
        # The portal's most asked-for list: compiling its query takes longer than asking it.
        return selectors.plain_inbox(self.actor, INBOX_ROWS) if self.is_plain else super().rows_to_show


INBOX_ROWS = JoinedRows("workflow.TaskCandidate", "task", where=selectors.IN_INBOX, reads=Inbox.reads)


class DecideTask(AnswersForm, ActionView):
    """The facts of a case, and the officer's decision on it."""

    permission = "workflow.complete_task"
    form_class = DecisionForm
    template_name = "pages/shared_services/workflow/task.html"
    button = "Confirm your decision"
    breadcrumbs = [("Inbox", "workflow:inbox")]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if Task.objects.of_this_room().filter(pk=kwargs["task_id"], kind=TaskKind.ANSWER).to_do().exists():
            return redirect("workflow:answer_question", task_id=kwargs["task_id"])
        return super().get(request, *args, **kwargs)

    def get_subject(self) -> Task:
        task = get_object_or_404(Task.objects.of_this_room().select_related("case"), pk=self.kwargs["task_id"])
        waits = task.is_open or task.status == TaskStatus.SUSPENDED
        self.reason, self.whom = rules.find_standing(self.actor, task, task.case) if waits else ("", None)
        may_see = waits and not self.reason
        if not may_see and not selectors.may_view_case(self.actor, task.case):
            raise NotAllowed(self.reason or f"You did not take part in {task.reference}, so you cannot open it.")
        if task.is_open and not self.reason:
            self.spec = form_for(task)
        return task

    def get_title(self) -> str:
        return f"{self.subject.title}: {self.subject.reference}"

    def get_form_kwargs(self) -> dict[str, Any]:
        task = self.subject
        joint = task.case.owner_id != current_council().number
        return {"initial": {"version": task.version}, "outcomes": task.outcomes, "joint": joint}

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        task = self.subject
        return super().get_context(
            task=task,
            case=task.case,
            **shown_facts(task.case, self.actor, self.request),
            role=authority.role_in_text(task.role),
            **verbs_of(task, self.actor, self.reason),
            reason=self.reason,
            whom=self.whom,
            answered=outcome_label(task.outcome) if task.status == TaskStatus.DONE else "",
            history=history_items(task.case),
            answered_forms=answers_shown(task.case),
            steps=step_items(steps_of(task.case)),
            questions=questions_on(task.case_id, self.actor),
            process_title=process_title(task.case),
            **kwargs,
        )

    def act(self, form: DecisionForm) -> HttpResponse:
        task, answer = self.subject, form.cleaned_data
        answer_task(
            actor=self.actor,
            task_id=task.pk,
            outcome=answer["outcome"],
            note=answer["note"],
            version=answer["version"],
            answers=getattr(form, "answers", None),
            files=getattr(form, "files_kept", None),
        )
        return self.done(f"{task.reference}: {outcome_label(answer['outcome']).lower()}", to="workflow:inbox")
