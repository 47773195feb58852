"""Departments, posts, who holds them, and the council's own settings and calendar."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from shared_services.tenancy.bases import PrivateModel, pooled_key

from .choices import BudgetCheckMode, Division
from .querysets import AppointmentQuerySet, DepartmentQuerySet, PostQuerySet


class Department(PrivateModel):
    """A directorate, service or team; departments stand in a tree."""

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=120)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    head_post = models.ForeignKey(
        "organisation.Post", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    """The head of service; a department without one is answered for by the department above it."""
    director_post = models.ForeignKey(
        "organisation.Post", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    closed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("id")), name="department_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("organisation:show_department", args=[self.pk])


class Post(PrivateModel):
    """A job on the establishment, held by somebody or vacant; managers are posts, not persons."""

    number = models.CharField(max_length=12, unique=True)
    title = models.CharField(max_length=120)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="posts")
    reports_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reports")
    grade = models.CharField(max_length=20, blank=True)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(condition=~Q(reports_to=F("id")), name="post_not_its_own_manager"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"

    def get_absolute_url(self) -> str:
        return reverse("organisation:show_post", args=[self.pk])


class Appointment(PrivateModel):
    """An officer holds a post from one day to another; history stays."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="appointments")
    card = pooled_key("access.OfficerCard")
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)
    """The last day in the post; empty while it goes on."""
    acting = models.BooleanField(default=False)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["-from_on"]
        indexes = [models.Index(fields=["card", "from_on"], name="appointment_card")]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on")), name="appointment_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["post"], condition=Q(to_on__isnull=True), name="one_open_appointment_a_post"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} from {self.from_on}"


class CouncilSettings(PrivateModel):
    """The council's own choices: one row in each room."""

    only_row = models.BooleanField(default=True, unique=True, editable=False)
    leave_year_start_month = models.PositiveSmallIntegerField(
        default=4, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    leave_year_start_day = models.PositiveSmallIntegerField(
        # A leave year cannot start on a day that some months lack.
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(28)],
    )
    bank_holiday_division = models.CharField(
        max_length=20, choices=Division.choices, default=Division.ENGLAND_AND_WALES
    )
    full_time_hours = models.DecimalField(max_digits=4, decimal_places=2, default=Decimal("37.00"))
    """Hours in a full-time week: 37 in the Green Book, 36 in London."""
    budget_check_mode = models.CharField(max_length=4, choices=BudgetCheckMode.choices, default=BudgetCheckMode.STOP)
    joint_buying_categories = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    """Starts of CPV codes whose requisitions are offered to the shared service for joint buying."""
    contact_email = models.EmailField(blank=True)
    """Whom officers ask; shown on the help page."""
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "council settings"
        constraints = [models.CheckConstraint(condition=Q(only_row=True), name="one_row_of_council_settings")]

    def __str__(self) -> str:
        return "Council settings"


class ClosureDay(PrivateModel):
    """A day on which the council itself is closed besides bank holidays, such as Christmas Eve."""

    on = models.DateField(unique=True)
    title = models.CharField(max_length=80)

    class Meta:
        ordering = ["on"]

    def __str__(self) -> str:
        return f"{self.title} ({self.on:%d %B %Y})"
