"""Every kind of notice, in this one file: what it says in the portal, and what its email says, which names nobody."""

from __future__ import annotations

from dataclasses import dataclass

from shared_services.access.permissions import SIGNED_IN
from shared_services.tenancy.errors import NotAllowed

MUST_DECIDE = "Always shows in the portal: it waits for you to act."
MUST_KNOW = "Always shows in the portal: two people know of every change of who decides."
MUST_SEE = "Always shows in the portal: only an administrator can put it right."


class UnknownKind(NotAllowed):
    """A notice of a kind that nobody has declared."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notice. `label` is its heading, and with the reference all that an email says."""

    key: str
    label: str
    always_shown: str = ""
    """Why its place in the portal cannot be muted; empty where it can."""
    permission: str = SIGNED_IN
    """Who is ever told so: others need not choose."""


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind("task_assigned", "A task is waiting for you", MUST_DECIDE),
        Kind("task_forwarded", "A task was passed to you", MUST_DECIDE),
        Kind("task_returned", "Your request was sent back to you", MUST_DECIDE),
        Kind("question_asked", "You were asked a question", MUST_DECIDE),
        Kind("task_reminder", "A task is still waiting for you", MUST_DECIDE),
        Kind("task_escalated", "An overdue task was passed up to you", MUST_DECIDE),
        Kind("tasks_came", "Tasks have come to you with a role, a post or a deputyship", MUST_DECIDE),
        Kind("deputy_asked", "You were asked to stand in for an officer", MUST_DECIDE),
        Kind("deputy_answered", "An officer who was asked to stand in has answered"),
        Kind("matrix_changed", "Lines of the authority matrix were changed", MUST_KNOW),
        Kind(
            "consent_asked", "The platform’s team asks your council to agree", MUST_DECIDE, "operating.answer_operation"
        ),
        Kind("consent_answered", "A council has answered what the platform’s team asked", "", "operating.operate"),
        Kind("pack_asked", "A colleague asks for an exit pack of everything", MUST_DECIDE, "leaving.agree_to_pack"),
        Kind("pack_answered", "A colleague has answered your request for an exit pack", "", "leaving.take_pack"),
        Kind("request_decided", "Your request was decided"),
        Kind("question_answered", "Your question was answered"),
        Kind("mentioned", "You were mentioned in a comment"),
        Kind(
            "webhook_stopped",
            "A webhook was turned off because its calls kept failing",
            MUST_SEE,
            "webhooks.manage_endpoints",
        ),
    )
}

ABOUT_A_TASK = (*(key for key in KINDS if key.startswith("task_")), "question_asked")
"""These are over when their task is: nobody is left with a notice of what a colleague has done."""


def kind_of(key: str) -> Kind:
    """The kind of that name. Raises UnknownKind."""
    try:
        return KINDS[key]
    except KeyError:
        raise UnknownKind(f"No notice is called {key!r}: declare it in notices/kinds.py.") from None


HOW_IT_ENDED = {
    "approved": "was approved",
    "ordered": "was approved and ordered",
    "bought_together": "was approved and bought together",
    "rejected": "was rejected",
    "not_agreed": "was not agreed",
    "withdrawn": "was withdrawn",
    "completed": "was completed",
}
"""How a request ended, by the outcome at which its process came to its end."""


def label_of(key: str, outcome: str = "") -> str:
    """A kind in words, and how the case ended where that is known; a kind that a later release dropped reads as its name."""
    if key == "request_decided" and outcome:
        ended = HOW_IT_ENDED.get(outcome) or f"was decided: {outcome.replace('_', ' ')}"
        return f"Your request {ended}"
    return KINDS[key].label if key in KINDS else key.replace("_", " ").capitalize()
