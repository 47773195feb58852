"""The archive on its way to whoever takes it: streamed, and from any byte on where a download was cut off."""

from __future__ import annotations

import re
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.timezone import localtime

from shared_services.tenancy.door import current_council

from .models import ExitPack

FROM_HERE = re.compile(r"bytes=(\d{1,15})-(\d{1,15})?")
"""One range with a first byte (RFC 9110, 14.1.2). Anything else is answered with the whole file, as the RFC allows."""


class Part:
    """An open file from where it stands, and no more than so many bytes of it."""

    def __init__(self, content: Any, size: int) -> None:
        self._content, self._left = content, size

    def read(self, size: int) -> bytes:
        piece = bytes(self._content.read(min(size, self._left)))
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        self._content.close()


def send_archive(request: HttpRequest, pack: ExitPack, content: Any) -> HttpResponseBase:
    """The file as a download; with `Range` the rest of it, unless `If-Range` names another file."""
    tag = f'"{pack.sha256}"'
    headers = {
        "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Accept-Ranges": "bytes", "ETag": tag,
    }  # fmt: skip
    status, asked = 200, FROM_HERE.fullmatch(request.META.get("HTTP_RANGE", ""))
    if asked and request.META.get("HTTP_IF_RANGE", tag) == tag:
        first, last = int(asked[1]), min(int(asked[2] or pack.size), pack.size - 1)
        if first > last:
            content.close()
            return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{pack.size}"})
        content.seek(first)
        content, status = Part(content, last - first + 1), 206
        headers |= {"Content-Range": f"bytes {first}-{last}/{pack.size}", "Content-Length": str(last - first + 1)}
    response = FileResponse(
        content, as_attachment=True, filename=f"exit-pack-{current_council().slug}-{_moment(pack)}.zip",
        content_type="application/zip", status=status,
    )  # fmt: skip
    for name, value in headers.items():
        response.headers[name] = value
    return response


def _moment(pack: ExitPack) -> str:
    return f"{localtime(pack.asked_at):%Y-%m-%d-%H%M}"
