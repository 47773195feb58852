"""What drf-spectacular needs to know to describe our endpoints."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers

from .paging import LARGEST_PAGE

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The record’s ETag as you last read it."
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="A text of your choice, up to 200 characters. Sending the request again with it changes nothing.",
)
PAGING = [
    OpenApiParameter("page", {"type": "integer", "minimum": 1, "default": 1}),
    OpenApiParameter("page_size", {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": 25}),
    OpenApiParameter("total", {"type": "string", "enum": ["true", "false"]}, description="true: also count the list"),
]


FILES_OF = {
    "answers": "answers.FIELD: the file that answers a file question of the form",
    "files": "files.1, files.2, …: the files",
}
"""What the parts of files are called -> what that means."""


def with_files(part: str) -> dict[str, Any]:
    """A body with files."""
    return {
        "type": "object",
        "required": ["body"],
        "properties": {"body": {"type": "string", "description": "the JSON that is sent without files"}},
        "additionalProperties": {"type": "string", "format": "binary", "description": FILES_OF[part]},
    }


class ProblemAnswer(serializers.Serializer):
    """RFC 9457 problem details."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="stable, for programs")
    detail = serializers.CharField(help_text="plain English, for people")
    errors = serializers.ListField(child=serializers.DictField(), required=False)  # type: ignore[assignment]


class RoomSchema(AutoSchema):
    """Reads body, answer, permission and paging from the endpoint's own declarations."""

    view: Any

    def _name(self) -> str | None:
        return getattr(self.view, "action", None) or self.method

    def get_operation_id(self) -> str:
        """A list's own name, so that a list and one of its records are told apart: cases_list, cases_retrieve."""
        name = super().get_operation_id()
        return f"{name.removesuffix('_retrieve')}_list" if self._name() == "list" else name

    def get_tags(self) -> list[str]:
        return [self.view.tag] if getattr(self.view, "tag", "") else super().get_tags()

    def get_description(self) -> str:  # type: ignore[override]
        permission = self.view.permissions.get(self._name(), "")
        return f"{super().get_description()}\n\nPermission: `{permission}`".strip()

    def get_request_serializer(self) -> Any:
        declared = self.view.body.get(self._name())
        if self._name() not in self.view.takes_files:
            return declared
        return {"application/json": declared, "multipart/form-data": with_files(self.view.file_part)}

    def get_response_serializers(self) -> Any:
        declared = self.view.answers.get(self._name()) or self._default_answer()
        good = "201" if self._name() in getattr(self.view, "creating", ("create",)) else "200"
        responses: dict[Any, Any] = {good: declared}
        codes = ["400", "401", "403", "404", "405"]
        if self.method not in ("GET", "HEAD"):
            codes += ["409", "412", "415", "422"]
        if self._name() in self.view.takes_files:
            codes.append("413")
        if self.method in ("PUT", "PATCH", "DELETE"):
            codes.append("428")
        for code in codes:
            responses[(code, "application/problem+json")] = ProblemAnswer
        return responses

    def _default_answer(self) -> Any:
        answer = getattr(self.view, "answer_class", None)
        if answer is None:
            return None
        if self._name() == "list":
            return page_of(answer)
        return getattr(self.view, "detail_class", None) or answer

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False

    def _get_paginator(self) -> None:
        return None

    def get_override_parameters(self) -> list[Any]:
        parameters: list[Any] = []
        if self._name() == "list" and getattr(self.view, "paged", True):
            parameters += PAGING
            orders = sorted(getattr(self.view, "ordering", {}))
            if orders:
                choices = [*orders, *(f"-{name}" for name in orders)]
                parameters.append(OpenApiParameter("ordering", {"type": "string", "enum": choices}))
            filterset = getattr(self.view, "filterset_class", None)
            if filterset is not None:
                parameters += [
                    OpenApiParameter(name, str, description=str(found.label or ""))
                    for name, found in filterset.base_filters.items()
                ]
        if self.method not in ("GET", "HEAD"):
            parameters += [IDEMPOTENCY_KEY, IF_MATCH]
        return parameters


_pages: dict[type, Any] = {}


def page_of(answer: type[serializers.Serializer]) -> Any:
    """The declared page of a list of these."""
    if answer not in _pages:
        _pages[answer] = inline_serializer(
            f"{answer.__name__}Page",
            {
                "results": answer(many=True),
                "page": serializers.IntegerField(),
                "page_size": serializers.IntegerField(),
                "next": serializers.CharField(allow_null=True),
                "previous": serializers.CharField(allow_null=True),
                "total": serializers.IntegerField(required=False),
                "total_is_exact": serializers.BooleanField(required=False),
            },
        )
    return _pages[answer]


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "shared_services.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A token from “Your account”, “API tokens”."}


class BrowserScheme(OpenApiAuthenticationExtension):
    target_class = "shared_services.api.authentication.BrowserAuthentication"
    name = "browser"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
