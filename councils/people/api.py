"""Leave for programs: balance, ledger, asking, taking back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import django_filters
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.timezone import localdate
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action

from shared_services.access.permissions import may
from shared_services.api.bodies import Body, NoteBody, ReasonBody
from shared_services.api.problems import Problem
from shared_services.api.rows import Answer, row_of, rows
from shared_services.api.viewsets import RoomViewSet

from . import cover_api, services
from .choices import ANNUAL_LEAVE, EntryKind, LeaveStatus
from .models import Employment, LeaveRequest, LeaveType
from .selectors import balance_of, employments_of, leave_year_of, ledger_lines, may_see_leave_of

PLACES = Decimal("0.01")
ON = OpenApiParameter(
    "on", {"type": "string", "format": "date"}, description="A day of the leave year asked for; today if left out"
)


def hours_field(**kwargs: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=7, decimal_places=2, **kwargs)


class EmploymentAnswer(Answer):
    id = serializers.UUIDField()
    number = serializers.CharField()
    officer_id = serializers.UUIDField(source="card_id")
    post_id = serializers.UUIDField()
    post_title = serializers.CharField(source="post.title")
    scheme = serializers.CharField(source="scheme.name")
    start_on = serializers.DateField()
    end_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()


class BalanceAnswer(Answer):
    leave_year_from = serializers.DateField()
    leave_year_until = serializers.DateField()
    entitlement_hours = hours_field()
    booked_hours = hours_field()
    waiting_hours = hours_field()
    left_hours = hours_field(help_text="the sum of the ledger")
    to_ask_for_hours = hours_field(help_text="left if what waits for approval is approved")


class AdjustmentBody(Body):
    leave_year_from = serializers.DateField(help_text="any day of the leave year")
    hours = serializers.DecimalField(max_digits=6, decimal_places=2, help_text="below nothing to take away")
    reason = serializers.CharField(max_length=200)


class LedgerEntryAnswer(Answer):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=EntryKind.choices)
    hours = hours_field()
    on = serializers.DateField()
    reason = serializers.CharField()
    balance_hours = hours_field()


class LedgerAnswer(Answer):
    leave_year_from = serializers.DateField()
    results = LedgerEntryAnswer(many=True)


class EmploymentFilter(django_filters.FilterSet):
    officer_id = django_filters.UUIDFilter(field_name="card_id")
    number = django_filters.CharFilter()

    class Meta:
        model = Employment
        fields: list[str] = []


class Employments(RoomViewSet):
    """Your own employments, and everyone's for HR, with their leave balances and ledgers."""

    tag = "Leave"
    sensitive = "people.employment"
    permissions = {
        "list": "people.view_own_leave",
        "retrieve": "people.view_own_leave",
        "balance": "people.view_own_leave",
        "ledger": "people.view_own_leave",
        "adjust": "people.adjust_leave",
    }
    body = {"adjust": AdjustmentBody}
    answers = {"balance": BalanceAnswer, "ledger": LedgerAnswer, "adjust": LedgerAnswer}
    answer_class = EmploymentAnswer
    filterset_class = EmploymentFilter
    ordering = {"number": "number", "start_on": "start_on"}
    default_ordering = "number"

    def get_queryset(self) -> Any:
        if may(self.actor, "people.view_employments"):
            return Employment.objects.all()
        return Employment.objects.of_card(self.actor.pk)

    def get_looked_at(self) -> Any:
        """Who does not work with employments sees only his own here, and that is no look."""
        if not may(self.actor, "people.view_employments"):
            return None
        if "pk" in self.kwargs and Employment.objects.of_card(self.actor.pk).filter(pk=self.kwargs["pk"]).exists():
            return None
        return super().get_looked_at()

    @extend_schema(parameters=[ON])
    @action(detail=True, methods=["get"])
    def balance(self, request: Any, pk: UUID) -> HttpResponse:
        """Annual leave in the leave year of a day, in hours."""
        employment = self._employment(pk)
        balance = balance_of(employment, _annual_leave(), leave_year_of(self._day()))
        return self.answer(
            {
                "leave_year_from": balance.year.first_on,
                "leave_year_until": balance.year.last_on,
                "entitlement_hours": _to_places(balance.entitlement),
                "booked_hours": _to_places(balance.booked),
                "waiting_hours": _to_places(balance.waiting),
                "left_hours": _to_places(balance.left),
                "to_ask_for_hours": _to_places(balance.left_if_approved),
            }
        )

    @extend_schema(parameters=[ON])
    @action(detail=True, methods=["get"])
    def ledger(self, request: Any, pk: UUID) -> HttpResponse:
        """Every movement of annual leave in the leave year of a day, with a running balance."""
        return self.answer(_ledger_of(self._employment(pk), self._day()))

    @action(detail=True, methods=["post"])
    def adjust(self, request: Any, pk: UUID) -> HttpResponse:
        """Add hours to annual leave or take them away, with a reason; HR advisers only, never their own."""
        employment, data = self._employment(pk), self.read_body()
        day = data["leave_year_from"]
        services.adjust_leave(
            actor=self.actor,
            employment=employment,
            leave_type=_annual_leave(),
            leave_year_on=leave_year_of(day).first_on,
            hours=data["hours"],
            reason=data["reason"],
        )
        return self.answer(_ledger_of(employment, day), status=201)

    def _employment(self, pk: UUID) -> Employment:
        """The employment, if its leave may be seen: the officer, his managers and HR."""
        employment = get_object_or_404(Employment.objects.select_related("scheme"), pk=pk)
        if not may_see_leave_of(self.actor, employment.card_id):
            raise Http404
        return employment

    def _day(self) -> date:
        text = self.request.GET.get("on")
        if text is None:
            return localdate()
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise Problem(400, "invalid", "“on” must be a day like 2026-11-22.") from None


class LeaveTypeAnswer(Answer):
    id = serializers.UUIDField()
    key = serializers.CharField()
    name = serializers.CharField()
    uses_balance = serializers.BooleanField()


class LeaveTypes(RoomViewSet):
    """What leave may be asked for."""

    tag = "Leave"
    permissions = {"list": "people.view_own_leave", "retrieve": "people.view_own_leave"}
    answer_class = LeaveTypeAnswer
    default_ordering = "position,name"

    def get_queryset(self) -> Any:
        return LeaveType.objects.filter(active=True)


class LeaveBody(Body):
    employment_id = serializers.UUIDField(required=False, help_text="needed only by an officer with two posts")
    leave_type = serializers.SlugField(default=ANNUAL_LEAVE, help_text="the key of a leave type")
    first_on = serializers.DateField()
    last_on = serializers.DateField()
    starts_at_midday = serializers.BooleanField(default=False)
    ends_at_midday = serializers.BooleanField(default=False)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class LeaveChangeBody(Body):
    leave_type = serializers.SlugField(required=False, help_text="the key of a leave type; as it was if left out")
    first_on = serializers.DateField()
    last_on = serializers.DateField()
    starts_at_midday = serializers.BooleanField(default=False)
    ends_at_midday = serializers.BooleanField(default=False)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class LeaveAnswer(Answer):
    id = serializers.UUIDField()
    reference = serializers.CharField()
    employment_id = serializers.UUIDField()
    leave_type = serializers.CharField(source="leave_type.key")
    first_on = serializers.DateField()
    last_on = serializers.DateField()
    starts_at_midday = serializers.BooleanField()
    ends_at_midday = serializers.BooleanField()
    hours = hours_field()
    status = serializers.ChoiceField(choices=LeaveStatus.choices)
    case_id = serializers.UUIDField(allow_null=True)
    asked_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class LeaveFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=LeaveStatus.choices)
    employment_id = django_filters.UUIDFilter()
    from_on = django_filters.DateFilter(field_name="last_on", lookup_expr="gte", label="Leave on or after this day")
    until_on = django_filters.DateFilter(field_name="first_on", lookup_expr="lte", label="Leave on or before this day")

    class Meta:
        model = LeaveRequest
        fields: list[str] = []


class LeaveRequests(RoomViewSet):
    """Your own leave: ask for it, take it back, cancel it."""

    tag = "Leave"
    permissions = {
        "list": "people.view_own_leave",
        "retrieve": "people.view_own_leave",
        "create": "people.request_leave",
        "change": "people.request_leave",
        "withdraw": "people.request_leave",
        "cancel": "people.request_leave",
    }
    body = {"create": LeaveBody, "change": LeaveChangeBody, "withdraw": NoteBody, "cancel": ReasonBody}
    answer_class = LeaveAnswer
    filterset_class = LeaveFilter
    ordering = {"first_on": "first_on", "asked_at": "asked_at"}
    default_ordering = "-first_on,pk"

    def get_queryset(self) -> Any:
        return LeaveRequest.objects.of_card(self.actor.pk)

    def create(self, request: Any) -> HttpResponse:
        """Ask for leave; the hours are worked out from your working pattern and the calendar."""
        data = self.read_body()
        employment = self._own_employment(data.pop("employment_id", None))
        leave_type = get_object_or_404(LeaveType, key=data.pop("leave_type"), active=True)
        asked = services.request_leave(actor=self.actor, employment=employment, leave_type=leave_type, **data)
        location = reverse("api:leave-request-detail", kwargs={"pk": asked.pk})
        return self._changed(asked, status=201, location=location)

    @action(detail=True, methods=["post"])
    def change(self, request: Any, pk: UUID) -> HttpResponse:
        """Change leave that was sent back to you and send it for approval again."""
        asked = get_object_or_404(self.get_queryset().select_related("leave_type", "employment"), pk=pk)
        data = self.read_body()
        key = data.pop("leave_type", None)
        leave_type = get_object_or_404(LeaveType, key=key, active=True) if key else asked.leave_type
        services.change_leave(actor=self.actor, request=asked, leave_type=leave_type, version=self.version, **data)
        return self._read_again(pk)

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Any, pk: UUID) -> HttpResponse:
        """Take back leave that nobody has decided on yet."""
        asked = get_object_or_404(self.get_queryset().select_related("leave_type", "employment"), pk=pk)
        note = self.read_body()["note"]
        services.withdraw_leave(actor=self.actor, request=asked, note=note, version=self.version)
        return self._read_again(pk)

    @action(detail=True, methods=["post"])
    def cancel(self, request: Any, pk: UUID) -> HttpResponse:
        """Cancel approved leave that has not begun; its hours go back to the balance."""
        asked = get_object_or_404(self.get_queryset().select_related("leave_type", "employment"), pk=pk)
        reason = self.read_body()["reason"]
        services.cancel_leave(actor=self.actor, request=asked, reason=reason, version=self.version)
        return self._read_again(pk)

    def _own_employment(self, pk: UUID | None) -> Employment:
        if pk is not None:
            return get_object_or_404(Employment.objects.of_card(self.actor.pk), pk=pk)
        found = employments_of(self.actor.pk)
        if not found:
            raise Problem(409, "no_employment", "You have no employment here. Ask an HR adviser to record it.")
        if len(found) > 1:
            raise Problem(409, "which_employment", "You have more than one employment: send its employment_id.")
        return found[0]

    def _read_again(self, pk: UUID) -> HttpResponse:
        row = rows(LeaveRequest.objects.filter(pk=pk), LeaveAnswer)[0]
        return self.answer(row, version=row["version"])

    def _changed(self, asked: LeaveRequest, **how: Any) -> HttpResponse:
        return self.answer(row_of(asked, LeaveAnswer), version=asked.version, **how)


def _to_places(hours: Decimal) -> Decimal:
    return hours.quantize(PLACES)


def _ledger_of(employment: Employment, day: date) -> dict[str, Any]:
    """The ledger of a day's leave year, as it is answered."""
    year = leave_year_of(day)
    lines = [
        {
            "id": line.entry.pk,
            "kind": line.entry.kind,
            "hours": line.entry.hours,
            "on": line.entry.on,
            "reason": line.entry.reason,
            "balance_hours": line.balance,
        }
        for line in ledger_lines(employment, _annual_leave(), year)
    ]
    return {"leave_year_from": year.first_on, "results": lines}


def _annual_leave() -> LeaveType:
    return get_object_or_404(LeaveType, key=ANNUAL_LEAVE)


def register(router: Any) -> None:
    router.register("employments", Employments, basename="employment")
    router.register("leave-types", LeaveTypes, basename="leave-type")
    router.register("leave-requests", LeaveRequests, basename="leave-request")
    cover_api.register(router)
