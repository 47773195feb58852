"""The states of cases and tasks, and their labels."""

from __future__ import annotations

from django.db import models


class CaseStatus(models.TextChoices):
    OPEN = "open", "Open"
    WAITING = "waiting", "Waiting"
    COMPLETED = "completed", "Completed"
    WITHDRAWN = "withdrawn", "Withdrawn"
    PARKED = "parked", "Stopped"


class TaskStatus(models.TextChoices):
    READY = "ready", "To do"
    PARKED = "parked", "Nobody can act"
    SUSPENDED = "suspended", "On hold"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"


class TaskKind(models.TextChoices):
    DECIDE = "decide", "Decision"
    ANSWER = "answer", "Question"


OUTCOME_LABELS = {
    "approve": "Approved",
    "reject": "Rejected",
    "send_back": "Sent back",
    "resubmit": "Sent for approval again",
    "withdraw": "Withdrawn",
    "answer": "Answered",
    "ended_by_leaving": "Ended when the council left",
}
"""What the history says a decision was; outcomes of other processes read as their own words."""

OUTCOME_ACTIONS = {
    "approve": "Approve",
    "reject": "Reject",
    "send_back": "Send back for changes",
    "resubmit": "Send for approval again",
    "withdraw": "Withdraw",
}
"""What the officer chooses on the task page."""

OUTCOMES_THAT_NEED_A_REASON = frozenset({"reject", "send_back"})


def outcome_label(outcome: str) -> str:
    return OUTCOME_LABELS.get(outcome, outcome.replace("_", " ").capitalize())


def outcome_action(outcome: str) -> str:
    return OUTCOME_ACTIONS.get(outcome, outcome.replace("_", " ").capitalize())


class PlanStatus(models.TextChoices):
    PREPARED = "prepared", "To be signed"
    SIGNED = "signed", "Signed"
    WITHDRAWN = "withdrawn", "Withdrawn"


class DeputyStatus(models.TextChoices):
    ASKED = "asked", "Waiting for an answer"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    ENDED = "ended", "Ended"


class DutyScope(models.TextChoices):
    ALWAYS = "always", "Never both"
    SAME_CASE = "same_case", "Not in the same case"
