"""Loads from the legacy system for programs: what the pages under “Imports” do, by the same services."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action

from shared_services.access.permissions import may
from shared_services.api.bodies import Nothing
from shared_services.api.problems import Problem
from shared_services.api.rows import row_of, rows
from shared_services.api.scopes import covers
from shared_services.api.viewsets import RoomViewSet

from . import rules, selectors, services
from .api_shapes import (
    BatchAnswer,
    BatchDetailAnswer,
    BatchFilter,
    CodesAnswer,
    ColumnsBody,
    FiguresBody,
    FileAnswer,
    MatchBody,
    MatchedAnswer,
    RowProblemAnswer,
    RowProblemFilter,
    TotalAnswer,
    UploadBody,
)
from .choices import CrosswalkKind
from .exports import problems_as_csv
from .models import ControlTotal, ImportBatch, ImportFile, RowProblem
from .uploads import ExtractUpload, fault_of_upload

VIEW = "migration.view_batches"
LOAD = rules.MAY_LOAD[0]


class ForLoaders(RoomViewSet):
    """Whoever may load extracts or staff data: either permission is enough, and either is a scope."""

    tag = "Imports"

    def _permission(self) -> str:
        permission = super()._permission()
        if permission != LOAD or not self.request.user.is_authenticated:
            return permission
        held = [one for one in rules.MAY_LOAD if may(self.request.user.card, one)]
        token: Any = self.request.auth
        reached = [one for one in held if token is None or covers(token.scopes, one, changing=True)]
        return next(iter(reached or held), LOAD)


class Imports(ForLoaders):
    """Batches of files from the legacy system: brought, checked, reconciled, signed off, loaded, undone."""

    permissions = {
        "list": VIEW,
        "retrieve": VIEW,
        "create": LOAD,
        "columns": LOAD,
        "check": LOAD,
        "totals": LOAD,
        "sign_off": "migration.sign_off",
        "load": LOAD,
        "undo": "migration.undo",
        "discard": LOAD,
    }
    takes_files = frozenset({"create"})
    file_part = "files"
    upload_handlers = (ExtractUpload,)
    body = {
        "create": UploadBody,
        "columns": ColumnsBody,
        "totals": FiguresBody,
        **dict.fromkeys(("check", "sign_off", "load", "undo", "discard"), Nothing),
    }
    answers = dict.fromkeys(
        ("create", "columns", "check", "totals", "sign_off", "load", "undo", "discard"), BatchAnswer
    )
    answer_class = BatchAnswer
    detail_class = BatchDetailAnswer
    filterset_class = BatchFilter
    ordering = {"created_at": "created_at", "loaded_at": "loaded_at", "reference": "reference"}
    default_ordering = "-created_at,-pk"

    def get_queryset(self) -> Any:
        return ImportBatch.objects.visible_to(self.actor)

    def read_one(self, pk: UUID) -> dict[str, Any]:
        batch = self.found(pk)
        progress = selectors.progress_of(batch, list(batch.files.all()))
        return {
            **row_of(batch, BatchAnswer),
            "progress_done": progress.done,
            "progress_total": progress.total,
            "files": rows(ImportFile.objects.filter(batch=batch).order_by("name", "pk"), FileAnswer),
            "totals": rows(ControlTotal.objects.filter(file__batch=batch).order_by("file", "measure"), TotalAnswer),
        }

    def create(self, request: Any) -> HttpResponse:
        """Bring files; checking them is the dry run, and nothing is loaded by it.

        They come as multipart/form-data: each file in a part called `files.` and a number (`files.1`), the JSON in the
        part `body`.
        """
        data, uploads = self.read_body(), list(self.files.values())
        if fault := fault_of_upload(request):
            raise Problem(413, "too_large", fault)
        if not uploads:
            raise Problem(400, "invalid", "Send at least one file, as multipart/form-data in a part called “files.1”.")
        batch = services.receive_files(actor=self.actor, uploads=uploads, note=data["note"])
        return self._changed(batch, status=201)

    @action(detail=True, methods=["post"])
    def columns(self, request: Any, pk: UUID) -> HttpResponse:
        """Say what a file is and what its columns are; it is read and checked again."""
        data = self.read_body()
        file = get_object_or_404(ImportFile, batch=self.found(pk), pk=data["file_id"])
        services.map_columns(
            actor=self.actor, file=file, table=data["table"], fields=data["columns"],
            decimal_mark=data["decimal_mark"], date_order=data["date_order"], version=self.version,
        )  # fmt: skip
        return self._changed(self.found(pk))

    @action(detail=True, methods=["post"])
    def check(self, request: Any, pk: UUID) -> HttpResponse:
        """Check a batch anew, after codes were matched or records were added by hand."""
        batch = self._seen(pk)
        return self._changed(services.check_again(actor=self.actor, batch=batch))

    @action(detail=True, methods=["post"])
    def totals(self, request: Any, pk: UUID) -> HttpResponse:
        """Give the legacy system's figures beside ours, and why they differ where they do."""
        figures = {one["total_id"]: (one["source_amount"], one["explanation"]) for one in self.read_body()["figures"]}
        batch = self.found(pk)
        known = set(ControlTotal.objects.filter(file__batch=batch, pk__in=figures).values_list("pk", flat=True))
        if unknown := sorted(str(one) for one in figures.keys() - known):
            raise serializers.ValidationError({"figures": [f"This batch has no control total {unknown[0]}."]})
        return self._changed(
            services.state_totals(actor=self.actor, batch=batch, figures=figures, version=self.version)
        )

    @action(detail=True, methods=["post"], url_path="sign-off")
    def sign_off(self, request: Any, pk: UUID) -> HttpResponse:
        """Say that the totals agree or that the differences are explained. Not by who brought the files."""
        self.read_body()
        return self._changed(services.sign_off(actor=self.actor, batch=self.found(pk), version=self.version))

    @action(detail=True, methods=["post"])
    def load(self, request: Any, pk: UUID) -> HttpResponse:
        """Load a batch that is signed off. Asking twice loads once."""
        batch = self._seen(pk)
        return self._changed(services.start_loading(actor=self.actor, batch=batch))

    @action(detail=True, methods=["post"])
    def undo(self, request: Any, pk: UUID) -> HttpResponse:
        """Take a loaded batch back. Refused while a later one has changed the same records."""
        batch = self._seen(pk)
        return self._changed(services.start_undoing(actor=self.actor, batch=batch))

    @action(detail=True, methods=["post"])
    def discard(self, request: Any, pk: UUID) -> HttpResponse:
        """Throw a batch away that was not loaded: its files and rows go, its line stays."""
        batch = self._seen(pk)
        return self._changed(services.discard(actor=self.actor, batch=batch))

    def found(self, pk: UUID) -> ImportBatch:
        return get_object_or_404(self.get_queryset(), pk=pk)

    def _seen(self, pk: UUID) -> ImportBatch:
        """The batch as the caller saw it, where the request has If-Match."""
        self.read_body()
        batch = self.found(pk)
        self.check_version(batch.version)
        return batch

    def _changed(self, batch: ImportBatch, status: int = 200) -> HttpResponse:
        location = reverse("api:import-detail", kwargs={"pk": batch.pk}) if status == 201 else None
        return self.answer(row_of(batch, BatchAnswer), status=status, version=batch.version, location=location)


class ImportProblems(RoomViewSet):
    """Every problem of every row of a batch."""

    tag = "Imports"
    permissions = {"list": VIEW, "csv": VIEW}
    sensitive = "migration.problems"
    answer_class = RowProblemAnswer
    filterset_class = RowProblemFilter
    ordering = {"line": "line", "reason": "reason"}
    default_ordering = "file_id,line,pk"

    @cached_property
    def batch(self) -> ImportBatch:
        return get_object_or_404(ImportBatch.objects.visible_to(self.actor), pk=self.kwargs["batch_id"])

    def get_looked_at(self) -> ImportBatch | None:
        """Values of staff's rows are personal data; a supplier's are not."""
        return self.batch if self.batch.personal else None

    def get_queryset(self) -> Any:
        return RowProblem.objects.filter(batch=self.batch)

    @extend_schema(responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR)})
    @action(detail=False, methods=["get"])
    def csv(self, request: Any, **kwargs: Any) -> HttpResponseBase:
        """All of them as the file that the page gives."""
        return problems_as_csv(actor=self.actor, batch=self.batch, problems=self.filtered(self.get_queryset()))


class ImportCodes(ForLoaders):
    """Codes of the legacy system: what they are called here, and which still wait for a match."""

    permissions = {"list": VIEW, "match": LOAD}
    body = {"match": MatchBody}
    answers = {"list": CodesAnswer, "match": MatchedAnswer}
    paged = False

    def list(self, request: Any, **kwargs: Any) -> HttpResponse:
        found = []
        for kind in CrosswalkKind.values:
            waiting = selectors.unmatched_codes(kind)
            codes = {**dict.fromkeys(waiting, ""), **selectors.matched_codes(kind)}
            found += [
                {"kind": kind, "legacy_value": code, "value": value, "rows_waiting": waiting.get(code, 0)}
                for code, value in codes.items()
            ]
        return self.answer({"results": found})

    @action(detail=False, methods=["post"])
    def match(self, request: Any) -> HttpResponse:
        """Say what legacy codes of one kind are called here. Batches are then checked again to see what it put right."""
        data = self.read_body()
        codes = {code.strip(): value.strip() for code, value in data["codes"].items()}
        _check_codes(data["kind"], codes)
        return self.answer({"changed": services.match_codes(actor=self.actor, kind=data["kind"], codes=codes)})


def _check_codes(kind: str, codes: dict[str, str]) -> None:
    """What the page's form asks of the same answers."""
    errors = {}
    answers = {one for one, _ in selectors.answers_for(kind)}
    if len(codes) > selectors.MOST_CODES:
        raise serializers.ValidationError({"codes": [f"Send {selectors.MOST_CODES} codes at most."]})
    for code, value in codes.items():
        if not 1 <= len(code) <= 40:
            errors[code[:40]] = ["A legacy code has 1 to 40 characters."]
        elif value and answers and value not in answers:
            errors[code] = [f"“{value}” is not one of: {', '.join(sorted(answers))}."]
    if errors:
        raise serializers.ValidationError({"codes": errors})


def register(router: Any) -> None:
    router.register("imports/<uuid:batch_id>/problems", ImportProblems, basename="import-problem")
    router.register("imports", Imports, basename="import")
    router.register("import-codes", ImportCodes, basename="import-code")
