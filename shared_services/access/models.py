from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from shared_services.tenancy.bases import PooledModel

from .permissions import READ_ONLY_ROLES, ROLES
from .querysets import OfficerCardQuerySet

SHARED_SERVICE = 0


def seen_by_shared_service() -> list[int]:
    """A sandbox shows its officers to nobody."""
    return [] if getattr(getattr(connection, "tenant", None), "is_sandbox", False) else [SHARED_SERVICE]


class OfficerCard(PooledModel):
    """What other rooms may know of an officer: work name, work email, job title, roles, whether active."""

    same_in_packs = ("work_email",)

    parts = ArrayField(models.SmallIntegerField(), default=seen_by_shared_service, blank=True)
    work_name = models.CharField("full name", max_length=150)
    work_email = models.EmailField("work email address")
    job_title = models.CharField("job title", max_length=150, blank=True)
    roles = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    objects = OfficerCardQuerySet.as_manager()

    class Meta:
        ordering = ["work_name"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "work_email"], name="one_card_per_work_email"),
        ]
        indexes = [
            models.Index(fields=["owner", "active", "work_name"], name="cards_of_a_council"),
        ]

    def __str__(self) -> str:
        return self.work_name

    @property
    def only_reads(self) -> bool:
        """An auditor: reads and changes nothing, whatever other roles the card carries."""
        return not READ_ONLY_ROLES.isdisjoint(self.roles)

    @property
    def role_labels(self) -> list[str]:
        return [ROLES[key].label for key in self.roles if key in ROLES]
