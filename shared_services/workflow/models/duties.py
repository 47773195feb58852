"""Which two duties one person may not hold, or may not do in one case."""

from __future__ import annotations

from django.db import models

from shared_services.tenancy.bases import PooledModel

from ..choices import DutyScope
from ..querysets import DutyExceptionQuerySet, DutyRuleQuerySet

CARD = "access.OfficerCard"


class DutyRule(PooledModel):
    """Two duties that are kept apart. The shared service's rules hold for every council; its own are stricter.

    A duty is a permission ("accounts.manage_roles") or a role ("role:director").
    """

    same_in_packs = ("key", "sentence")

    shared_service_rows_are_common = True

    key = models.SlugField(max_length=60, db_index=False)
    sentence = models.CharField(max_length=200)
    first = models.CharField(max_length=80)
    second = models.CharField(max_length=80)
    scope = models.CharField(max_length=10, choices=DutyScope.choices)
    added_by_name = models.CharField(max_length=200, blank=True)
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by_name = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = DutyRuleQuerySet.as_manager()

    class Meta:
        ordering = ["owner", "key"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "key"], condition=models.Q(ended_at__isnull=True), name="duty_rule_once"
            )
        ]

    def __str__(self) -> str:
        return self.sentence


class DutyException(PooledModel):
    """One officer may hold both duties of a rule until a day: the section 151 officer signed it.

    Why is kept in the council's own room (annexes.CaseNote under this key).
    """

    rule = models.ForeignKey(DutyRule, on_delete=models.PROTECT, related_name="+", db_index=False)
    rule_key = models.CharField(max_length=60)
    card = models.ForeignKey(CARD, on_delete=models.PROTECT, related_name="+", db_index=False)
    card_name = models.CharField(max_length=200)
    until_on = models.DateField()
    signed_by_name = models.CharField(max_length=200)
    signed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by_name = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = DutyExceptionQuerySet.as_manager()

    class Meta:
        ordering = ["-signed_at"]
        indexes = [models.Index(fields=["owner", "card", "until_on"], name="duty_exception_by_card")]

    def __str__(self) -> str:
        return f"{self.card_name}: {self.rule_key}"
