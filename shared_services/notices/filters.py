"""What an officer narrows the own notices down by."""

from __future__ import annotations

from typing import Any

import django_filters

from shared_services.govuk.filters import CheckboxesFilter, GovukFilterSet
from shared_services.govuk.forms import RadioField

from .kinds import KINDS
from .models import Notice

READ, UNREAD = "read", "unread"


class _Radios(django_filters.ChoiceFilter):
    field_class = RadioField


class NoticeFilter(GovukFilterSet):
    state = _Radios(
        method="by_state",
        label="State",
        choices=[(UNREAD, "Unread"), (READ, "Read")],
        empty_label=None,
    )
    kind = CheckboxesFilter(label="Kind", choices=[(kind.key, kind.label) for kind in KINDS.values()])

    class Meta:
        model = Notice
        fields: tuple[str, ...] = ()

    def by_state(self, notices: Any, _name: str, value: str) -> Any:
        return notices.filter(read_at__isnull=value == UNREAD)
