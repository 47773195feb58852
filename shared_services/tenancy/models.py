"""Who may have a room here, and where it answers."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django_tenants.models import DomainMixin, TenantMixin

from .bases import CommonModel, PooledModel

SHARED_SERVICE_NUMBER = 0
FIRST_SANDBOX_NUMBER = 9000
LAST_SANDBOX_NUMBER = 9999
"""Rooms with this number or a higher one are sandboxes. The policies know them by it: they share nothing."""


class RegisteredCouncil(CommonModel):
    """A council of the official register, whether it has joined or not (data/councils.csv)."""

    gss_code = models.CharField("GSS code", max_length=9, primary_key=True)
    name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=80)
    kind = models.CharField("type", max_length=60)
    nation = models.CharField(max_length=20)
    region = models.CharField(max_length=40, blank=True)
    website_domain = models.CharField(max_length=100, blank=True)
    council_code = models.CharField(max_length=4)
    began_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    succeeded_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    successor_names = models.CharField(max_length=200, blank=True)
    """The councils that take over, in words, while the register does not list them yet (data/councils_ending.csv)."""

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Council(TenantMixin, CommonModel):
    """A room: a council that has joined, or the shared service itself (number 0).

    `number` names the schema and the database role (c0017), carries no meaning and is never reused.
    """

    class State(models.TextChoices):
        LIVE = "live", "Live"
        SUSPENDED = "suspended", "Suspended"
        LEAVING = "leaving", "Leaving"
        ENDED = "ended", "Ended"

    KEPT = (State.LIVE, State.SUSPENDED, State.LEAVING)
    """The states in which a room exists in the database, and moves on with each release."""

    class Release(models.TextChoices):
        CURRENT = "current", "Up to date"
        BEHIND = "behind", "Waiting for changes"
        FAILED = "failed", "Change failed"

    auto_create_schema = False
    auto_drop_schema = False

    number = models.PositiveSmallIntegerField(primary_key=True)
    registered = models.OneToOneField(
        RegisteredCouncil, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=80)
    slug = models.SlugField(unique=True, db_index=False)
    code = models.CharField(max_length=4, unique=True, validators=[RegexValidator(r"^[A-Z]{2,4}$")])
    domain = models.CharField(max_length=100, blank=True)
    colour = models.CharField(max_length=7, default="#1d4f91", validators=[RegexValidator(r"^#[0-9a-f]{6}$")])
    state = models.CharField(max_length=10, choices=State.choices, default=State.LIVE)
    joined_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    state_since = models.DateTimeField(null=True, blank=True)
    state_by = models.CharField(max_length=150, blank=True)
    """Who suspended the room: said to everybody who opens its address."""
    leaves_on = models.DateField(null=True, blank=True)
    """The day on which the room of a council that leaves is closed."""
    sandbox_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """The council of which this room is a copy to try things in, its personal data masked."""
    release_state = models.CharField(max_length=10, choices=Release.choices, default=Release.BEHIND)
    release_head = models.CharField(max_length=64, blank=True)
    release_error = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name


class CouncilHost(DomainMixin, CommonModel):
    """A host name at which a room answers, or from which it sends on to the one where it answers now."""

    redirects_until = models.DateField(null=True, blank=True)
    """Of an earlier name of the room: the last day on which it still leads there."""

    def __str__(self) -> str:
        return str(self.domain)


class CapturedMigration(CommonModel):
    """The SQL of one migration as it was applied to the template room, replayed in every other."""

    app = models.CharField(max_length=100)
    name = models.CharField(max_length=255)
    sql = models.TextField()
    python_steps = models.BooleanField(default=False)
    atomic = models.BooleanField(default=True)
    captured_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["app", "name"], name="captured_once")]

    def __str__(self) -> str:
        return f"{self.app}.{self.name}"


class BankHoliday(CommonModel):
    """A bank holiday in one division of the United Kingdom (data/bank_holidays.csv)."""

    date = models.DateField()
    division = models.CharField(max_length=20)
    title = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["division", "date"], name="one_holiday_a_day")]
        ordering = ["date"]

    def __str__(self) -> str:
        return f"{self.title} ({self.date})"


class ReferenceCounter(PooledModel):
    """The last number given out for one kind of reference in one year, by council."""

    kind = models.CharField(max_length=6)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "kind", "year"], name="one_counter_a_year")]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}: {self.last}"
