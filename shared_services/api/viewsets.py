"""The base of every endpoint: permission, scope, version, repetition and problems in one place."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import MethodNotAllowed, NotAuthenticated
from rest_framework.parsers import MultiPartParser
from rest_framework.serializers import Serializer
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSetMixin

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import PUBLIC, may, refusal
from shared_services.audit.looking import record_look

from .answers import JsonAnswer, JsonRenderer
from .authentication import BrowserAuthentication, TokenAuthentication
from .idempotency import answer_once
from .openapi import RoomSchema
from .paging import PAGING_PARAMETERS, paged
from .parsing import JsonParser, OnlyJson, file_parts, is_multipart, json_part
from .problems import Problem, as_problem
from .rows import Answer, rows
from .scopes import covers


@cache
def _reader(body: type[Serializer]) -> Serializer:
    """One reader a kind of body: checking keeps nothing in it, and copying its fields anew costs more than checking."""
    return body()


Rows = list[dict[str, Any]]
READING = ("GET", "HEAD", "OPTIONS")
NEEDS_VERSION = ("PUT", "PATCH", "DELETE")


class RoomAPIView(APIView):
    """One endpoint of a room. Names the permission of each action; runs as the calling officer."""

    permissions: ClassVar[dict[str, str]] = {}
    """Action (list, retrieve, submit, ... or the HTTP method in a plain view) -> permission."""
    body: ClassVar[dict[str, type[Serializer]]] = {}
    """Action -> serializer of the request's body."""
    answers: ClassVar[dict[str, type[Serializer]]] = {}
    """Action -> declared answer."""
    takes_files: ClassVar[frozenset[str]] = frozenset()
    """Actions to which files may be sent: as multipart/form-data, with the JSON in the part `body`."""
    file_part: ClassVar[str] = "answers"
    """What the parts of files are called before the point."""
    upload_handlers: ClassVar[tuple[Any, ...]] = ()
    """Who takes files in while they arrive, where not the portal's usual handlers do."""
    tag: ClassVar[str] = ""
    sensitive: ClassVar[str] = ""
    """What these answers show of a person ("people.employment"): each reading is then recorded, as on the pages."""

    authentication_classes = [TokenAuthentication, BrowserAuthentication]
    permission_classes: list[Any] = []
    throttle_classes: list[Any] = []
    renderer_classes = [JsonRenderer]
    parser_classes = [JsonParser, MultiPartParser]
    content_negotiation_class = OnlyJson
    schema = RoomSchema()
    actor: OfficerCard

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Who, may they, is it the version they saw, was it sent before; then the action, and faults as problems."""
        self.args, self.kwargs = args, kwargs
        self.headers = {}
        if "HTTP_IDEMPOTENCY_KEY" in request.META and not is_multipart(request):
            # Read before a check against forged requests looks for a form in it: afterwards it cannot be read whole.
            _ = request.body
        wrapped = self.initialize_request(request, *args, **kwargs)
        self.request = wrapped
        try:
            self.initial(wrapped, *args, **kwargs)
            return self._act(wrapped)
        except Exception as fault:
            answer = as_problem(fault)
            if answer is None:
                raise
            return answer

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        request.accepted_renderer, request.accepted_media_type = None, JsonRenderer.media_type
        permission = self._permission()
        if not request.user.is_authenticated:
            if permission == PUBLIC:
                return
            raise NotAuthenticated("Sign in, or send a token as “Authorization: Bearer”.")
        self.actor = request.user.card
        request._request.actor = self.actor
        changing = request.method not in READING
        if request.auth is not None and not covers(request.auth.scopes, permission, changing=changing):
            raise Problem(403, "scope", f"This token does not cover “{permission}”. Make one with that scope.")
        if not may(self.actor, permission):
            raise Problem(403, "permission", refusal(permission))

    def _permission(self) -> str:
        name = self.action_name()
        if name is None:
            raise MethodNotAllowed(str(self.request.method))
        try:
            return self.permissions[name]
        except KeyError:
            raise ImproperlyConfigured(f"{type(self).__name__} names no permission for {name!r}.") from None

    def action_name(self) -> str | None:
        method = "get" if self.request.method == "HEAD" else str(self.request.method).lower()
        return self.request.method if hasattr(self, method) and method in self.http_method_names else None

    def _act(self, request: Any) -> HttpResponse:
        method = request.method.lower()
        handler: Callable[..., HttpResponse] = getattr(self, method)

        def act() -> HttpResponse:
            return handler(request, *self.args, **self.kwargs)

        if request.method in READING:
            answer = act()
            if self.sensitive and request.method == "GET" and answer.status_code == 200:
                self._record_look()
            return answer
        if request.method in NEEDS_VERSION and "HTTP_IF_MATCH" not in request.META:
            raise Problem(
                428, "version_missing", "Send the record’s ETag as If-Match, so that nobody’s change is lost."
            )
        key = request.META.get("HTTP_IDEMPOTENCY_KEY")
        if key is None:
            # An action calls one service, which is a whole by itself.
            return act()
        # A refusal leaves nothing behind, the claim on the key included.
        with transaction.atomic():
            return answer_once(request, key, act)

    def _record_look(self) -> None:
        looked_at = self.get_looked_at()
        if looked_at is not None:
            asked = self.request.META.get("QUERY_STRING", "")[:200]
            record_look(self.actor, self.sensitive, looked_at, by="api", **({"query": asked} if asked else {}))

    def get_looked_at(self) -> Any:
        """The record that was read, for a sensitive endpoint; None when it is the caller's own, which is no look."""
        return (self.sensitive, self.kwargs["pk"]) if "pk" in self.kwargs else ("api", self.request.path[:64])

    # -- What an action uses ---------------------------------------------------------------------

    def read_body(self) -> dict[str, Any]:
        """The request's body, checked against the action's serializer."""
        sent = json_part(self.request) if is_multipart(self.request) else self.request.data
        return _reader(self.body[self.action_name() or ""]).run_validation(sent)

    @property
    def files(self) -> dict[str, UploadedFile]:
        """The files that came with the body, by the field that each answers."""
        return file_parts(self.request) if is_multipart(self.request) else {}

    @property
    def takes_files_now(self) -> bool:
        return self.action_name() in self.takes_files

    @property
    def version(self) -> int | None:
        """The version in If-Match, or None when the caller sent none (or asked for any, with a star)."""
        text = self.request.META.get("HTTP_IF_MATCH")
        if text is None or text.strip() == "*":
            return None
        number = text.strip().removeprefix("W/").strip('"')
        if not number.isascii() or not number.isdigit() or len(number) > 9:
            raise Problem(412, "stale", "If-Match does not hold an ETag of this record. Read it again first.")
        return int(number)

    def check_version(self, current: int) -> None:
        """Refuse with 412 when the caller saw another version than the current one."""
        if self.version is not None and self.version != current:
            raise Problem(412, "stale", "Someone else changed this since you read it. Read it again first.")

    def answer(
        self,
        data: Any,
        *,
        status: int = 200,
        version: int | None = None,
        location: str | None = None,
        once: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The answer, with its ETag; a reader who has this version already gets 304.

        `once` is what is never shown again, such as a secret: it is not kept for a request that is sent twice.
        """
        headers: dict[str, str] = {}
        if version is not None:
            headers["ETag"] = f'"{version}"'
            if self.request.method in READING and self.request.META.get("HTTP_IF_NONE_MATCH") == headers["ETag"]:
                return HttpResponse(status=304, headers=headers)
        if location is not None:
            headers["Location"] = location
        if once is None:
            return JsonAnswer(data, status=status, headers=headers)
        answer = JsonAnswer({**data, **once}, status=status, headers=headers)
        answer.kept = JsonAnswer({**data, **dict.fromkeys(once)}).content
        return answer


class RoomViewSet(ViewSetMixin, RoomAPIView):
    """List, read and change one kind of record. Another council's record is not found, never forbidden."""

    answer_class: ClassVar[type[Answer]]
    """The declared answer of list and retrieve: its columns are what is read."""
    detail_class: ClassVar[type[Answer] | None] = None
    filterset_class: ClassVar[Any] = None
    ordering: ClassVar[dict[str, str]] = {}
    """What `ordering=` may name -> the field; the first is the default, a minus turns it round."""
    default_ordering: ClassVar[str] = ""
    lookup_value_converter = "uuid"
    lookup_field = "pk"

    def action_name(self) -> str | None:
        return getattr(self, "action", None)

    def get_queryset(self) -> QuerySet:
        """The records that this officer may see, in this room."""
        raise ImproperlyConfigured(f"{type(self).__name__} does not say which records there are.")

    def list(self, request: Any, **kwargs: Any) -> HttpResponse:
        return self.answer(paged(request, self.filtered(self.get_queryset()), self.read_rows))

    def retrieve(self, request: Any, pk: UUID, **kwargs: Any) -> HttpResponse:
        row = self.read_one(pk)
        return self.answer(row, version=row.get("version"))

    def read_rows(self, queryset: QuerySet) -> Rows:
        return rows(queryset, self.answer_class)

    def read_one(self, pk: UUID) -> dict[str, Any]:
        found = rows(self.get_queryset().filter(pk=pk).order_by()[:1], self.detail_class or self.answer_class)
        if not found:
            raise Problem(404, "not_found", "There is nothing here under that address.")
        return found[0]

    def filtered(self, queryset: QuerySet) -> QuerySet:
        """Apply the filters and the order asked for; a parameter nobody knows is an error, not ignored."""
        asked = {name for name in self.request.GET if name not in PAGING_PARAMETERS}
        if self.default_ordering and "ordering" not in asked:
            queryset = queryset.order_by(*self.default_ordering.split(","))
        if not asked:
            return queryset
        known = set(self.filterset_class.base_filters) if self.filterset_class else set()
        unknown = asked - known - {"ordering"}
        if unknown:
            raise Problem(400, "unknown_parameter", f"There is no parameter “{sorted(unknown)[0]}” here.")
        if "ordering" in asked:
            queryset = self._ordered(queryset, self.request.GET["ordering"])
        if asked - {"ordering"}:
            filterset = self.filterset_class(self.request.GET, queryset=queryset, request=self.request)
            if not filterset.is_valid():
                messages = "; ".join(f"{name}: {errors[0]}" for name, errors in filterset.errors.items())
                raise Problem(400, "invalid", f"The filters have errors. {messages}")
            queryset = filterset.qs
        return queryset

    def _ordered(self, queryset: QuerySet, asked: str) -> QuerySet:
        name = asked.removeprefix("-")
        if name not in self.ordering:
            raise Problem(
                400, "unknown_parameter", f"“ordering” may be {', '.join(sorted(self.ordering)) or 'nothing'} here."
            )
        return queryset.order_by(("-" if asked.startswith("-") else "") + self.ordering[name], "pk")
