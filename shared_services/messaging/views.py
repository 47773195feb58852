"""What the portal tried to do in the background and gave up: the administrator sees it and has it tried again."""

from __future__ import annotations

from typing import Any

from shared_services.govuk.views import BulkAction, Column, ListPage
from shared_services.tenancy.door import current_council

from . import services
from .models import OutboxMessage


def _retry(*, actor: Any, row: OutboxMessage) -> None:
    services.retry_work(actor=actor, message_id=row.pk)


class ListGivenUp(ListPage):
    """Jobs of this room whose last attempt failed. Nothing of anyone is in them but keys."""

    permission = services.MAY_RETRY
    title = "Unfinished work"
    noun = "job"
    columns = [
        Column("task_in_words", "What"),
        Column("created_at", "Asked for", kind="datetime", sort="created_at"),
        Column("gave_up_at", "Given up", kind="datetime", sort="gave_up_at"),
        Column("attempts", "Attempts", kind="number", sort="attempts"),
        Column("last_error", "What went wrong"),
        Column("task", "Task", sort="task", shown=False),
    ]
    search_fields = ["task", "last_error"]
    default_sort = "-gave_up_at"
    export_name = "unfinished-work"
    export_event = "messaging.work.exported"
    bulk_actions = [BulkAction("retry", "Try again", _retry, past="tried again")]
    empty_text = "There is nothing: everything the portal promised was done or is still being tried."

    def get_queryset(self) -> Any:
        own = OutboxMessage.objects.filter(owner_id=current_council().number)
        return own.given_up().order_by("-gave_up_at")
