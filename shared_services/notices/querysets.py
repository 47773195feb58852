"""Notices as the pages, the emails and the nightly tidying ask for them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db import models

if TYPE_CHECKING:
    from .models import Notice


class NoticeQuerySet(models.QuerySet["Notice"]):
    def of(self, card_id: UUID) -> Self:
        return self.filter(card_id=card_id)

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)

    def to_mail(self, state: str) -> Self:
        """What an officer has not seen and is to hear of by email."""
        return self.unread().filter(mail=state)

    def take_to_mail(self, *, card_id: UUID, state: str) -> list[Notice]:
        """Lock them, oldest first. What another worker is sending at this moment is left to it."""
        waiting = self.of(card_id).to_mail(state).order_by("pk")
        return list(waiting.select_for_update(skip_locked=True))

    def outlived(self, *, read_before: datetime, made_before: datetime) -> Self:
        return self.filter(models.Q(read_at__lt=read_before) | models.Q(created_at__lt=made_before))
