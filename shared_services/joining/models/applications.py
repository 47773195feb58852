"""An application to join, the officers it names, and the links that their mails carry."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from shared_services.tenancy.bases import PooledModel

from ..choices import UNDER_WAY, NamedRole, Purpose, Service, Status
from ..querysets import ApplicationQuerySet, LinkQuerySet


class Application(PooledModel):
    """A council's application to join. It belongs to the shared service: no council sees another's."""

    shared_service_only = True

    reference = models.CharField(max_length=30)
    registered = models.ForeignKey(
        "tenancy.RegisteredCouncil", on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name="council"
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.STARTED)
    applicant_name = models.CharField(max_length=150)
    applicant_email = models.EmailField()
    services = ArrayField(models.CharField(max_length=20, choices=Service.choices), default=list, blank=True)
    display_name = models.CharField("name", max_length=120, blank=True)
    short_name = models.CharField(max_length=80, blank=True)
    slug = models.CharField("web name", max_length=40, blank=True)
    colour = models.CharField(max_length=7, default="#1d4f91", validators=[RegexValidator(r"^#[0-9a-f]{6}$")])
    contact_email = models.EmailField(blank=True)
    bank_holiday_division = models.CharField(max_length=20, blank=True)
    leave_year_start_month = models.PositiveSmallIntegerField(
        default=4, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    council = models.ForeignKey(
        "tenancy.Council", on_delete=models.PROTECT, related_name="+", db_index=False, null=True, blank=True
    )
    """The room that was opened for it."""
    started_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    admitted_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_reason = models.CharField(max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["owner", "-started_at"], name="applications_latest")]
        constraints = [
            models.UniqueConstraint(fields=["owner", "reference"], name="application_reference_once"),
            models.UniqueConstraint(
                fields=["owner", "registered"],
                condition=Q(status__in=[*UNDER_WAY, Status.JOINED]),
                name="one_application_a_council",
            ),
            models.UniqueConstraint(
                fields=["owner", "slug"],
                condition=Q(status__in=UNDER_WAY) & ~Q(slug=""),
                name="one_application_a_web_name",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class NamedOfficer(PooledModel):
    """Someone whom an application names: who signs, who answers for data, who sets the portal up."""

    shared_service_only = True

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="named_officers", db_index=False
    )
    role = models.CharField(max_length=20, choices=NamedRole.choices)
    work_name = models.CharField("full name", max_length=150)
    work_email = models.EmailField("work email address")

    class Meta:
        ordering = ["work_name"]
        constraints = [models.UniqueConstraint(fields=["owner", "application", "role"], name="one_officer_a_role")]

    def __str__(self) -> str:
        return f"{self.work_name}, {self.get_role_display().lower()}"


class Link(PooledModel):
    """A link that was mailed to somebody: opened once, for a while. Only a digest of its secret is kept."""

    shared_service_only = True

    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="links", db_index=False)
    role = models.CharField(max_length=20, choices=NamedRole.choices, blank=True)
    work_name = models.CharField(max_length=150)
    work_email = models.EmailField()
    digest = models.CharField(max_length=64, blank=True)
    """SHA-256 of the secret, in hexadecimal. Empty until the mail is written."""
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        indexes = [
            models.Index(fields=["owner", "digest"], name="links_by_digest"),
            models.Index(fields=["owner", "application", "purpose"], name="links_of_an_application"),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} for {self.application_id}"
