"""Fill the benchmark's council through the product's own services, and say who may call as whom."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import Any
from uuid import UUID

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks import story  # noqa: E402
from councils.finance.models import SubjectiveCode  # noqa: E402
from councils.finance.services import save_cost_centre, set_budgets  # noqa: E402
from councils.finance.years import financial_year_of  # noqa: E402
from councils.organisation.services import appoint, create_department, create_post  # noqa: E402
from councils.people.models import LeaveScheme  # noqa: E402
from councils.people.services import record_employment  # noqa: E402
from councils.purchasing.api_shapes import NewRequisitionBody, draft_from  # noqa: E402
from councils.purchasing.services import start_requisition, submit_requisition  # noqa: E402
from shared_services.access.models import OfficerCard  # noqa: E402
from shared_services.access.permissions import permissions_of  # noqa: E402
from shared_services.accounts.models import Account  # noqa: E402
from shared_services.accounts.services import create_officer  # noqa: E402
from shared_services.api.scopes import scope_choices  # noqa: E402
from shared_services.api.services import create_token  # noqa: E402
from shared_services.tenancy.bases import new_key  # noqa: E402
from shared_services.tenancy.directory import council_by_number  # noqa: E402
from shared_services.tenancy.door import inside_council  # noqa: E402
from shared_services.workflow.models import Case, Task, TaskCandidate  # noqa: E402

PASSWORD = "a-long-bench-password"


def officer(name: str, *roles: str) -> OfficerCard:
    return create_officer(
        actor=None, work_name=name.title(), work_email=f"{name.replace(' ', '.')}@bench.test", job_title="Officer",
        roles=list(roles), password=PASSWORD,
    )  # fmt: skip


def token(card: OfficerCard) -> str:
    account = Account.objects.get(card=card)
    scopes = [scope for scope, _label in scope_choices(card)] or sorted(permissions_of(tuple(card.roles)))
    return create_token(actor=card, account=account, name="Bench", scopes=scopes, days=30)[1]


def session(card: OfficerCard, host: str) -> str:
    client = Client(headers={"host": host})
    client.force_login(
        Account.objects.select_related("card").get(card=card), backend="shared_services.accounts.backends.RoomBackend"
    )
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def fill(number: int, open_tasks: int) -> dict[str, Any]:
    council = council_by_number(number)
    assert council is not None
    with inside_council(council):
        admin = officer("bench admin", "council_administrator")
        requester, holder = officer("bench requester", "requisitioner"), officer("bench holder", "budget_holder")
        busy = officer("bench busy", "budget_holder")
        finance, hr = officer("bench finance", "finance_officer"), officer("bench adviser", "hr_adviser")
        manager = officer("bench manager", "head_of_service")
        takers = [officer(f"bench taker {place}", "requisitioner") for place in range(story.LEAVE_TAKERS)]
        department = create_department(actor=admin, code="BENCH", name="Bench")
        top = create_post(actor=admin, number="P0", title="Manager", department=department)
        appoint(actor=admin, post=top, card_id=manager.pk)
        scheme = LeaveScheme.objects.first()
        employments = []
        for place, taker in enumerate(takers):
            post = create_post(
                actor=admin, number=f"P{place + 1}", title="Officer", department=department, reports_to=top
            )
            appoint(actor=admin, post=post, card_id=taker.pk)
            employments.append(
                record_employment(
                    actor=hr, number=f"E{place:04d}", card_id=taker.pk, post_id=post.pk, scheme=scheme,
                    start_on=timezone.localdate() - timedelta(days=2000), week_one=story.WEEK,
                )
            )  # fmt: skip
        for code in story.CENTRES:
            save_cost_centre(
                actor=finance, code=code, name=f"Centre {code}", department_id=department.pk,
                valid_from=timezone.localdate() - timedelta(days=400),
                budget_holder_id={"C100": holder, "C200": busy, "C300": holder}[code].pk,
            )  # fmt: skip
        assert SubjectiveCode.objects.filter(code__in=story.SUBJECTIVES).count() == len(story.SUBJECTIVES)
        year = financial_year_of(story.needed_by())
        heads = {(centre, code): story.BUDGET for centre in story.CENTRES for code in story.SUBJECTIVES}
        set_budgets(actor=finance, financial_year=year, amounts=heads)
        cards = {"requester": requester, "holder": holder, "busy": busy, "manager": manager}
        tokens = {name: token(card) for name, card in cards.items()}
        leave = [
            {"token": token(taker), "employment": str(employment.pk)}
            for taker, employment in zip(takers, employments, strict=True)
        ]
    case = fill_inbox(council, requester, busy, "C200", open_tasks)
    with inside_council(council):
        sessions = {"busy": session(busy, council.host)}
        return {
            "host": council.host, "tokens": tokens, "leave": leave, "sessions": sessions, "case": str(case),
            "session_cookie": settings.SESSION_COOKIE_NAME, "csrf_cookie": settings.CSRF_COOKIE_NAME,
        }  # fmt: skip


def fill_inbox(council: Any, requester: OfficerCard, card: OfficerCard, centre: str, count: int) -> UUID:
    """Open tasks for the holder of a cost centre: a real one, copied, since a list reads the tables and not the engine.

    Gives the case that was copied.
    """
    with inside_council(council):
        form = {**story.form_for(centre), "needed_by_on": story.needed_by(), "title": "Desks to copy"}
        body = NewRequisitionBody(data=form)
        body.is_valid(raise_exception=True)
        body.validated_data.pop("submit", None)
        requisition = start_requisition(actor=requester, draft=draft_from(body.validated_data))
        submit_requisition(actor=requester, requisition_id=requisition.pk)
        case = Case.objects.get(subject_id=requisition.pk, owner_id=council.number)
        task = Task.objects.get(case=case, owner_id=council.number)
        cases, tasks, candidates = [], [], []
        for place in range(count):
            new_case = _copy(case, reference=f"{case.reference}-{place}", subject_id=new_key())
            new_task = _copy(
                task, case=new_case, engine_id=new_key(), reference=new_case.reference,
                due_on=timezone.localdate() + timedelta(days=place % 60),
            )  # fmt: skip
            cases.append(new_case)
            tasks.append(new_task)
            candidates.append(
                TaskCandidate(
                    owner_id=council.number,
                    parts=[],
                    task=new_task,
                    card=card,
                    due_on=new_task.due_on,
                    amount=new_task.amount,
                )
            )
        for model, rows in ((Case, cases), (Task, tasks), (TaskCandidate, candidates)):
            model.objects.bulk_create(rows, batch_size=1000)
        return case.pk


def _copy(row: Any, **changes: Any) -> Any:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.generated}
    copy = type(row)(**{**values, "id": new_key()})
    for name, value in changes.items():
        setattr(copy, name, value)
    return copy


if __name__ == "__main__":
    json.dump(fill(int(sys.argv[1]), int(sys.argv[2])), sys.stdout)
