"""What happens to cases and tasks, told to officers and to other systems once it is committed.

A service says what happened by one promise (`happened`). Who is told is worked out by the job, from what is committed,
so that a decision waits for no notice.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import roles_granting
from shared_services.messaging.outbox import enqueue_each
from shared_services.notices import services as notices
from shared_services.tenancy.door import current_council
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER
from shared_services.webhooks.choices import EventType
from shared_services.webhooks.delivering import publish

from . import deputies
from .authority import REQUESTER
from .choices import DeputyStatus, TaskKind
from .matrix_plans import MAY_SIGN
from .models import Case, Decision, Deputy, Task, TaskCandidate

SENT_BACK = "send_back"


Happening = tuple[EventType, Case, Task | None]


def happened(event: EventType, case: Case, task: Task | None = None) -> None:
    """Promise that officers and receivers are told, in the room whose case or task it is. Part of the caller's transaction.

    A council asks nothing of another room: the shared service tells its own officers of its tasks.
    """
    all_happened([(event, case, task)])


def all_happened(happenings: Iterable[Happening]) -> None:
    """The same of many cases and tasks, in one statement."""
    here = current_council().number
    at = timezone.now().isoformat()
    promises = []
    for event, case, task in happenings:
        council = here if task is None else task.owner_id
        if here in (council, SHARED_SERVICE_NUMBER):
            task_id = task.pk if task is not None else None
            promises.append((council, {"event": event.value, "case_id": case.pk, "task_id": task_id, "at": at}))
    enqueue_each("workflow.tell_what_happened", promises)


def tell_what_happened(*, event: EventType, case_id: UUID, task_id: UUID | None, at: str) -> None:
    """Write the notices and promise the webhook deliveries of one event. Runs once, in the room where it happened."""
    case = Case.objects.filter(pk=case_id).defer("state").first()
    task = Task.objects.of_this_room().filter(pk=task_id).first() if task_id else None
    if case is None or (task_id and task is None):
        return
    _tell_officers(event, case, task)
    _tell_receivers(event, case, task, at)


def _tell_officers(event: EventType, case: Case, task: Task | None) -> None:
    if task is not None and event == EventType.TASK_CREATED:
        if not task.is_open or task.kind == TaskKind.ANSWER:
            # Whoever asks a question tells the one who is asked (questions.py).
            return
        cards = TaskCandidate.objects.of_this_room().filter(task=task).values_list("card_id", flat=True)
        notices.notify(cards=list(cards), kind=_kind_of(case, task), case_id=case.pk, task_id=task.pk)
    elif task is not None and event in (EventType.TASK_COMPLETED, EventType.TASK_CANCELLED):
        notices.close_task(task_id=task.pk)
    elif event == EventType.CASE_FINISHED:
        notices.notify(cards=[case.requester_id], kind="request_decided", case_id=case.pk, outcome=case.outcome)


def _kind_of(case: Case, task: Task) -> str:
    """Whether a task is new to its officer, or comes back to whoever asked."""
    if task.role != REQUESTER:
        return "task_assigned"
    sent_back = Decision.objects.filter(owner_id=task.owner_id, case=case, outcome=SENT_BACK).exists()
    return "task_returned" if sent_back else "task_assigned"


def tell_about_deputyship(*, deputy_id: UUID, event: str) -> None:
    """Tell who was asked to stand in; once he has answered, tell the colleague and whoever asked for him."""
    found = Deputy.objects.of_this_room().filter(pk=deputy_id).first()
    if found is None:
        return
    url = reverse("deputies:show", args=[found.pk])
    if event == deputies.ASKED:
        if found.is_live and found.status == DeputyStatus.ASKED:
            notices.notify(cards=[found.deputy_id], kind="deputy_asked", url=url)
        return
    notices.close_page(kind="deputy_asked", url=url)
    if event == deputies.ANSWERED:
        notices.notify(cards={found.principal_id, found.named_by_id}, kind="deputy_answered", url=url)


def tell_of_matrix_change(*, by: UUID) -> None:
    """Tell the section 151 officers; where the only one made the change himself, those who read the audit record."""
    here = OfficerCard.objects.of_council(current_council().number).active().exclude(pk=by)
    signers = here.holding_any(roles_granting(MAY_SIGN)).values_list("pk", flat=True)
    told = list(signers) or list(here.holding_any(roles_granting("audit.view_records")).values_list("pk", flat=True))
    notices.notify(cards=told, kind="matrix_changed", url=reverse("authority:matrix"))


def _tell_receivers(event: EventType, case: Case, task: Task | None, at: str) -> None:
    keys: dict[str, object] = {"case_id": case.pk, "process": case.process}
    if task is not None:
        keys |= {"task_id": task.pk, "step": task.step}
    publish(event, at=parse_datetime(at) or timezone.now(), reference=case.reference, **keys)
