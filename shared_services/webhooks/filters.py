"""What an administrator narrows the delivery log down by."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from shared_services.govuk.filters import CheckboxesFilter, DateFilter, GovukFilterSet

from .choices import TEST, DeliveryStatus, EventType
from .models import Delivery


class DeliveryFilter(GovukFilterSet):
    status = CheckboxesFilter(label="Status", choices=DeliveryStatus.choices)
    event = CheckboxesFilter(label="Event", choices=[*EventType.choices, (TEST, "A test")])
    from_on = DateFilter(method="from_day", label="From")
    until_on = DateFilter(method="until_day", label="Until")

    class Meta:
        model = Delivery
        fields: tuple[str, ...] = ()

    def from_day(self, deliveries: Any, _name: str, value: Any) -> Any:
        return deliveries.filter(created_at__gte=timezone.make_aware(datetime.combine(value, time.min)))

    def until_day(self, deliveries: Any, _name: str, value: Any) -> Any:
        end = datetime.combine(value + timedelta(days=1), time.min)
        return deliveries.filter(created_at__lt=timezone.make_aware(end))
