"""What councils hand each other of their records: the head of each day, and who holds a copy. Numbers and hashes only."""

from __future__ import annotations

from django.db import models

from shared_services.tenancy.bases import PooledModel


class AuditHead(PooledModel):
    """The head of a room's chain at the end of one day, handed to every other room that is live that day."""

    append_only = True
    shown_to_councils = True

    day = models.DateField()
    seq = models.BigIntegerField()
    lines = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    handed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "day"], name="one_head_a_day")]

    def __str__(self) -> str:
        return f"{self.owner_id} {self.day}: {self.seq}"


class HeadReceipt(PooledModel):
    """A room's word to another that it holds copies of its heads, from one day until another.

    It belongs to the witness. `hash` is the latest head as the witness copied it, so that the council can check its
    chain against its partners' word without entering their rooms.
    """

    only_read_in_packs = "Speaks of other councils by the numbers of the install that the pack comes from."

    shown_to_councils = True

    council = models.PositiveSmallIntegerField()
    first_day = models.DateField()
    last_day = models.DateField()
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    given_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "council"], name="one_receipt_a_witness")]

    def __str__(self) -> str:
        return f"{self.owner_id} for {self.council} until {self.last_day}"
