"""What purchasing puts on the home page: an officer's own requisitions, and orders that wait for finance."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.http import urlencode

from shared_services.govuk.home import LATEST, HomeCard, OwnRequest, home_action, home_card, own_requests, recently
from shared_services.govuk.words import counted

from .choices import EDITABLE, IN_PROGRESS, REQUISITION_COLOURS, BankChangeStatus, OrderStatus, RequisitionStatus
from .models import BankAccountChange, Requisition
from .selectors import orders_visible_to, requisitions_visible_to

home_action(
    "purchasing.raise_requisition",
    "New requisition",
    "purchasing:start_requisition",
    order=10,
    request="Ask for goods or services. Once approved it becomes a purchase order.",
)


@home_card("purchasing.raise_requisition")
def my_requisitions(actor: Any) -> HomeCard:
    """The officer's own requisitions that he can go on with, what was sent back first."""
    counts = Requisition.objects.filter(requester_id=actor.pk).aggregate(
        drafts=Count("pk", filter=Q(status=RequisitionStatus.DRAFT)),
        returned=Count("pk", filter=Q(status=RequisitionStatus.RETURNED)),
        on_their_way=Count("pk", filter=Q(status__in=IN_PROGRESS)),
    )
    parts = [
        counted(counts["returned"], "sent back", "sent back") if counts["returned"] else "",
        counted(counts["drafts"], "draft") if counts["drafts"] else "",
    ]
    on_their_way = f"{counted(counts['on_their_way'], 'requisition')} on the way" if counts["on_their_way"] else ""
    waiting = counts["returned"] + counts["drafts"]
    if not waiting:
        url = f"{reverse('purchasing:list_requisitions')}?mine=on"
        return HomeCard("Your requisitions", text=on_their_way or "Nothing is on the way", url=url, order=20)
    text = ", ".join(filter(None, [*parts, on_their_way]))
    return HomeCard(
        "Requisitions to finish", waiting, text, _my_list(*EDITABLE), urgent=bool(counts["returned"]), order=20
    )


@own_requests("purchasing.raise_requisition")
def my_latest_requisitions(actor: Any) -> list[OwnRequest]:
    """The requisitions the officer began last."""
    latest = Requisition.objects.filter(requester_id=actor.pk, created_at__gte=recently()).order_by("-created_at")[
        :LATEST
    ]
    return [
        OwnRequest(
            reference=one.reference,
            title=one.title,
            url=one.get_absolute_url(),
            state=one.get_status_display(),
            colour=REQUISITION_COLOURS[one.status],
            started_at=one.created_at,
        )
        for one in latest
    ]


@home_card("purchasing.issue_order")
def approved_without_an_order(actor: Any) -> HomeCard | None:
    """Requisitions whose approval is through and whose order is not raised: the posting failed, or waits for another step."""
    waiting = requisitions_visible_to(actor).filter(status=RequisitionStatus.APPROVED).count()
    if not waiting:
        return None
    url = f"{reverse('purchasing:list_requisitions')}?{urlencode({'status': RequisitionStatus.APPROVED})}"
    text = "Their budget is reserved and no order is raised. Open each to see what holds it up"
    return HomeCard("Approved without an order", waiting, text, url, urgent=True, order=29)


@home_card("purchasing.issue_order")
def orders_to_send(actor: Any) -> HomeCard | None:
    """Orders that were raised and that nobody has recorded as sent to the supplier."""
    waiting = orders_visible_to(actor).filter(status=OrderStatus.ISSUED).count()
    if not waiting:
        return None
    url = f"{reverse('purchasing:list_orders')}?{urlencode({'status': OrderStatus.ISSUED})}"
    return HomeCard("Orders to send", waiting, "Raised, and not yet recorded as sent to the supplier", url, order=30)


@home_card("purchasing.manage_suppliers")
def bank_accounts_to_confirm(actor: Any) -> HomeCard | None:
    """New bank accounts of suppliers that a colleague entered and somebody else confirms."""
    entered = BankAccountChange.objects.filter(status=BankChangeStatus.WAITING).exclude(proposed_by_id=actor.pk)
    waiting = list(entered.order_by("proposed_at").values_list("pk", "supplier__number"))
    if not waiting:
        return None
    key, number = waiting[0]
    url = reverse("purchasing:confirm_bank_account", args=[number, key])
    text = "A colleague entered them. They count once you have entered the figures again"
    return HomeCard("Bank accounts to confirm", len(waiting), text, url, order=31)


def _my_list(*statuses: RequisitionStatus) -> str:
    """The officer's own requisitions in these states."""
    return f"{reverse('purchasing:list_requisitions')}?{urlencode({'mine': 'on', 'status': statuses}, doseq=True)}"
