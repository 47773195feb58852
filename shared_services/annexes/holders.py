"""Who may open a record's files: the app that owns the record says so, in its `annex_holders.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models

from shared_services.access.permissions import PERMISSIONS, may

if TYPE_CHECKING:
    from shared_services.access.models import OfficerCard

    from .models import Attachment

Holder = Callable[["OfficerCard", Any], bool]
_holders: dict[str, Holder] = {}


def annex_holder(label: str) -> Callable[[Holder], Holder]:
    """Register who may read the files of `label` ("purchasing.requisition"): a function of officer and record."""

    def register(function: Holder) -> Holder:
        _holders[label.lower()] = function
        return function

    return register


def may_open(officer: OfficerCard, attachment: Attachment) -> bool:
    """Whether an officer may open a file: whoever added it, or whom the record's app allows.

    An app that registered no rule is asked for its permission to see such records ("purchasing.view_requisition").
    """
    if attachment.uploaded_by_id == officer.pk:
        return True
    rule = _holders.get(attachment.subject_type)
    if rule is None:
        permission = "{}.view_{}".format(*attachment.subject_type.split("."))
        return permission in PERMISSIONS and may(officer, permission)
    subject = find_subject(attachment)
    return subject is not None and rule(officer, subject)


def find_subject(attachment: Attachment) -> models.Model | None:
    """The record a file belongs to, if it still exists in this room."""
    try:
        model = apps.get_model(attachment.subject_type)
    except LookupError:
        return None
    return model._default_manager.filter(pk=attachment.subject_id).first()
