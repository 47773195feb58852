"""What councils agree to: numbered texts with terms a program can read, and who signed which."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from shared_services.tenancy.bases import PooledModel

from ..choices import NamedRole
from ..querysets import AgreementVersionQuerySet


class AgreementVersion(PooledModel):
    """One version of an agreement. Published once, it never changes; a change is the next version."""

    shared_service_only = True
    append_only = True
    shared_service_rows_are_common = True

    key = models.CharField(max_length=30)
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    text = models.TextField()
    terms = models.JSONField(default=dict)
    """Machine-readable: datasets, fields, purpose, lawful basis, expiry, minimum group size (agreements.py)."""
    digest = models.CharField(max_length=64)
    """SHA-256 of text and terms, in hexadecimal: what a signature is bound to."""
    signed_by = ArrayField(models.CharField(max_length=20, choices=NamedRole.choices))
    published_at = models.DateTimeField(auto_now_add=True)

    objects = AgreementVersionQuerySet.as_manager()

    class Meta:
        ordering = ["key", "-number"]
        constraints = [models.UniqueConstraint(fields=["owner", "key", "number"], name="agreement_version_once")]

    def __str__(self) -> str:
        return f"{self.title}, version {self.number}"


class Signature(PooledModel):
    """An officer signed a version for a council, having proved the mailbox it was sent to. Never changed or removed."""

    shared_service_only = True
    append_only = True

    application = models.ForeignKey(
        "joining.Application", on_delete=models.PROTECT, related_name="signatures", db_index=False
    )
    agreement = models.ForeignKey(AgreementVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=20, choices=NamedRole.choices)
    work_name = models.CharField(max_length=150)
    """As the officer wrote it when signing."""
    work_email = models.EmailField()
    digest = models.CharField(max_length=64)
    """Of the text and terms that were read."""
    link_id = models.UUIDField()
    """The single-use link that proved the mailbox."""
    signed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["signed_at"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "application", "agreement", "role"], name="signed_once_for_a_role")
        ]

    def __str__(self) -> str:
        return f"{self.work_name} for {self.get_role_display().lower()}"
