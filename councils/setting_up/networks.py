"""The networks from which a council's portal may be used, and the guard against locking oneself out."""

from __future__ import annotations

import ipaddress
import time
from ipaddress import IPv4Network, IPv6Network
from uuid import UUID

from django.db import transaction

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.audit.services import record
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed

from .models import NetworkRange

MAY_MANAGE = "organisation.manage_settings"
LIFETIME_SECONDS = 15
"""A change of the list is followed by every process within so many seconds."""
Network = IPv4Network | IPv6Network

_kept: dict[str, tuple[float, tuple[Network, ...]]] = {}


def read_network(text: str) -> Network:
    """A network as it was typed; one address is a network of its own. Raises NotAllowed in plain words."""
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        raise NotAllowed("Enter a network such as 203.0.113.0/24, or one address such as 203.0.113.7.") from None


def allowed_networks() -> tuple[Network, ...]:
    """The list of the room that is open, a few seconds old at most; empty where anywhere is allowed."""
    key = current_council().key
    read_at, networks = _kept.get(key, (float("-inf"), ()))
    if time.monotonic() - read_at > LIFETIME_SECONDS:
        networks = _read()
        _kept[key] = (time.monotonic(), networks)
    return networks


def forget() -> None:
    """Read this room's list afresh at the next question."""
    _kept.pop(current_council().key, None)


def is_allowed(address: str | None, networks: tuple[Network, ...]) -> bool:
    if not networks:
        return True
    try:
        here = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    return any(here in network for network in networks)


@transaction.atomic
def add_network(*, actor: OfficerCard, cidr: str, label: str, address: str | None) -> NetworkRange:
    """Allow a network; the administrator may. The list that results must hold his own address.

    Allowing it again gives it the new label.
    """
    check_may(actor, MAY_MANAGE)
    network = read_network(cidr)
    _check_not_locked_out(address, (*_locked(), network))
    kept, _created = NetworkRange.objects.update_or_create(
        cidr=str(network), defaults={"label": label.strip(), "added_by": actor}
    )
    record(actor, "setting_up.network.added", kept, cidr=str(network))
    transaction.on_commit(forget)
    return kept


@transaction.atomic
def remove_network(*, actor: OfficerCard, network_id: UUID, address: str | None) -> None:
    """Allow a network no more. With the last one gone the portal may be used from anywhere."""
    check_may(actor, MAY_MANAGE)
    kept = NetworkRange.objects.select_for_update().filter(pk=network_id).first()
    if kept is None:
        return
    left = tuple(network for network in _locked() if str(network) != kept.cidr)
    if left:
        _check_not_locked_out(address, left)
    record(actor, "setting_up.network.removed", kept, cidr=kept.cidr)
    kept.delete()
    transaction.on_commit(forget)


def _check_not_locked_out(address: str | None, networks: tuple[Network, ...]) -> None:
    if not is_allowed(address, networks):
        raise NotAllowed(
            f"Your own address, {address or 'which is unknown'}, would not be on the list, so you would be locked out. "
            "Allow the network that you are in first.",
            code="locked_out",
        )


def _read() -> tuple[Network, ...]:
    # The database keeps anything out that is not written as a network.
    written = NetworkRange.objects.filter(cidr__contains="/").values_list("cidr", flat=True)
    return tuple(ipaddress.ip_network(cidr) for cidr in written)


def _locked() -> tuple[Network, ...]:
    """The list as it stands, held still until the transaction ends: two changes at once could lock both out."""
    rows = NetworkRange.objects.select_for_update().order_by("pk").values_list("cidr", flat=True)
    return tuple(ipaddress.ip_network(cidr) for cidr in rows)
