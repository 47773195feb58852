"""No sequence of roles given, deputies and decisions lets one person request and approve a case, or approve it twice."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from shared_services.accounts import services as accounts
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow import deputies, duties, services
from shared_services.workflow.candidates import refresh_candidates
from shared_services.workflow.models import AuthorityRule, Case, Decision, Deputy, Task, TaskCandidate

ROLES = ("requisitioner", "budget_holder", "head_of_service", "council_administrator", "finance_officer")
PEOPLE = 5
WHO = st.integers(0, PEOPLE - 1)


@pytest.fixture
def office(northmoor, work_done, officer_in):
    """Five officers, one who gives roles and one who signs; budget holders and then two heads must approve."""
    with inside_council(northmoor):
        AuthorityRule.objects.of_this_room().update(valid_to=date(2020, 5, 1))
        for place, (role, needed) in enumerate((("budget_holder", 1), ("head_of_service", 2)), 1):
            AuthorityRule.objects.create(
                owner_id=northmoor.number, decision_type="requisition_approval", role=role, sequence=place * 10,
                needed=needed, valid_from=date(2026, 1, 1),
            )  # fmt: skip
    return {
        "administrator": officer_in(northmoor, "council_administrator"),
        "chief": officer_in(northmoor, "section_151_officer"),
        "people": [
            officer_in(northmoor, "budget_holder", "head_of_service"),
            officer_in(northmoor, "head_of_service"),
            officer_in(northmoor, "head_of_service"),
            officer_in(northmoor, "budget_holder"),
            officer_in(northmoor),
        ],
    }


def test_nobody_requests_and_approves_or_approves_twice(northmoor, office):
    class Office(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.room = inside_council(northmoor)
            self.room.__enter__()
            self.undo = transaction.atomic()
            self.undo.__enter__()
            self.number = 0
            self.administrator, self.chief = office["administrator"], office["chief"]
            self.people = list(office["people"])

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)
            self.room.__exit__(None, None, None)

        def person(self, number: int):
            card = self.people[number]
            card.refresh_from_db()
            return card

        def tried(self, what, **how) -> None:
            """Do it if the rules let one; what they refuse leaves nothing behind."""
            try:
                with transaction.atomic():
                    what(**how)
            except NotAllowed:
                pass
            refresh_candidates()

        @initialize(whom=st.sampled_from([0, 3]))
        def begin_with_a_deputy_and_a_request(self, whom):
            today = timezone.localdate()
            found = deputies.name_deputy(
                actor=self.people[whom], principal_id=self.people[whom].pk, deputy_id=self.people[1].pk,
                from_on=today, to_on=today,
            )  # fmt: skip
            deputies.accept_deputyship(actor=self.people[1], deputy_id=found.pk)
            self.request(4)

        @rule(who=WHO, role=st.sampled_from(ROLES))
        def give_a_role(self, who, role):
            self.tried(accounts.grant_role, actor=self.administrator, card_id=self.people[who].pk, role=role)

        @rule(who=WHO, role=st.sampled_from(ROLES))
        def end_a_role(self, who, role):
            self.tried(accounts.end_role, actor=self.administrator, card_id=self.people[who].pk, role=role)

        @rule(who=WHO, whom=WHO)
        def name_a_deputy(self, who, whom):
            today = timezone.localdate()
            self.tried(
                deputies.name_deputy, actor=self.administrator, principal_id=self.people[whom].pk,
                deputy_id=self.people[who].pk, from_on=today, to_on=today + timedelta(days=3),
            )  # fmt: skip

        @precondition(lambda self: Deputy.objects.of_this_room().filter(status="asked").exists())
        @rule(data=st.data())
        def accept(self, data):
            asked = list(Deputy.objects.of_this_room().filter(status="asked").order_by("named_at"))
            found = data.draw(st.sampled_from(range(len(asked))))
            self.tried(deputies.accept_deputyship, actor=asked[found].deputy, deputy_id=asked[found].pk)

        @precondition(lambda self: Deputy.objects.of_this_room().filter(status="accepted").exists())
        @rule(amount=st.sampled_from([500, 10_000]))
        def sign_a_higher_limit(self, amount):
            found = Deputy.objects.of_this_room().filter(status="accepted").latest("named_at")
            self.tried(deputies.sign_higher_limit, actor=self.chief, deputy_id=found.pk, amount=Decimal(amount))

        @rule(who=WHO)
        def request(self, who):
            self.number += 1
            self.tried(
                services.open_case, actor=self.person(who), process="requisition_approval", subject_id=new_key(),
                reference=f"NOR-REQ-2026-{self.number:06}", title="Chairs", amount=Decimal("600.00"),
                facts={"cost_centre": "L100", "wants_joint_buying": False},
            )  # fmt: skip

        @precondition(lambda self: Task.objects.of_this_room().to_do().exists())
        @rule(data=st.data(), who=WHO, outcome=st.sampled_from(["approve", "approve", "approve", "send_back"]))
        def decide(self, data, who, outcome):
            tasks = list(Task.objects.of_this_room().to_do().order_by("ready_at"))
            task = tasks[data.draw(st.integers(0, len(tasks) - 1))]
            outcome = "resubmit" if "resubmit" in task.outcomes else outcome
            self.tried(services.complete_task, actor=self.person(who), task_id=task.pk, outcome=outcome, note="Because")

        @precondition(lambda self: TaskCandidate.objects.of_this_room().exists())
        @rule(data=st.data())
        def approve_from_an_inbox(self, data):
            rows = list(TaskCandidate.objects.of_this_room().select_related("card", "task").order_by("pk"))
            row = rows[data.draw(st.integers(0, len(rows) - 1))]
            outcome = "resubmit" if "resubmit" in row.task.outcomes else "approve"
            self.tried(services.complete_task, actor=row.card, task_id=row.task_id, outcome=outcome)

        @invariant()
        def nobody_decides_on_his_own_case_or_twice(self):
            for case in Case.objects.of_this_room():
                approvals: Counter = Counter()
                for decision in Decision.objects.filter(owner_id=case.owner_id, case=case).order_by("at", "pk"):
                    if decision.outcome != "approve":
                        approvals.clear()
                        continue
                    persons = {decision.card_id, decision.for_card_id} - {None}
                    assert case.requester_id not in persons
                    approvals.update(persons)
                    assert max(approvals.values()) == 1

        @invariant()
        def no_inbox_offers_what_would_break_that(self):
            for row in (
                TaskCandidate.objects.of_this_room().select_related("task__case").exclude(task__role="requester")
            ):
                taken = {row.task.case.requester_id, *row.task.case.approved_by}
                assert not {row.card_id, row.for_card_id} & taken

        @invariant()
        def nobody_was_given_duties_that_are_kept_apart(self):
            assert {one.card.pk for one in duties.conflicts()} == set()

        @invariant()
        def nobody_stands_in_for_his_own_deputy(self):
            live = Deputy.objects.of_this_room().filter(status__in=["asked", "accepted"])
            pairs = set(live.values_list("principal_id", "deputy_id"))
            assert not pairs & {(deputy, principal) for principal, deputy in pairs}

    run_state_machine_as_test(
        Office,
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
