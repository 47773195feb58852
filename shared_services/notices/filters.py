"""What an officer narrows the own notices down by."""

from __future__ import annotations

from typing import Any

from shared_services.govuk.filters import CheckboxesFilter, GovukFilterSet

from .kinds import KINDS
from .models import Notice

READ, UNREAD = "read", "unread"


class NoticeFilter(GovukFilterSet):
    state = CheckboxesFilter(method="by_state", label="State", choices=[(UNREAD, "Unread"), (READ, "Read")])
    kind = CheckboxesFilter(label="Kind", choices=[(kind.key, kind.label) for kind in KINDS.values()])

    class Meta:
        model = Notice
        fields: tuple[str, ...] = ()

    def by_state(self, notices: Any, _name: str, chosen: list[str]) -> Any:
        return notices.filter(read_at__isnull=UNREAD in chosen) if len(chosen) == 1 else notices
