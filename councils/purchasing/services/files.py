"""Files on a requisition: quotes, drawings, specifications."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from shared_services.access.models import OfficerCard
from shared_services.annexes.selectors import attachments_for
from shared_services.annexes.services import attach, remove_attachment
from shared_services.tenancy.errors import NotAllowed

from .. import rules
from .requisitions import locked


@transaction.atomic
def attach_file(*, actor: OfficerCard, requisition_id: UUID, upload: UploadedFile) -> Any:
    """Put a file on a requisition; its requester may until it is submitted. The same file twice is kept once."""
    requisition = locked(requisition_id)
    rules.check_is_requester(actor, requisition)
    rules.check_editable(requisition)
    return attach(actor=actor, subject=requisition, upload=upload)


@transaction.atomic
def remove_file(*, actor: OfficerCard, requisition_id: UUID, attachment_id: UUID) -> Any:
    """Take a file off a requisition; its requester may until it is submitted."""
    requisition = locked(requisition_id)
    rules.check_is_requester(actor, requisition)
    rules.check_editable(requisition)
    attachment = attachments_for(requisition).filter(pk=attachment_id).first()
    if attachment is None:
        raise NotAllowed(f"This file is no longer on {requisition.reference}. Load the page again to see its files.")
    return remove_attachment(actor=actor, attachment=attachment)
