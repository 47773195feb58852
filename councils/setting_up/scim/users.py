"""Officers as SCIM users: how one reads, and what a change of it does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.accounts.services import (
    change_officer,
    create_officer,
    deactivate_officer,
    reactivate_officer,
)
from shared_services.tenancy.door import current_council

from ..models import ScimUser

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
FILTER = re.compile(r'^\s*(userName|externalId|emails(?:\.value)?|id)\s+eq\s+"([^"]{1,254})"\s*$', re.IGNORECASE)
TRUE, FALSE = ("true",), ("false",)


class ScimFault(Exception):
    """A request that cannot be done: HTTP status, scimType of RFC 7644 section 3.12, and why."""

    def __init__(self, status: int, detail: str, kind: str = "") -> None:
        super().__init__(detail)
        self.status, self.detail, self.kind = status, detail, kind


def officers() -> QuerySet[OfficerCard]:
    """The officers of this room that the identity provider may see: all but those that it removed."""
    removed = list(ScimUser.objects.filter(removed_at__isnull=False).values_list("card_id", flat=True))
    cards: QuerySet[OfficerCard] = OfficerCard.objects.of_council(current_council().number).exclude(pk__in=removed)
    return cards.order_by("pk")


def find_officer(key: str) -> OfficerCard:
    try:
        card = officers().filter(pk=UUID(key)).first()
    except ValueError:
        card = None
    if card is None:
        raise ScimFault(404, "There is no such user.")
    return card


def filtered(text: str) -> QuerySet[OfficerCard]:
    """The officers that match a filter: `userName eq "..."`, and likewise emails, externalId and id."""
    if not text:
        return officers()
    found = FILTER.match(text)
    if not found:
        raise ScimFault(400, 'Only filters such as userName eq "name@example.gov.uk" are supported.', "invalidFilter")
    attribute, value = found[1].lower(), found[2]
    if attribute == "externalid":
        return officers().filter(
            pk__in=list(ScimUser.objects.filter(external_id=value).values_list("card_id", flat=True))
        )
    if attribute == "id":
        try:
            return officers().filter(pk=UUID(value))
        except ValueError:
            return officers().none()
    return officers().filter(work_email__iexact=value)


def as_users(cards: list[OfficerCard], *, base: str) -> list[dict[str, Any]]:
    """Officers as the identity provider reads them."""
    known = dict(ScimUser.objects.filter(card_id__in=[card.pk for card in cards]).values_list("card_id", "external_id"))
    return [_as_user(card, known.get(card.pk, ""), base) for card in cards]


def _as_user(card: OfficerCard, external_id: str, base: str) -> dict[str, Any]:
    given, _, family = card.work_name.rpartition(" ")
    user: dict[str, Any] = {
        "schemas": [USER],
        "id": str(card.pk),
        "userName": card.work_email,
        "name": {"formatted": card.work_name, "givenName": given or family, "familyName": family},
        "displayName": card.work_name,
        "title": card.job_title,
        "emails": [{"value": card.work_email, "type": "work", "primary": True}],
        "active": card.active,
        "meta": {"resourceType": "User", "location": f"{base}/Users/{card.pk}", "version": f'W/"{card.version}"'},
    }
    if external_id:
        user["externalId"] = external_id
    return user


@transaction.atomic
def create_user(*, actor: OfficerCard, sent: Mapping[str, Any]) -> OfficerCard:
    """Add an officer, who is sent a link to choose a password. One that was removed before comes back.

    Roles are not taken from the identity provider: an administrator gives them in the portal.
    """
    wanted = _read(sent)
    removed = ScimUser.objects.filter(removed_at__isnull=False).values_list("card_id", flat=True)
    known = OfficerCard.objects.of_council(current_council().number).filter(work_email__iexact=wanted["work_email"])
    card = known.first()
    if card is not None and card.pk not in set(removed):
        raise ScimFault(409, "A user with this userName is there already.", "uniqueness")
    if card is None:
        card = create_officer(
            actor=actor, work_name=wanted["work_name"], work_email=wanted["work_email"],
            job_title=wanted["job_title"], roles=[],
        )  # fmt: skip
    else:
        card = _change(actor, card, wanted)
    ScimUser.objects.update_or_create(
        card=card, defaults={"external_id": str(sent.get("externalId") or "")[:200], "removed_at": None}
    )
    return _set_active(actor, card, active=_truth(sent.get("active", True)))


@transaction.atomic
def replace_user(*, actor: OfficerCard, key: str, sent: Mapping[str, Any]) -> OfficerCard:
    """Put what was sent in the place of what is known (PUT)."""
    card = _change(actor, find_officer(key), _read(sent))
    _keep_external_id(card, sent)
    return _set_active(actor, card, active=_truth(sent.get("active", True)))


@transaction.atomic
def patch_user(*, actor: OfficerCard, key: str, sent: Mapping[str, Any]) -> OfficerCard:
    """Do each operation of a PATCH in turn, all or none."""
    card = find_officer(key)
    given, _, family = card.work_name.rpartition(" ")
    user: dict[str, Any] = {
        "userName": card.work_email, "name": {"givenName": given, "familyName": family}, "displayName": card.work_name,
        "title": card.job_title, "active": card.active,
    }  # fmt: skip
    operations = sent.get("Operations")
    if not isinstance(operations, list) or not operations:
        raise ScimFault(400, "A PATCH needs Operations.", "invalidSyntax")
    for operation in operations:
        _apply(user, operation)
    card = _change(actor, card, _read(user))
    _keep_external_id(card, user)
    return _set_active(actor, card, active=_truth(user["active"]))


@transaction.atomic
def remove_user(*, actor: OfficerCard, key: str) -> None:
    """End an officer's access at once. What he did stays; the identity provider finds him no more."""
    card = _set_active(actor, find_officer(key), active=False)
    ScimUser.objects.update_or_create(card=card, defaults={"removed_at": timezone.now()})


def _read(sent: Mapping[str, Any]) -> dict[str, str]:
    """Name, address and title out of a user. Raises ScimFault for what cannot be an officer."""
    email = str(sent.get("userName") or "").strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise ScimFault(400, "userName must be the officer’s work email address.", "invalidValue") from None
    name = sent.get("name")
    name = name if isinstance(name, Mapping) else {}
    parts = " ".join(str(name.get(part) or "").strip() for part in ("givenName", "familyName")).strip()
    work_name = parts or str(name.get("formatted") or sent.get("displayName") or "").strip()
    if not work_name:
        raise ScimFault(400, "A user needs a name or a displayName.", "invalidValue")
    return {"work_email": email, "work_name": work_name[:150], "job_title": str(sent.get("title") or "").strip()[:150]}


def _apply(user: dict[str, Any], operation: Any) -> None:
    if not isinstance(operation, Mapping):
        raise ScimFault(400, "An operation must be an object.", "invalidSyntax")
    verb, path, value = str(operation.get("op", "")).lower(), str(operation.get("path") or ""), operation.get("value")
    if verb not in ("add", "replace", "remove"):
        raise ScimFault(400, "An operation is add, replace or remove.", "invalidSyntax")
    if not path:
        if not isinstance(value, Mapping):
            raise ScimFault(400, "An operation without a path needs an object as its value.", "invalidValue")
        for name, one in value.items():
            _apply(user, {"op": verb, "path": name, "value": one})
        return
    path = path.removeprefix(f"{USER}:")
    value = None if verb == "remove" else value
    lower = path.lower()
    if lower in ("name.givenname", "name.familyname", "name.formatted"):
        part = {"name.givenname": "givenName", "name.familyname": "familyName", "name.formatted": "formatted"}[lower]
        user["name"] = {**user["name"], part: value or ""}
    elif lower == "name":
        user["name"] = {**user["name"], **(value if isinstance(value, Mapping) else {})}
    elif lower == "displayname":
        # A display name alone is the whole name.
        user["displayName"], user["name"] = value, {}
    elif lower in ("username", "title", "active", "externalid"):
        user[{"username": "userName", "externalid": "externalId"}.get(lower, lower)] = value
    # Attributes that the portal does not keep are left alone, as RFC 7644 section 3.3 allows.


def _change(actor: OfficerCard, card: OfficerCard, wanted: dict[str, str]) -> OfficerCard:
    """Name, address and title. A new address is told to the former one, and whoever signed in with it is signed out."""
    changed = change_officer(actor=actor, card_id=card.pk, version=card.version, **wanted)
    ScimUser.objects.filter(card_id=card.pk, closed_version=card.version).update(closed_version=changed.version)
    return changed


def _keep_external_id(card: OfficerCard, sent: Mapping[str, Any]) -> None:
    if "externalId" in sent:
        ScimUser.objects.update_or_create(card=card, defaults={"external_id": str(sent["externalId"] or "")[:200]})


def _set_active(actor: OfficerCard, card: OfficerCard, *, active: bool) -> OfficerCard:
    """End an officer's access, or give back what the identity provider itself has ended.

    Raises ScimFault for whom an administrator closed: only an administrator opens that account again.
    """
    if active == card.active:
        return card
    if active and not ScimUser.objects.filter(card_id=card.pk, closed_version=card.version).exists():
        raise ScimFault(
            400, "An administrator deactivated this officer. Reactivate the officer in the portal.", "mutability"
        )
    card = (reactivate_officer if active else deactivate_officer)(actor=actor, card_id=card.pk)
    ScimUser.objects.update_or_create(card=card, defaults={"closed_version": None if active else card.version})
    return card


def _truth(value: Any) -> bool:
    """A boolean, or the words that some identity providers send for one."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in (*TRUE, *FALSE):
        raise ScimFault(400, "active must be true or false.", "invalidValue")
    return word in TRUE
