"""What the workflow starts with: the shipped processes, and a new council's authority matrix."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from shared_services.tenancy.door import current_council
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER, Council

from .duties import SHIPPED_RULES, is_known
from .models import AuthorityRule, DutyRule, ProcessVersion
from .publishing import publish_process, shipped_processes

MATRIX_FROM = date(2020, 4, 1)
DEFAULT_MATRIX: tuple[tuple[str, str, Decimal, int], ...] = (
    ("requisition_approval", "budget_holder", Decimal("0.00"), 10),
    ("requisition_approval", "head_of_service", Decimal("5000.00"), 20),
    ("requisition_approval", "director", Decimal("50000.00"), 30),
    ("requisition_approval", "section_151_officer", Decimal("150000.00"), 40),
    ("joint_purchase", "head_of_service", Decimal("0.00"), 10),
    ("joint_purchase", "director", Decimal("50000.00"), 20),
    ("joint_purchase", "section_151_officer", Decimal("150000.00"), 30),
)
"""(process, role, amount from, place in the order): a council changes it to its own scheme of delegation."""


def load() -> None:
    """Bring the shipped processes of a shared service that stands up to date; a new one gets them with its room."""
    if Council.objects.filter(number=SHARED_SERVICE_NUMBER).exists():
        _publish_shipped()
        _load_duty_rules()


def _publish_shipped() -> None:
    """Publish every shipped process whose files have changed as the shared service's next version. Can run twice.

    What the councils have agreed on by vote is theirs: a release never takes its place.
    """
    for drawing, tables in shipped_processes():
        newest = ProcessVersion.objects.newest(drawing.stem, owner=SHARED_SERVICE_NUMBER).first()
        if newest is not None and newest.published_by_name:
            continue
        publish_process(
            bpmn=drawing.read_text(encoding="utf-8"), dmn=[table.read_text(encoding="utf-8") for table in tables]
        )


def load_room(council: Any = None) -> None:
    """Give a new council its first authority matrix, and the shared service the shipped processes."""
    here = current_council()
    if here.is_shared_service:
        _publish_shipped()
        _load_duty_rules()
    if here.is_shared_service or AuthorityRule.objects.of_this_room().exists():
        return
    AuthorityRule.objects.bulk_create(
        AuthorityRule(
            owner_id=here.number, decision_type=process, role=role, amount_from=amount, sequence=place,
            valid_from=MATRIX_FROM, added_by_name="Guildhall",
        )
        for process, role, amount, place in DEFAULT_MATRIX
    )  # fmt: skip


def _load_duty_rules() -> None:
    """Keep apart, in every council, what the portal's permissions let one do. Can run twice."""
    known = set(DutyRule.objects.filter(owner_id=SHARED_SERVICE_NUMBER).values_list("key", flat=True))
    now = timezone.now()
    DutyRule.objects.bulk_create(
        DutyRule(
            owner_id=SHARED_SERVICE_NUMBER, key=rule.key, sentence=rule.sentence, first=rule.first,
            second=rule.second, scope=rule.scope, added_by_name="Guildhall", added_at=now,
        )
        for rule in SHIPPED_RULES
        if rule.key not in known and is_known(rule.first) and is_known(rule.second)
    )  # fmt: skip
