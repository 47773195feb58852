"""What a request may carry."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError


class Body(serializers.Serializer):
    """Base of every request body: a field nobody knows is an error, because ignoring a typing mistake loses data."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, dict):
            unknown = data.keys() - self.fields.keys()
            if unknown:
                raise ValidationError({str(name): ["There is no such field."] for name in sorted(unknown, key=str)})
        return super().to_internal_value(data)


class Nothing(Body):
    """An action that needs no more than its address."""


class MoneyField(serializers.DecimalField):
    """Pounds and pence, as text or number on the wire."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 14)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(**kwargs)


class ReasonBody(Body):
    reason = serializers.CharField(max_length=500)


class NoteBody(Body):
    note = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
