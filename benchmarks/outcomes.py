"""What the measured programs left behind. All must have done the same work, or the comparison says nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from benchmarks.servers import Program
from benchmarks.story import FORM

COUNTED = """
WITH mine AS (SELECT * FROM {requisition} WHERE title = %(title)s),
     lines AS (SELECT l.* FROM {line} l JOIN mine ON mine.id = l.requisition_id)
SELECT json_build_object(
    'requisitions ordered', (SELECT count(*) FROM mine WHERE status = 'ordered'),
    'requisitions waiting', (SELECT count(*) FROM mine WHERE status = 'submitted' AND submitted_at IS NOT NULL),
    'their worth', (SELECT sum(gross_amount)::text FROM mine),
    'lines of requisitions', (SELECT count(*) FROM lines),
    'worth of the lines', (SELECT sum(gross_amount)::text FROM lines),
    'codings', (SELECT count(*) FROM {coding} c JOIN lines ON lines.id = c.line_id),
    'orders', (SELECT count(*) FROM {order}),
    'worth of the orders', (SELECT sum(gross_amount)::text FROM {order}),
    'lines of orders', (SELECT count(*) FROM {order_line}),
    'reserved', (SELECT sum(p.reserved_amount)::text FROM {position} p JOIN {centre} c ON c.id = p.cost_centre_id
                  WHERE c.code = 'C100'),
    'committed', (SELECT sum(committed_amount)::text FROM {position}),
    'commitments of orders', (SELECT sum(amount)::text FROM {commitment}
                               WHERE kind = 'commitment' AND released_at IS NULL),
    'leave approved', (SELECT count(*) FROM {leave} WHERE status = 'approved' AND decided_at IS NOT NULL),
    'leave waiting', (SELECT count(*) FROM {leave} WHERE status = 'asked'),
    'hours of leave booked', (SELECT sum(hours)::text FROM {ledger} WHERE kind = 'booking'),
    'cases completed', (SELECT count(*) FROM {case} WHERE status = 'completed' AND closed_at IS NOT NULL),
    'tasks done', (SELECT count(*) FROM {task} WHERE status = 'done' AND outcome = 'approve'),
    'decisions', (SELECT count(*) FROM {decision} WHERE outcome = 'approve'),
    'waiting in inboxes', (SELECT count(*) FROM {candidate} k JOIN {task} t ON t.id = k.task_id
                            WHERE t.case_title <> 'Desks to copy')
)
"""
TABLES = {
    "requisition": "purchasing_requisition", "line": "purchasing_requisitionline", "coding": "purchasing_linecoding",
    "order": "purchasing_purchaseorder", "order_line": "purchasing_orderline",
    "position": "finance_budgetposition", "centre": "finance_costcentre", "commitment": "finance_commitment",
    "leave": "people_leaverequest", "ledger": "people_leaveledgerentry",
    "case": "workflow_case", "task": "workflow_task", "candidate": "workflow_taskcandidate",
    "decision": "workflow_decision",
}  # fmt: skip
PRODUCT = {name: f"{'public' if table.startswith('workflow_') else 'c0001'}.{table}" for name, table in TABLES.items()}
YARDSTICK = {name: f"yardstick_{table.partition('_')[2]}" for name, table in TABLES.items()}


class NotTheSameWork(AssertionError):
    """A program left other rows than the one it is compared with."""


def check_same_work(programs: Mapping[str, Program], product_like: tuple[str, ...]) -> dict[str, Any]:
    """What each program has done; raises NotTheSameWork unless it is the same for all, and something."""
    done = {name: _counted(each, PRODUCT if name in product_like else YARDSTICK) for name, each in programs.items()}
    first, *others = done
    for other in others:
        differing = {
            what: (done[first][what], done[other][what])
            for what in done[first]
            if done[first][what] != done[other][what]
        }
        if differing:
            raise NotTheSameWork(f"{first} and {other} left different rows: {differing}")
    if not all(done[first][what] for what in ("requisitions ordered", "orders", "leave approved", "committed")):
        raise NotTheSameWork(f"Nothing was done: {json.dumps(done[first])}")
    return done[first]


def _counted(program: Program, tables: Mapping[str, str]) -> dict[str, Any]:
    from shared_services.tenancy.owner import owner_connection

    with owner_connection(program.database) as owner:
        row = owner.execute(COUNTED.format(**tables), {"title": FORM["title"]}).fetchone()
    assert row is not None
    found: dict[str, Any] = row[0]
    return found
