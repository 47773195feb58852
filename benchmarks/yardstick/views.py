"""Plain Django views that read and answer JSON. A token says which officer calls; everyone may do everything."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from . import leave, purchasing
from .models import Requisition, Task, Token

PAGE_SIZE = 25
SHOWN = (
    "id", "case_id", "process", "title", "reference", "case_title", "amount", "category", "requester_name", "role",
    "outcomes", "status", "ready_at", "due_on", "version",
)  # fmt: skip


def as_officer(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        secret = request.headers.get("Authorization", "").removeprefix("Bearer ")
        token = (
            Token.objects.select_related("officer")
            .filter(secret_hash=hashlib.sha256(secret.encode()).hexdigest(), expires_at__gt=timezone.now())
            .first()
        )
        if token is None:
            return JsonResponse({"detail": "Who are you?"}, status=401)
        request.officer = token.officer
        try:
            return view(request, *args, **kwargs)
        except ValidationError as error:
            return JsonResponse({"detail": error.messages}, status=400)
        except ObjectDoesNotExist:
            return JsonResponse({"detail": "Not found."}, status=404)

    return wrapped


@require_POST
@as_officer
def create_requisition(request: HttpRequest) -> HttpResponse:
    requisition = purchasing.create_requisition(request.officer, json.loads(request.body))
    return JsonResponse(_requisition(requisition), status=201)


@require_POST
@as_officer
def submit_requisition(request: HttpRequest, pk: Any) -> HttpResponse:
    return JsonResponse(_requisition(purchasing.submit_requisition(request.officer, pk)))


def _requisition(requisition: Requisition) -> dict[str, Any]:
    return {
        "id": requisition.pk,
        "reference": requisition.reference,
        "title": requisition.title,
        "status": requisition.status,
        "requester_id": requisition.requester_id,
        "needed_by_on": requisition.needed_by_on,
        "net_amount": requisition.net_amount,
        "vat_amount": requisition.vat_amount,
        "gross_amount": requisition.gross_amount,
        "created_at": requisition.created_at,
        "submitted_at": requisition.submitted_at,
        "version": requisition.version,
    }


@require_GET
@as_officer
def inbox(request: HttpRequest) -> HttpResponse:
    page = int(request.GET.get("page", 1))
    first = (page - 1) * PAGE_SIZE
    tasks = Task.objects.filter(candidates__officer=request.officer, status="ready").order_by(
        "candidates__due_on", "pk"
    )
    found = list(tasks.values(*SHOWN)[first : first + PAGE_SIZE + 1])
    return JsonResponse(
        {
            "results": found[:PAGE_SIZE],
            "page": page,
            "next": request.build_absolute_uri(f"?page={page + 1}") if len(found) > PAGE_SIZE else None,
        }
    )


@require_POST
@as_officer
@transaction.atomic
def complete_task(request: HttpRequest, pk: Any) -> HttpResponse:
    form = json.loads(request.body)
    task = Task.objects.select_related("case").select_for_update().get(pk=pk)
    case = task.case
    purchasing.decide(request.officer, task, form["outcome"], form.get("note", ""))
    if form["outcome"] == "approve":
        if case.process == "leave_request":
            leave.approve_leave(request.officer, case)
        else:
            purchasing.approve_requisition(request.officer, case)
    return JsonResponse(
        {
            "id": case.pk,
            "process": case.process,
            "subject_id": case.subject_id,
            "reference": case.reference,
            "title": case.title,
            "amount": case.amount,
            "category": case.category,
            "requester_name": case.requester_name,
            "status": case.status,
            "step": case.step,
            "outcome": case.outcome,
            "opened_at": case.opened_at,
            "closed_at": case.closed_at,
            "version": case.version,
        }
    )


@require_POST
@as_officer
def request_leave(request: HttpRequest) -> HttpResponse:
    asked = leave.request_leave(request.officer, json.loads(request.body))
    return JsonResponse(
        {
            "id": asked.pk,
            "reference": asked.reference,
            "first_on": asked.first_on,
            "last_on": asked.last_on,
            "hours": asked.hours,
            "status": asked.status,
            "note": asked.note,
            "version": asked.version,
        },
        status=201,
    )
