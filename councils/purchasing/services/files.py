"""Files on a requisition: quotes, drawings, specifications."""

from __future__ import annotations

from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from shared_services.access.models import OfficerCard
from shared_services.annexes.models import Attachment
from shared_services.annexes.services import attach, remove_attachment

from .. import rules
from .requisitions import locked


@transaction.atomic
def attach_file(*, actor: OfficerCard, requisition_id: UUID, upload: UploadedFile) -> Attachment:
    """Put a file on a requisition; its requester may until it is submitted. The same file twice is kept once."""
    requisition = locked(requisition_id)
    rules.check_is_requester(actor, requisition)
    rules.check_editable(requisition)
    return attach(actor=actor, subject=requisition, upload=upload)


@transaction.atomic
def remove_file(*, actor: OfficerCard, requisition_id: UUID, attachment: Attachment) -> Attachment:
    """Take a file off a requisition; its requester may until it is submitted."""
    requisition = locked(requisition_id)
    rules.check_is_requester(actor, requisition)
    rules.check_editable(requisition)
    return remove_attachment(actor=actor, attachment=attachment)
