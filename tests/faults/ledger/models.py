"""A private table in which every piece of work leaves one line, so that lost or doubled work can be counted."""

from __future__ import annotations

from django.db import models

from shared_services.tenancy.bases import PrivateModel


class Line(PrivateModel):
    """One piece of work. Nothing keeps a second line with the same number out: that is what is tested."""

    work = models.CharField(max_length=20)
    number = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.work} {self.number}"
