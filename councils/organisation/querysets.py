"""Questions about the organisation in the council's own words."""

from __future__ import annotations

from datetime import date
from typing import Self
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet


class DepartmentQuerySet(QuerySet):
    def open(self) -> Self:
        return self.filter(closed_on__isnull=True)


class PostQuerySet(QuerySet):
    def open(self) -> Self:
        return self.filter(closed_on__isnull=True)

    def held_by(self, card_id: UUID, *, on: date) -> Self:
        """The posts an officer holds on a day."""
        return self.filter(
            Q(appointments__to_on__isnull=True) | Q(appointments__to_on__gte=on),
            appointments__card_id=card_id,
            appointments__from_on__lte=on,
        )

    def vacant(self, *, on: date) -> Self:
        """Open posts that nobody holds on a day."""
        from .models import Appointment

        return self.open().exclude(Exists(Appointment.objects.current(on=on).filter(post_id=OuterRef("pk"))))


class AppointmentQuerySet(QuerySet):
    def current(self, *, on: date) -> Self:
        """The appointments in force on a day."""
        return self.filter(Q(to_on__isnull=True) | Q(to_on__gte=on), from_on__lte=on)

    def of_card(self, card_id: UUID) -> Self:
        return self.filter(card_id=card_id)
