"""A council's authority matrix."""

from __future__ import annotations

from datetime import date

from django.db import models

from shared_services.tenancy.bases import PooledModel

from ..querysets import AuthorityRuleQuerySet


class AuthorityRule(PooledModel):
    """One line of a council's authority matrix: who must approve what, from which amount, between which dates.

    Lines are added and ended, never edited, so that any past decision can be explained by the lines of its day.
    """

    decision_type = models.CharField(max_length=80)
    cost_centre = models.CharField(max_length=40, blank=True)
    category_prefix = models.CharField(max_length=40, blank=True)
    amount_from = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    amount_to = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    role = models.CharField(max_length=60)
    """A role's key, or "post:" and the key of a post."""
    needed = models.PositiveSmallIntegerField(default=1, db_default=1)
    """How many different holders must approve."""
    minute_reference = models.CharField(max_length=120, blank=True, default="", db_default="")
    sequence = models.PositiveSmallIntegerField(default=10)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    added_by_name = models.CharField(max_length=200, blank=True)
    added_at = models.DateTimeField(null=True, blank=True)
    """What was decided earlier on its first day did not know the line. Empty: it was there from the start."""
    version = models.PositiveIntegerField(default=1)

    objects = AuthorityRuleQuerySet.as_manager()

    class Meta:
        ordering = ["decision_type", "sequence", "amount_from"]
        indexes = [models.Index(fields=["owner", "decision_type", "valid_from"], name="authority_by_decision")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_to__isnull=True) | models.Q(amount_to__gt=models.F("amount_from")),
                name="authority_amounts_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="authority_dates_in_order",
            ),
            models.CheckConstraint(condition=models.Q(needed__range=(1, 9)), name="authority_needs_1_to_9"),
        ]

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def __str__(self) -> str:
        return f"{self.role} from £{self.amount_from:,.2f}"
