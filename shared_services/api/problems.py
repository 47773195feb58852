"""Every refusal and fault of the API as application/problem+json (RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from rest_framework import exceptions

from shared_services.tenancy.errors import NotAllowed

from .answers import to_json

STATUS_OF_CODE = {"permission": 403, "not_yours": 403, "not_found": 404, "stale": 412}
"""Refusals by the rules of the business are 409: the request is well formed, the record's state forbids it."""


class Problem(Exception):
    """A refusal of the API's own, with its status and code."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail


def problem(
    status: int, code: str, detail: str, *, errors: list[dict[str, str]] | None = None, headers: Any = None
) -> HttpResponse:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    if errors:
        body["errors"] = errors
    return HttpResponse(to_json(body), status=status, content_type="application/problem+json", headers=headers)


def as_problem(fault: Exception) -> HttpResponse | None:
    """The answer for a fault, or None for one that nobody foresaw (a 500, which the log keeps)."""
    if isinstance(fault, Problem):
        return problem(fault.status, fault.code, fault.detail)
    if isinstance(fault, NotAllowed):
        return problem(STATUS_OF_CODE.get(fault.code, 409), fault.code, fault.message)
    if isinstance(fault, (Http404, ObjectDoesNotExist)):
        return problem(404, "not_found", "There is nothing here under that address.")
    if isinstance(fault, exceptions.ValidationError):
        return problem(
            400, "invalid", "The request has errors: see each one’s pointer.", errors=list(_errors(fault.detail, "#"))
        )
    if isinstance(fault, ValidationError):
        return problem(400, "invalid", "The request has errors.", errors=list(_django_errors(fault)))
    if isinstance(fault, PermissionDenied):
        return problem(403, "permission", "You may not do this.")
    if isinstance(fault, exceptions.APIException):
        headers = {"WWW-Authenticate": "Bearer"} if fault.status_code == 401 else None
        return problem(fault.status_code, str(fault.default_code), str(fault.detail), headers=headers)
    return None


def _errors(detail: Any, pointer: str) -> Iterator[dict[str, str]]:
    """DRF's nested errors, flattened to one line a field with a JSON pointer."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _errors(inner, pointer if name == "non_field_errors" else f"{pointer}/{name}")
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, (dict, list))
            yield from _errors(inner, f"{pointer}/{index}" if nested else pointer)
    else:
        yield {"pointer": pointer, "code": str(getattr(detail, "code", "invalid")), "detail": str(detail)}


def _django_errors(fault: ValidationError) -> Iterator[dict[str, str]]:
    if hasattr(fault, "error_dict"):
        for name, inner in fault.message_dict.items():
            for message in inner:
                yield {"pointer": f"#/{name}", "code": "invalid", "detail": message}
    else:
        for message in fault.messages:
            yield {"pointer": "#", "code": "invalid", "detail": message}
