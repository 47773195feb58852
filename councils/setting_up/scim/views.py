"""The SCIM endpoints of a council's host."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.views import APIView

from shared_services.access.models import OfficerCard
from shared_services.tenancy.errors import NotAllowed

from . import users
from .keys import MAY_MANAGE, officer_of
from .users import USER, ScimFault

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
MEDIA_TYPE = "application/scim+json"
MOST_A_PAGE = 200
LONGEST_BODY = 256 * 1024


class ScimParser(BaseParser):
    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body = stream.read(LONGEST_BODY + 1)
        if len(body) > LONGEST_BODY:
            raise ScimFault(413, "The request is too long.")
        try:
            sent = json.loads(body or b"{}")
        except ValueError:
            raise ScimFault(400, "The request is not JSON.", "invalidSyntax") from None
        if not isinstance(sent, dict):
            raise ScimFault(400, "The request must be a JSON object.", "invalidSyntax")
        return sent


class ScimRenderer(BaseRenderer):
    media_type = MEDIA_TYPE
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return json.dumps(data).encode()


class OneKind(BaseContentNegotiation):
    """There is one representation, whatever is asked for."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class ScimView(APIView):
    """Answers to the council's own key only, in the name of the administrator who made it."""

    permission = MAY_MANAGE
    authentication_classes: list[Any] = []
    permission_classes: list[Any] = []
    parser_classes = [ScimParser]
    renderer_classes = [ScimRenderer]
    content_negotiation_class = OneKind
    schema = None
    officer: OfficerCard

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        scheme, _, key = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        officer = officer_of(key.strip()) if scheme.lower() == "bearer" and key.strip() else None
        if officer is None:
            raise ScimFault(401, "The key is not valid: it is unknown here or revoked.")
        self.officer = officer

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, NotAllowed):
            exc = ScimFault(400, exc.message, "invalidValue")
        if not isinstance(exc, ScimFault):
            return super().handle_exception(exc)
        body: dict[str, Any] = {"schemas": [ERROR], "status": str(exc.status), "detail": exc.detail}
        if exc.kind:
            body["scimType"] = exc.kind
        answer = scim(body, exc.status)
        if exc.status == 401:
            answer["WWW-Authenticate"] = "Bearer"
        return answer

    @property
    def base(self) -> str:
        return self.request.build_absolute_uri("/scim/v2").rstrip("/")

    def one(self, card: OfficerCard, status: int = 200) -> HttpResponse:
        user = users.as_users([card], base=self.base)[0]
        answer = scim(user, status)
        answer["Location"] = user["meta"]["location"]
        answer["ETag"] = user["meta"]["version"]
        return answer


def scim(body: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(json.dumps(body), status=status, content_type=MEDIA_TYPE)


class Users(ScimView):
    def get(self, request: Any) -> HttpResponse:
        cards = users.filtered(request.query_params.get("filter", ""))
        start, count = _number(request, "startIndex", 1), _number(request, "count", 100)
        start, count = max(start, 1), min(max(count, 0), MOST_A_PAGE)
        page = list(cards[start - 1 : start - 1 + count])
        return scim(
            {
                "schemas": [LIST], "totalResults": cards.count(), "startIndex": start, "itemsPerPage": len(page),
                "Resources": users.as_users(page, base=self.base),
            }
        )  # fmt: skip

    def post(self, request: Any) -> HttpResponse:
        return self.one(users.create_user(actor=self.officer, sent=request.data), 201)


class OneUser(ScimView):
    def get(self, request: Any, key: str) -> HttpResponse:
        return self.one(users.find_officer(key))

    def put(self, request: Any, key: str) -> HttpResponse:
        return self.one(users.replace_user(actor=self.officer, key=key, sent=request.data))

    def patch(self, request: Any, key: str) -> HttpResponse:
        return self.one(users.patch_user(actor=self.officer, key=key, sent=request.data))

    def delete(self, request: Any, key: str) -> HttpResponse:
        users.remove_user(actor=self.officer, key=key)
        return HttpResponse(status=204)


class ProviderConfig(ScimView):
    """What is supported here (RFC 7643 section 5)."""

    def get(self, request: Any) -> HttpResponse:
        unsupported = {"supported": False}
        return scim(
            {
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
                "patch": {"supported": True},
                "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
                "filter": {"supported": True, "maxResults": MOST_A_PAGE},
                "changePassword": unsupported, "sort": unsupported, "etag": unsupported,
                "authenticationSchemes": [
                    {"type": "oauthbearertoken", "name": "Bearer", "description": "The council’s own key"}
                ],
            }
        )  # fmt: skip


class ResourceTypes(ScimView):
    def get(self, request: Any) -> HttpResponse:
        user = {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": "User", "name": "User", "endpoint": "/Users", "schema": USER,
        }  # fmt: skip
        return scim({"schemas": [LIST], "totalResults": 1, "startIndex": 1, "itemsPerPage": 1, "Resources": [user]})


class Schemas(ScimView):
    """The attributes of a user that the portal keeps."""

    def get(self, request: Any) -> HttpResponse:
        text = {"multiValued": False, "mutability": "readWrite", "returned": "default"}
        attributes = [
            {"name": "userName", "type": "string", "required": True, "uniqueness": "server", **text},
            {"name": "name", "type": "complex", "required": False, **text, "subAttributes": [
                {"name": part, "type": "string", "required": False, **text}
                for part in ("formatted", "givenName", "familyName")
            ]},
            {"name": "displayName", "type": "string", "required": False, **text},
            {"name": "title", "type": "string", "required": False, **text},
            {"name": "active", "type": "boolean", "required": False, **text},
        ]  # fmt: skip
        user = {"id": USER, "name": "User", "description": "An officer", "attributes": attributes}
        return scim({"schemas": [LIST], "totalResults": 1, "startIndex": 1, "itemsPerPage": 1, "Resources": [user]})


def _number(request: HttpRequest, name: str, usual: int) -> int:
    try:
        return int(request.GET.get(name, usual))
    except ValueError:
        raise ScimFault(400, f"{name} must be a whole number.", "invalidValue") from None
