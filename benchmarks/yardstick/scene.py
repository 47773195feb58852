"""Fill the yardstick with what the product's council has."""

from __future__ import annotations

import csv
import hashlib
import json
import secrets
import sys
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks import story  # noqa: E402
from benchmarks.yardstick import settings  # noqa: E402
from benchmarks.yardstick.leave import leave_year_of  # noqa: E402
from benchmarks.yardstick.models import (  # noqa: E402
    AuthorityRule,
    BankHoliday,
    BudgetPosition,
    Case,
    CostCentre,
    CpvCode,
    Employment,
    LeaveLedgerEntry,
    LeaveType,
    Officer,
    SubjectiveCode,
    Task,
    TaskCandidate,
    Token,
    VatRate,
    WorkingPattern,
)
from benchmarks.yardstick.purchasing import financial_year_of  # noqa: E402

LONG_AGO = date(2011, 1, 4)
MATRIX = (("budget_holder", 0), ("head_of_service", 5_000), ("director", 50_000), ("section_151_officer", 150_000))


def officer(name: str, *roles: str) -> Officer:
    return Officer.objects.create(
        work_name=name.title(),
        work_email=f"{name.replace(' ', '.')}@bench.test",
        job_title="Officer",
        roles=list(roles),
    )


def token(card: Officer) -> str:
    secret = secrets.token_urlsafe(32)
    Token.objects.create(
        officer=card, secret_hash=hashlib.sha256(secret.encode()).hexdigest(),
        expires_at=timezone.now() + timedelta(days=30),
    )  # fmt: skip
    return secret


def rows(name: str) -> list[dict[str, str]]:
    with (Path(settings.BASE_DIR) / "data" / name).open(newline="", encoding="utf-8") as source:
        return list(csv.DictReader(source))


def fill() -> dict[str, Any]:
    call_command("migrate", run_syncdb=True, verbosity=0)
    CpvCode.objects.bulk_create(CpvCode(code=row["code"], label=row["label"]) for row in rows("cpv.csv"))
    days = {
        date.fromisoformat(row["date"]) for row in rows("bank_holidays.csv") if row["division"] == "england-and-wales"
    }
    BankHoliday.objects.bulk_create(BankHoliday(date=day) for day in days)
    VatRate.objects.create(code="S", percent=Decimal("20.00"), valid_from=LONG_AGO)
    annual = LeaveType.objects.create(key="annual", name="Annual leave", uses_balance=True)
    requester, holder = officer("bench requester", "requisitioner"), officer("bench holder", "budget_holder")
    busy = officer("bench busy", "budget_holder")
    manager = officer("bench manager", "head_of_service")
    for place, (role, amount) in enumerate(MATRIX):
        AuthorityRule.objects.create(
            decision_type="requisition", role=role, amount_from=amount, sequence=place, valid_from=LONG_AGO
        )
    year = financial_year_of(story.needed_by())
    subjectives = [SubjectiveCode.objects.create(code=code, name=f"Code {code}") for code in story.SUBJECTIVES]
    for code, budget_holder in zip(story.CENTRES, (holder, busy, holder), strict=True):
        centre = CostCentre.objects.create(
            code=code, name=f"Centre {code}", budget_holder=budget_holder, valid_from=LONG_AGO
        )
        for subjective in subjectives:
            BudgetPosition.objects.create(
                cost_centre=centre, subjective=subjective, financial_year=year, budget_amount=story.BUDGET
            )
    leave = []
    first = leave_year_of(story.working_days(1)[0])
    for place in range(story.LEAVE_TAKERS):
        taker = officer(f"bench taker {place}", "requisitioner")
        employment = Employment.objects.create(
            number=f"E{place:04d}", officer=taker, manager=manager, start_on=timezone.localdate() - timedelta(days=2000)
        )
        WorkingPattern.objects.create(employment=employment, from_on=employment.start_on, week_one=story.WEEK)
        for start in (first, first.replace(year=first.year + 1)):
            LeaveLedgerEntry.objects.create(
                employment=employment, leave_type=annual, leave_year_on=start, kind="entitlement",
                hours=Decimal("192.40"), on=start, source=f"entitlement:{start}",
            )  # fmt: skip
        leave.append({"token": token(taker), "employment": str(employment.pk)})
    fill_inbox(requester, busy, "C200", story.OPEN_TASKS)
    cards = {"requester": requester, "holder": holder, "busy": busy, "manager": manager}
    return {
        "host": "yardstick.localhost",
        "tokens": {name: token(card) for name, card in cards.items()},
        "leave": leave,
    }


def fill_inbox(requester: Officer, card: Officer, centre: str, count: int) -> None:
    now, amount = timezone.now(), Decimal("3619.00")
    cases, tasks, candidates = [], [], []
    for place in range(count):
        case = Case(
            process="requisition_approval", subject_id=requester.pk, reference=f"YRD-REQ-COPY-{place}", title="Desks to copy",
            amount=amount, category="30231000-7", requester=requester, requester_name=requester.work_name,
            step="Approve requisition", opened_at=now, facts={"cost_centre": centre},
        )  # fmt: skip
        task = Task(
            case=case, process=case.process, step="approve_requisition", title="Approve requisition", role="budget_holder",
            outcomes=["approve", "reject", "send_back"], reference=case.reference, case_title=case.title, amount=amount,
            category=case.category, requester_name=case.requester_name, ready_at=now,
            due_on=timezone.localdate() + timedelta(days=place % 60),
        )  # fmt: skip
        cases.append(case)
        tasks.append(task)
        candidates.append(TaskCandidate(task=task, officer=card, due_on=task.due_on, amount=amount))
    for model, made in ((Case, cases), (Task, tasks), (TaskCandidate, candidates)):
        model.objects.bulk_create(made, batch_size=1000)


if __name__ == "__main__":
    json.dump(fill(), sys.stdout)
