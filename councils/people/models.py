"""Employments, working patterns, leave schemes, the leave ledger and leave requests."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from shared_services.tenancy.bases import PrivateModel, pooled_key

from .choices import EntryKind, LeaveStatus
from .querysets import EmploymentQuerySet, LeaveLedgerQuerySet, LeaveRequestQuerySet


class LeaveScheme(PrivateModel):
    """How much leave a group of staff has: bands by years of service, in days of a full-time week."""

    name = models.CharField(max_length=80, unique=True)
    hours_a_day = models.DecimalField(max_digits=4, decimal_places=2, default=Decimal("7.40"))
    full_time_hours = models.DecimalField(max_digits=4, decimal_places=2, default=Decimal("37.00"))
    extra_statutory_days = models.DecimalField(max_digits=4, decimal_places=1, default=Decimal("2.0"))
    bank_holiday_days = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    """A fixed number a year; empty: as many as fall in the leave year (Easter makes it 6 to 10 from 1 April)."""
    carry_over_limit_days = models.DecimalField(max_digits=4, decimal_places=1, default=Decimal("5.0"))
    active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("people:change_scheme", args=[self.pk])


class LeaveBand(PrivateModel):
    """Days of annual leave from a number of years' continuous service."""

    scheme = models.ForeignKey(LeaveScheme, on_delete=models.CASCADE, related_name="bands", db_index=False)
    from_years = models.PositiveSmallIntegerField()
    days = models.DecimalField(max_digits=4, decimal_places=1)

    class Meta:
        ordering = ["from_years"]
        constraints = [models.UniqueConstraint(fields=["scheme", "from_years"], name="one_band_from_a_year")]

    def __str__(self) -> str:
        return f"{self.days} days from {self.from_years} years"


class LeaveType(PrivateModel):
    """Annual, flexi, unpaid and so on; `uses_balance` says whether a ledger is drawn on."""

    key = models.SlugField(max_length=20, unique=True, db_index=False)
    name = models.CharField(max_length=60)
    uses_balance = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class Employment(PrivateModel):
    """An officer's employment in one post; a person with two posts has two, each with its own leave."""

    number = models.CharField(max_length=12, unique=True)
    card = pooled_key("access.OfficerCard")
    post = models.ForeignKey("organisation.Post", on_delete=models.PROTECT, related_name="employments")
    scheme = models.ForeignKey(LeaveScheme, on_delete=models.PROTECT, related_name="employments", db_index=False)
    start_on = models.DateField()
    continuous_service_on = models.DateField()
    """Local government service counts from here (Modification Order), often earlier than the start."""
    end_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = EmploymentQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        indexes = [models.Index(fields=["card"], name="employment_card")]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_on__isnull=True) | Q(end_on__gte=F("start_on")), name="employment_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(continuous_service_on__lte=F("start_on")), name="service_counts_from_start_or_before"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("people:show_employment", args=[self.pk])


class WorkingPattern(PrivateModel):
    """Hours of each weekday from a day on, in a cycle of one week or two; weeks begin on Monday."""

    employment = models.ForeignKey(Employment, on_delete=models.PROTECT, related_name="patterns", db_index=False)
    from_on = models.DateField()
    week_one = ArrayField(models.DecimalField(max_digits=4, decimal_places=2), size=7)
    week_two = ArrayField(models.DecimalField(max_digits=4, decimal_places=2), size=7, null=True, blank=True)

    class Meta:
        ordering = ["from_on"]
        constraints = [models.UniqueConstraint(fields=["employment", "from_on"], name="one_pattern_from_a_day")]

    def __str__(self) -> str:
        return f"{self.contracted_hours} hours a week from {self.from_on}"

    @property
    def contracted_hours(self) -> Decimal:
        """Hours a week, averaged over the cycle."""
        if self.week_two is None:
            return sum(self.week_one, Decimal(0))
        return (sum(self.week_one, Decimal(0)) + sum(self.week_two, Decimal(0))) / 2

    def hours_on(self, on: date) -> Decimal:
        """The hours worked on a day; the week in which the pattern begins is week one."""
        week = self.week_one
        if self.week_two is not None:
            monday = self.from_on.toordinal() - self.from_on.weekday()
            if ((on.toordinal() - monday) // 7) % 2:
                week = self.week_two
        return week[on.weekday()]


class LeaveLedgerEntry(PrivateModel):
    """One movement of leave in hours; the balance is the sum of these, and none is ever changed."""

    append_only = True

    employment = models.ForeignKey(Employment, on_delete=models.PROTECT, related_name="entries", db_index=False)
    leave_type = models.ForeignKey(LeaveType, on_delete=models.PROTECT, related_name="+", db_index=False)
    leave_year_on = models.DateField()
    """The first day of the leave year the hours belong to."""
    kind = models.CharField(max_length=24, choices=EntryKind.choices)
    hours = models.DecimalField(max_digits=7, decimal_places=2)
    on = models.DateField()
    source = models.CharField(max_length=80)
    """What caused the entry: a cause posts once, however often it is told to."""
    reason = models.CharField(max_length=200, blank=True)
    posted_by = pooled_key("access.OfficerCard", null=True, blank=True)
    posted_at = models.DateTimeField(auto_now_add=True)

    objects = LeaveLedgerQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "leave ledger entries"
        ordering = ["posted_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["employment", "source"], name="leave_posted_once_a_source"),
        ]
        indexes = [
            models.Index(fields=["employment", "leave_type", "leave_year_on"], name="leave_ledger_of_a_year"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.hours:+} hours"


class LeaveRequest(PrivateModel):
    """An officer asks to be away from one day to another; a process asks the line manager."""

    reference = models.CharField(max_length=24, unique=True, db_index=False)
    employment = models.ForeignKey(Employment, on_delete=models.PROTECT, related_name="requests", db_index=False)
    leave_type = models.ForeignKey(LeaveType, on_delete=models.PROTECT, related_name="+", db_index=False)
    first_on = models.DateField()
    last_on = models.DateField()
    starts_at_midday = models.BooleanField(default=False)
    ends_at_midday = models.BooleanField(default=False)
    hours = models.DecimalField(max_digits=7, decimal_places=2)
    hours_by_year = models.JSONField(default=dict)
    """First day of the leave year -> hours: leave across the year's end draws on two balances."""
    note = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=12, choices=LeaveStatus.choices, default=LeaveStatus.ASKED)
    case_id = models.UUIDField(null=True, blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = pooled_key("access.OfficerCard", null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = LeaveRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-first_on"]
        indexes = [models.Index(fields=["employment", "first_on"], name="leave_requests_by_day")]
        constraints = [
            models.CheckConstraint(condition=Q(first_on__lte=F("last_on")), name="leave_ends_after_start"),
            models.CheckConstraint(condition=Q(hours__gte=0), name="leave_hours_not_negative"),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("people:show_leave", args=[self.pk])


class LeaveCover(PrivateModel):
    """What the decider on an approver's leave settled: a deputyship for these days, or why nobody need stand in."""

    request = models.OneToOneField(LeaveRequest, on_delete=models.CASCADE, related_name="cover")
    deputyship_id = models.UUIDField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    settled_by = pooled_key("access.OfficerCard")
    settled_by_name = models.CharField(max_length=200)
    settled_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"Cover for {self.request_id}"
