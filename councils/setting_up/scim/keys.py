"""The key of the council's identity provider."""

from __future__ import annotations

import hashlib
import secrets

from django.db import transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may, may
from shared_services.audit.services import record

from ..models import ScimKey

MAY_MANAGE = "accounts.manage_officers"
MARK = "guildhall_scim_"


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@transaction.atomic
def make_key(*, actor: OfficerCard) -> str:
    """Make a key and give it, once. An earlier one stops working."""
    check_may(actor, MAY_MANAGE)
    ScimKey.objects.filter(revoked_at__isnull=True).update(revoked_at=timezone.now())
    key = f"{MARK}{secrets.token_urlsafe(32)}"
    kept = ScimKey.objects.create(digest=digest_of(key), made_by=actor)
    record(actor, "setting_up.scim_key.made", kept)
    return key


@transaction.atomic
def revoke_key(*, actor: OfficerCard) -> None:
    """Stop the key at once. Revoking twice changes nothing."""
    check_may(actor, MAY_MANAGE)
    for kept in ScimKey.objects.select_for_update().filter(revoked_at__isnull=True):
        kept.revoked_at = timezone.now()
        kept.save(update_fields=["revoked_at"])
        record(actor, "setting_up.scim_key.revoked", kept)


def live_key() -> ScimKey | None:
    return ScimKey.objects.filter(revoked_at__isnull=True).first()


def officer_of(key: str) -> OfficerCard | None:
    """In whose name a key acts; None when it is unknown, revoked, or its maker is an administrator no more."""
    kept = ScimKey.objects.select_related("made_by").filter(digest=digest_of(key), revoked_at__isnull=True).first()
    if kept is None or not may(kept.made_by, MAY_MANAGE):
        return None
    today = timezone.localdate()
    if kept.last_used_on != today:
        ScimKey.objects.filter(pk=kept.pk).update(last_used_on=today)
    return kept.made_by
