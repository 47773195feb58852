"""Panels of filters are kept by what one can choose in them, and no more of them than a process has room for."""

from __future__ import annotations

from typing import Any

from shared_services.govuk import filters
from shared_services.webhooks.models import Delivery

rooms: dict[str, list[tuple[str, str]]] = {"here": [("1", "Libraries")], "next door": [("1", "Parks")]}
where = ["here"]


class Panel(filters.GovukFilterSet):
    department = filters.ListedFilter(field_name="event", label="Department", listed=lambda: rooms[where[0]])

    class Meta:
        model = Delivery
        fields: tuple[str, ...] = ()


def drawn_in(room: str) -> Any:
    where[0] = room
    return Panel.blank_panel(Delivery.objects.none)


def test_a_panel_shows_the_choices_of_its_own_room(monkeypatch):
    monkeypatch.setattr(filters, "_panels", {})

    for room, own, other in (("here", "Libraries", "Parks"), ("next door", "Parks", "Libraries")) * 2:
        panel = drawn_in(room)
        assert own in panel and other not in panel
    assert len(filters._panels) == 2


def test_a_panel_that_another_thread_drops_meanwhile_is_still_drawn(monkeypatch):
    class Dropped(dict[Any, Any]):
        def __getitem__(self, key: Any) -> Any:
            raise KeyError(key)

        def pop(self, key: Any, *default: Any) -> Any:
            super().pop(key)
            return super().pop(key, *default)

    monkeypatch.setattr(filters, "_panels", Dropped())
    monkeypatch.setattr(filters, "KEPT_PANELS", 1)

    assert "Libraries" in drawn_in("here")
    assert "Parks" in drawn_in("next door")
    assert len(filters._panels) == 1
