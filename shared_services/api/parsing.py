"""Reading a request's JSON body, and the files that come beside it where an action takes some."""

from __future__ import annotations

from typing import Any

import orjson
from django.core.files.uploadedfile import UploadedFile
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser

BODY = "body"


class JsonParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body = stream.read()
        return read_json(body) if body else {}


def read_json(body: bytes | str) -> dict[str, Any]:
    """A JSON object. Raises ParseError for anything else."""
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError as fault:
        raise ParseError(f"The body is not JSON: {fault}") from None
    if not isinstance(data, dict):
        raise ParseError("The body must be a JSON object.")
    return data


def is_multipart(request: Any) -> bool:
    return (request.content_type or "").partition(";")[0].strip().lower() == "multipart/form-data"


def json_part(request: Any) -> dict[str, Any]:
    """The JSON of a multipart request: its part called `body`."""
    part = request.data.get(BODY)
    if part is None:
        raise ParseError(f"A request with files carries its JSON in the part “{BODY}”.")
    if isinstance(part, str):
        return read_json(part)
    # Sent as a file it may have been read before, for the hash of an Idempotency-Key.
    part.seek(0)
    return read_json(part.read())


def file_parts(request: Any) -> dict[str, UploadedFile]:
    """The files of a multipart request by the field that each answers: the part `answers.quote` is for “quote”.

    What stands before the point is the endpoint's word.
    """
    wanted = request.parser_context["view"].file_part
    files: dict[str, UploadedFile] = {}
    for name, upload in request.FILES.items():
        holder, dot, field = name.partition(".")
        if holder == wanted and dot and field:
            files[field] = upload
        elif name != BODY:
            raise ParseError(f"The part “{name}” is not read: a file’s part is called like “{wanted}.quote”.")
    return files


class OnlyJson(BaseContentNegotiation):
    """There is one representation, so there is nothing to negotiate; files come beside it as a form's parts."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        kind = (request.content_type or "").partition(";")[0].strip().lower()
        if kind == "multipart/form-data" and request.parser_context["view"].takes_files_now:
            return parsers[1]
        return parsers[0] if kind in ("application/json", "application/merge-patch+json", "") else None

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type
