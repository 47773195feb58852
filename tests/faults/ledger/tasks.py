"""A job that is slow enough to be killed in its middle."""

from __future__ import annotations

from shared_services.messaging.tasks import council_task

from .models import Line
from .pace import take_a_while


@council_task
def write_line(number: int, milliseconds: int) -> None:
    """Write a line, then take a while before the transaction ends."""
    Line.objects.create(work="job", number=number)
    take_a_while(milliseconds)
