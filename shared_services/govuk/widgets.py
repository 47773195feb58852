"""Controls that Django does not have: a date in three boxes, an amount with its pound sign."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms


class DateInput(forms.Widget):
    """Day, month and year in three boxes, as GOV.UK asks for dates.

    Reads `<name>_day`, `<name>_month`, `<name>_year`; a single `<name>` in the form 2026-11-22 is read too,
    so that addresses of filtered lists stay short.
    """

    template_name = "components/date_boxes.html"
    parts = (("day", "Day", 2), ("month", "Month", 2), ("year", "Year", 4))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str] | str | None:
        if name in data:
            return data.get(name) or None
        boxes = {part: (data.get(f"{name}_{part}") or "").strip() for part, _, _ in self.parts}
        return boxes if any(boxes.values()) else None

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and all(f"{name}_{part}" not in data for part, _, _ in self.parts)

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_day" if id_ else id_

    def boxes(self, name: str, value: Any, id_: str) -> list[dict[str, Any]]:
        """What the template draws: one entry a box."""
        values = self._split(value)
        return [
            {
                "name": f"{name}_{part}",
                "id": f"{id_}_{part}",
                "label": label,
                "width": width,
                "value": values.get(part, ""),
            }
            for part, label, width in self.parts
        ]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        id_ = (attrs or {}).get("id", f"id_{name}")
        return {"boxes": self.boxes(name, value, id_), "attrs": attrs or {}}

    @staticmethod
    def _split(value: Any) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        if isinstance(value, str):
            try:
                value = date.fromisoformat(value)
            except ValueError:
                return {"day": value}
        if isinstance(value, (date, datetime)):
            return {"day": value.day, "month": value.month, "year": value.year}
        return {}


class MoneyInput(forms.TextInput):
    """A text box after a pound sign. Not a number box: those drop what they cannot read."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "spellcheck": "false", "autocomplete": "off", **(attrs or {})})


class CountedTextarea(forms.Textarea):
    """A box for several lines that says how many characters are left."""

    def __init__(self, attrs: dict[str, Any] | None = None, *, rows: int = 5) -> None:
        # The class by which GOV.UK's character count finds its box.
        super().__init__({"rows": str(rows), "class": "govuk-js-character-count", **(attrs or {})})
