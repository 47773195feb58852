"""JSON on the wire: one serialiser for answers, problems and stored answers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson
from django.http import HttpResponse
from rest_framework.renderers import BaseRenderer


def to_json(data: Any) -> bytes:
    """Money as text ("125.50", never a float), instants in UTC with a Z."""
    return orjson.dumps(data, default=_plain, option=orjson.OPT_UTC_Z)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if hasattr(value, "__html__") or hasattr(value, "_proxy____cast"):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in an answer")


class JsonAnswer(HttpResponse):
    """An answer ready for the wire; skips the rendering that DRF's Response does a second time."""

    kept: bytes | None = None
    """What may be kept of it under an Idempotency-Key, where it has something that is shown once."""

    def __init__(self, data: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> None:
        super().__init__(to_json(data), status=status, content_type="application/json", headers=headers)


class JsonRenderer(BaseRenderer):
    """What the OpenAPI document says we answer with; views build JsonAnswer themselves."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else to_json(data)
