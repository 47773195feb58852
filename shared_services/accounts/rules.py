"""Who may change whom, and what a room must never be left without."""

from __future__ import annotations

from django.db.models import Q

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import ROLES, check_may
from shared_services.tenancy.door import CouncilEntry
from shared_services.tenancy.errors import NotAllowed

from .models import Account

ADMINISTRATORS = ("council_administrator", "partnership_administrator")


def check_may_manage_officers(actor: OfficerCard | None) -> None:
    """Provisioning acts without an officer; everyone else needs the permission."""
    if actor is not None:
        check_may(actor, "accounts.manage_officers")


def check_may_manage_roles(actor: OfficerCard) -> None:
    check_may(actor, "accounts.manage_roles")


def check_may_reset_second_factor(actor: OfficerCard) -> None:
    check_may(actor, "accounts.reset_second_factor")


def check_not_oneself(actor: OfficerCard, card: OfficerCard, what: str) -> None:
    if actor.pk == card.pk:
        raise NotAllowed(f"You cannot {what}. Ask another administrator to do it.", code="own_record")


def check_may_change_roles_of(actor: OfficerCard, card: OfficerCard) -> None:
    """Two people: nobody gives a role to himself or takes one from himself; an inactive officer gets none."""
    check_not_oneself(actor, card, "change your own roles")
    if not card.active:
        raise NotAllowed(f"{card.work_name} is not active. Reactivate the officer first.", code="inactive")


def check_roles_exist_here(roles: list[str], council: CouncilEntry) -> None:
    """Pooled roles belong to the shared service's room, all others to councils."""
    for role in roles:
        if role not in ROLES:
            raise NotAllowed(f"There is no role called “{role}”. Choose one from the list.", code="unknown_role")
        if ROLES[role].pooled != council.is_shared_service:
            where = "the shared service" if ROLES[role].pooled else "a council"
            raise NotAllowed(
                f"{ROLES[role].label} is a role of {where}, so it cannot be given here.", code="unknown_role"
            )


def check_roles_are_given_by_hand(roles: list[str]) -> None:
    """Some roles are given by a service for a time, with what keeps watch on them."""
    for role in roles:
        if role in ROLES and ROLES[role].temporary:
            raise NotAllowed(f"{ROLES[role].label} is not a role that can be given by hand.", code="unknown_role")


def mailbox(work_email: str) -> str:
    """The mailbox that an address leads to: capitals and what follows a plus sign make no other of it (RFC 5233)."""
    local, _, host = work_email.strip().casefold().rpartition("@")
    return f"{local.partition('+')[0]}@{host.rstrip('.')}"


def check_email_is_free(work_email: str, council: CouncilEntry, *, but: OfficerCard | None = None) -> None:
    """One mailbox, one officer: whoever reads two would be the second officer to what the first one asks."""
    wanted = mailbox(work_email)
    local, _, host = wanted.rpartition("@")
    others = OfficerCard.objects.of_council(council.number)
    if but is not None:
        others = others.exclude(pk=but.pk)
    same = others.filter(Q(work_email=wanted) | Q(work_email__startswith=f"{local}+", work_email__endswith=f"@{host}"))
    taken = same.values_list("work_email", flat=True).first()
    if taken is not None:
        raise NotAllowed(
            f"An officer with the email address {taken} is already listed. Change or reactivate that officer."
            + ("" if taken == work_email else " What follows a plus sign makes no other mailbox of an address."),
            code="email_taken",
        )


def check_email_is_the_councils(work_email: str, council: CouncilEntry) -> None:
    """Whoever can read the mailbox can become the officer, so it must be one that the council runs."""
    host = work_email.rpartition("@")[2]
    if council.domain and host != council.domain and not host.endswith(f".{council.domain}"):
        raise NotAllowed(
            f"Enter a work email address at {council.domain}, such as name@{council.domain}.", code="email_domain"
        )


def check_email_is_settled(account: Account) -> None:
    if account.email_is_fresh:
        raise NotAllowed(
            f"The email address of {account.card.work_name} was changed less than a day ago. Wait a day after the "
            "change: the officer has been told at the former address and would notice a mistake.",
            code="email_fresh",
        )


def check_may_deactivate(actor: OfficerCard, card: OfficerCard) -> None:
    check_not_oneself(actor, card, "deactivate yourself")
    for role in ADMINISTRATORS:
        check_an_administrator_remains(card, ending=role)


def check_an_administrator_remains(card: OfficerCard, *, ending: str) -> None:
    """A room without an administrator could never let anyone in again."""
    if ending not in ADMINISTRATORS or ending not in card.roles:
        return
    others = OfficerCard.objects.of_council(card.owner_id).active().holding(ending).exclude(pk=card.pk)
    if not others.exists():
        raise NotAllowed(
            f"{card.work_name} is the only active {ROLES[ending].label.lower()}. Give the role to someone else first.",
            code="last_administrator",
        )
