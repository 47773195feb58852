"""A demo council's year: every step is taken by the real service, by the right officer, at its own time."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils import timezone

from councils.finance.heads import HeadAmount
from councils.finance.models import CostCentre, SubjectiveCode
from councils.finance.services import post_actuals, set_budgets
from councils.finance.years import financial_year_of
from councils.people.cover import needs_cover
from councils.people.models import Employment, LeaveRequest, LeaveType
from councils.people.services import keep_leave_years, request_leave, settle_cover
from councils.purchasing.models import Requisition
from councils.purchasing.services import start_requisition, submit_requisition, withdraw_requisition
from shared_services.access.models import OfficerCard
from shared_services.tenancy import clock
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow.choices import TaskStatus
from shared_services.workflow.models import TaskCandidate
from shared_services.workflow.services import complete_task

from .filling import Cast, working_time
from .plans import Plan, budgets_for, salaries_of
from .purchases.words import REJECTIONS, RETURNS
from .structure import SERVICES, centre_codes, duties

Act = Callable[[datetime], object]
LEAVE_A_YEAR = 5


class Year:
    """What is still to happen, by time."""

    def __init__(self, cast: Cast, *, now: datetime, chance: random.Random) -> None:
        self.cast, self.now, self.chance = cast, now, chance
        self._to_come: list[tuple[datetime, int, Act]] = []
        self._order = itertools.count()

    def at(self, moment: datetime, act: Act) -> None:
        """Plan something; what would lie in the future is left undone, and so is found waiting."""
        if moment < self.now:
            heapq.heappush(self._to_come, (moment, next(self._order), act))

    def soon(self, moment: datetime, act: Act, *, days: tuple[int, int] = (1, 5)) -> None:
        """Plan something for one of the next working days."""
        self.at(working_time(moment.date() + timedelta(days=self.chance.randint(*days)), self.chance), act)

    def run(self) -> int:
        """Let everything happen; gives how many things did."""
        happened = 0
        while self._to_come:
            moment, _, act = heapq.heappop(self._to_come)
            with clock.at(moment):
                act(moment)
            happened += 1
        return happened

    # -- Money ---------------------------------------------------------------------------------

    def plan_money(self, plans: list[Plan], *, start: datetime) -> None:
        years = sorted({financial_year_of(day) for day in self._days_charged(plans, start)})
        with clock.at(start):
            for year, amounts in budgets_for(plans, years=years, chance=self.chance).items():
                set_budgets(actor=self.cast.officer("finance-1"), financial_year=year, amounts=amounts)
        month = start.date().replace(day=1)
        while month < self.now.date():
            payday = working_time(month.replace(day=24), self.chance)
            self.at(payday, self.pay_salaries)
            month = (month + timedelta(days=32)).replace(day=1)

    def _days_charged(self, plans: list[Plan], start: datetime) -> Iterator[date]:
        yield start.date()
        yield self.now.date()
        for plan in plans:
            if plan.draft.needed_by_on is not None:
                yield plan.draft.needed_by_on

    def pay_salaries(self, moment: datetime) -> None:
        centres = dict(CostCentre.objects.values_list("code", "pk"))
        salaries = SubjectiveCode.objects.get(code="1000").pk
        post_actuals(
            actor=self.cast.officer("finance-2"),
            source_id=uuid5(NAMESPACE_URL, f"{self.cast.council.key}/salaries/{moment:%Y-%m}"),
            source_reference=f"{self.cast.council.code}-PAY-{moment:%Y-%m}",
            financial_year=financial_year_of(moment.date()),
            heads=[
                HeadAmount(centres[code], salaries, salaries_of(code))
                for service in SERVICES
                for code, _ in centre_codes(service)
            ],
        )

    # -- Purchasing ----------------------------------------------------------------------------

    def plan_purchases(self, plans: list[Plan]) -> None:
        for plan in plans:
            self.at(plan.at, partial(self.start, plan))

    def start(self, plan: Plan, moment: datetime) -> None:
        officer = self.cast.officer(plan.officer)
        requisition = start_requisition(actor=officer, draft=plan.draft)
        if plan.fate == "left as a draft":
            return
        try:
            submit_requisition(actor=officer, requisition_id=requisition.pk)
        except NotAllowed as refused:
            if refused.code != "overspend":
                raise
            return
        if plan.fate == "withdrawn":
            self.soon(moment, lambda then: self.withdraw(officer, requisition.pk))
        else:
            self.soon(moment, lambda then: self.decide(plan, requisition.pk, then), days=(0, 3))

    def withdraw(self, officer: OfficerCard, requisition_id: UUID) -> None:
        withdraw_requisition(actor=officer, requisition_id=requisition_id, note="No longer needed.")

    def decide(self, plan: Plan, requisition_id: UUID, moment: datetime) -> None:
        """The next approver decides, as the plan has it; then the one after, or nobody."""
        case_id = Requisition.objects.values_list("case_id", flat=True).get(pk=requisition_id)
        found = self.waiting_for(case_id)
        if found is None:
            return
        task_id, card_id, role = found
        if role == plan.stop_before:
            return
        approver = self.cast.by_id[card_id]
        if role == "requester":
            officer = self.cast.officer(plan.officer)
            submit_requisition(actor=officer, requisition_id=requisition_id)
            self.soon(moment, lambda then: self.approve(requisition_id, then))
            return
        if plan.fate in ("returned", "sent back"):
            complete_task(actor=approver, task_id=task_id, outcome="send_back", note=self.chance.choice(RETURNS))
            if plan.fate == "returned":
                self.soon(moment, lambda then: self.decide(plan, requisition_id, then))
        elif plan.fate == "rejected":
            complete_task(actor=approver, task_id=task_id, outcome="reject", note=self.chance.choice(REJECTIONS))
        else:
            complete_task(actor=approver, task_id=task_id, outcome="approve", note=self._remark())
            self.soon(moment, lambda then: self.decide(plan, requisition_id, then))

    def approve(self, requisition_id: UUID, moment: datetime) -> None:
        case_id = Requisition.objects.values_list("case_id", flat=True).get(pk=requisition_id)
        found = self.waiting_for(case_id)
        if found is not None:
            task_id, card_id, _role = found
            complete_task(actor=self.cast.by_id[card_id], task_id=task_id, outcome="approve", note=self._remark())
            self.soon(moment, lambda then: self.approve(requisition_id, then))

    def waiting_for(self, case_id: UUID | None) -> tuple[UUID, UUID, str] | None:
        """The open task of a case, the first officer who holds its role himself, and which role that is.

        Deputies are passed over: the year jumps past the nights on which those whose days are over leave the list.
        """
        if case_id is None:
            return None
        mine = TaskCandidate.objects.filter(
            owner_id=self.cast.council.number, task__case_id=case_id, task__status=TaskStatus.READY, for_card=None
        )
        return mine.order_by("card_id").values_list("task_id", "card_id", "task__role").first()

    def _remark(self) -> str:
        return self.chance.choice(("", "", "", "", "Within the plan for this year.", "Agreed at the team meeting."))

    # -- Leave ---------------------------------------------------------------------------------

    def plan_leave(self, *, start: datetime) -> None:
        annual = LeaveType.objects.get(key="annual")
        for duty in duties():
            if not duty.reports_to:
                continue
            employment = self.cast.employments[duty.key]
            if duty.account in ("requester", "budget", "head"):
                self._ask(duty.key, employment, annual, self.now.date() + timedelta(days=24), days=4, asked_days_ago=1)
            for place in range(LEAVE_A_YEAR):
                asked = start + timedelta(days=60 * place + self.chance.randrange(40))
                first_on = asked.date() + timedelta(days=self.chance.randrange(8, 20))
                self._plan_leave(duty.key, employment, annual, asked, first_on, self.chance.choice((1, 1, 2, 3, 5)))
        year = start.year
        for turn in (datetime(each, 4, 1, 3, tzinfo=start.tzinfo) for each in (year, year + 1, year + 2)):
            if turn > start:
                self.at(turn, lambda moment: self._keep_leave_years())

    def _keep_leave_years(self) -> None:
        keep_leave_years()

    def _ask(
        self, key: str, employment: Employment, annual: LeaveType, first_on: date, *, days: int, asked_days_ago: int
    ) -> None:
        """Leave that waits for the demo's managers."""
        while first_on.weekday() != 0:
            first_on += timedelta(days=1)
        asked = self.now - timedelta(days=asked_days_ago, hours=2)
        last_on = first_on + timedelta(days=days - 1)
        self.at(asked, lambda moment: self._request(key, employment, annual, first_on, last_on))

    def _plan_leave(
        self, key: str, employment: Employment, annual: LeaveType, asked: datetime, first_on: date, days: int
    ) -> None:
        while first_on.weekday() >= 5:
            first_on += timedelta(days=1)
        last_on = first_on + timedelta(days=days - 1)

        def act(moment: datetime) -> None:
            request_id = self._request(key, employment, annual, first_on, last_on)
            if request_id is not None:
                self.soon(moment, lambda then: self.answer_leave(request_id))

        self.at(working_time(asked.date(), self.chance), act)

    def _request(
        self, key: str, employment: Employment, annual: LeaveType, first_on: date, last_on: date
    ) -> UUID | None:
        try:
            asked = request_leave(
                actor=self.cast.officer(key),
                employment=employment,
                leave_type=annual,
                first_on=first_on,
                last_on=last_on,
            )
        except NotAllowed:
            # A day on which a part-time officer does not work, or leave already booked: nobody asks for that.
            return None
        return asked.case_id

    def answer_leave(self, case_id: UUID) -> None:
        found = self.waiting_for(case_id)
        if found is None:
            return
        task_id, card_id, _role = found
        manager = self.cast.by_id[card_id]
        if self.chance.random() < 0.05:
            complete_task(actor=manager, task_id=task_id, outcome="reject", note="Two others are away that week.")
        else:
            leave = LeaveRequest.objects.select_related("employment").get(case_id=case_id)
            if needs_cover(leave):
                settle_cover(actor=manager, request=leave, reason="I am in the office on these days.")
            complete_task(actor=manager, task_id=task_id, outcome="approve")


def history_starts(now: datetime) -> datetime:
    """A little before the first requisition: the day the council's books were opened in the portal."""
    return timezone.localtime(now - timedelta(days=400)).replace(hour=9, minute=0, second=0, microsecond=0)
