"""What can happen to a receiver: it is added, changed, given a new secret, turned off and on, removed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.accounts.seal import renewed, seal, unseal
from shared_services.audit.changes import changes_between, values_of
from shared_services.audit.services import record
from shared_services.notices.services import notify
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed, Stale

from . import guard
from .choices import EventType
from .models import Endpoint
from .signing import new_secret

MAY_MANAGE = "webhooks.manage_endpoints"
SEALED_FOR = "webhooks"
BOTH_SECRETS = timedelta(hours=24)
MOST_FORMER = 3
MOST_ENDPOINTS = 20
_LOCK = 7_405
"""Of the advisory locks that begin with this number, each council has its own."""
ADMINISTRATORS = ("council_administrator", "partnership_administrator")


@transaction.atomic
def add_endpoint(*, actor: OfficerCard, name: str, url: str, events: Collection[str]) -> tuple[Endpoint, str]:
    """Add a receiver; gives it with its secret, which is shown this once.

    Raises NotAllowed for an address that webhooks do not go to, a name that is taken and more than twenty receivers.
    """
    check_may(actor, MAY_MANAGE)
    _one_at_a_time()
    if Endpoint.objects.count() >= MOST_ENDPOINTS:
        raise NotAllowed(f"There are {MOST_ENDPOINTS} webhooks already. Remove one that is no longer needed first.")
    secret = new_secret()
    endpoint = Endpoint(sealed_secret=seal(secret, SEALED_FOR), **_checked(name, url, events))
    endpoint.save(force_insert=True)
    record(actor, "webhooks.endpoint.added", endpoint, url=endpoint.url, events=endpoint.events)
    return endpoint, secret


@transaction.atomic
def change_endpoint(
    *, actor: OfficerCard, endpoint_id: UUID, name: str, url: str, events: Collection[str], version: int | None = None
) -> Endpoint:
    """Change a receiver's name, address or events. Raises Stale when someone else changed it since."""
    endpoint = _locked(actor, endpoint_id, version)
    new = _checked(name, url, events, keep=endpoint.pk)
    changes = changes_between(values_of(endpoint, new), new)
    if changes:
        for field, value in new.items():
            setattr(endpoint, field, value)
        _save(endpoint, *new)
        record(actor, "webhooks.endpoint.changed", endpoint, changes=changes)
    return endpoint


@transaction.atomic
def rotate_secret(*, actor: OfficerCard, endpoint_id: UUID, version: int | None = None) -> tuple[Endpoint, str]:
    """Give a receiver a new secret; the former one signs beside it for a day.

    Done twice, no secret that a receiver may have is lost: the last three that are still in force go on signing.
    """
    endpoint = _locked(actor, endpoint_id, version)
    secret = new_secret()
    former = [endpoint.sealed_secret, *_former(endpoint)][:MOST_FORMER]
    endpoint.sealed_former_secret, endpoint.sealed_secret = " ".join(former), seal(secret, SEALED_FOR)
    endpoint.former_until = timezone.now() + BOTH_SECRETS
    _save(endpoint, "sealed_former_secret", "sealed_secret", "former_until")
    record(actor, "webhooks.secret.rotated", endpoint)
    return endpoint, secret


@transaction.atomic
def turn_off(*, actor: OfficerCard, endpoint_id: UUID, version: int | None = None) -> Endpoint:
    """Send nothing more to a receiver. What happens meanwhile is kept and held back. Doing it twice changes nothing."""
    endpoint = _locked(actor, endpoint_id, version)
    if endpoint.is_enabled:
        endpoint.disabled_at, endpoint.disabled_reason = timezone.now(), f"Turned off by {actor.work_name}."
        _save(endpoint, "disabled_at", "disabled_reason")
        record(actor, "webhooks.endpoint.turned_off", endpoint)
    return endpoint


@transaction.atomic
def turn_on(*, actor: OfficerCard, endpoint_id: UUID, version: int | None = None) -> Endpoint:
    """Send to a receiver again. What was held back is sent when someone asks for that period again."""
    endpoint = _locked(actor, endpoint_id, version)
    if not endpoint.is_enabled:
        endpoint.disabled_at, endpoint.disabled_reason, endpoint.failing_since = None, "", None
        _save(endpoint, "disabled_at", "disabled_reason", "failing_since")
        record(actor, "webhooks.endpoint.turned_on", endpoint)
    return endpoint


@transaction.atomic
def remove_endpoint(*, actor: OfficerCard, endpoint_id: UUID, version: int | None = None) -> None:
    """Remove a receiver with its secret and its delivery log. Jobs under way find nothing and end."""
    endpoint = _locked(actor, endpoint_id, version)
    record(actor, "webhooks.endpoint.removed", endpoint, url=endpoint.url)
    endpoint.delete()


def stop_endpoint(endpoint: Endpoint, reason: str) -> None:
    """Turn a receiver off because its calls fail, and tell the administrators. Two workers at once do it once."""
    stopped = Endpoint.objects.filter(pk=endpoint.pk, disabled_at__isnull=True).update(
        disabled_at=timezone.now(), disabled_reason=reason
    )
    if not stopped:
        return
    record(None, "webhooks.endpoint.stopped", endpoint, reason=reason)
    own = OfficerCard.objects.of_council(current_council().number).active()
    administrators = list(own.holding_any(list(ADMINISTRATORS)).values_list("pk", flat=True))
    notify(cards=administrators, kind="webhook_stopped", url=endpoint.get_absolute_url())


def secrets_in_force(endpoint: Endpoint) -> list[str]:
    """What signs a call now: the secret, and the former ones while receivers change over."""
    return [unseal(sealed, SEALED_FOR) for sealed in (endpoint.sealed_secret, *_former(endpoint))]


@transaction.atomic
def tidy_secrets(*, seal_anew: bool) -> None:
    """Forget former secrets whose time is over; make every seal with the portal's newest secret. Can run twice."""
    Endpoint.objects.filter(former_until__lte=timezone.now()).update(sealed_former_secret="", former_until=None)
    if not seal_anew:
        return
    for endpoint in Endpoint.objects.select_for_update():
        endpoint.sealed_secret = renewed(endpoint.sealed_secret, SEALED_FOR)
        former = endpoint.sealed_former_secret.split()
        endpoint.sealed_former_secret = " ".join(renewed(sealed, SEALED_FOR) for sealed in former)
        endpoint.save(update_fields=["sealed_secret", "sealed_former_secret"])


def _checked(name: str, url: str, events: Collection[str], *, keep: UUID | None = None) -> dict[str, object]:
    guard.read_url(url)
    unknown = set(events) - set(EventType.values)
    if unknown:
        raise NotAllowed(f"There is no event called “{sorted(unknown)[0]}”.")
    if not events:
        raise NotAllowed("Choose at least one event.")
    namesakes = Endpoint.objects.filter(name=name.strip())
    if (namesakes.exclude(pk=keep) if keep else namesakes).exists():
        raise NotAllowed(f"Another webhook is called “{name.strip()}”. Choose another name.")
    return {"name": name.strip(), "url": url, "events": sorted(set(events))}


def _former(endpoint: Endpoint) -> list[str]:
    """The sealed secrets before the present one that still sign."""
    is_over = endpoint.former_until is None or endpoint.former_until <= timezone.now()
    return [] if is_over else endpoint.sealed_former_secret.split()


def _one_at_a_time() -> None:
    """Two who add a receiver to this room at the same moment count one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, current_council().number])


def _locked(actor: OfficerCard, endpoint_id: UUID, version: int | None) -> Endpoint:
    check_may(actor, MAY_MANAGE)
    endpoint = Endpoint.objects.select_for_update().filter(pk=endpoint_id).first()
    if endpoint is None:
        raise NotAllowed("This webhook is not here any longer.", code="not_found")
    if version is not None and version != endpoint.version:
        raise Stale
    return endpoint


def _save(endpoint: Endpoint, *fields: str) -> None:
    endpoint.version += 1
    endpoint.save(update_fields=[*fields, "version"])
