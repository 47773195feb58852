"""Requests that promise jobs or write slowly."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from shared_services.messaging.outbox import enqueue

from .models import Line
from .pace import take_a_while


def promise(request: HttpRequest, first: int, count: int, milliseconds: int) -> HttpResponse:
    """Promise that many jobs in this council's room."""
    for number in range(first, first + count):
        enqueue("ledger.write_line", number=number, milliseconds=milliseconds)
    return HttpResponse("promised")


def write(request: HttpRequest, number: int, milliseconds: int) -> HttpResponse:
    """Write a line, and answer after a while."""
    Line.objects.create(work="page", number=number)
    take_a_while(milliseconds)
    Line.objects.filter(work="page", number=number).count()
    return HttpResponse("written")
