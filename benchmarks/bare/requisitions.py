"""Requisition to order in SQL."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

PENNY = Decimal("0.01")
Row = dict[str, Any]


def today() -> date:
    return datetime.now(tz=UTC).date()


def next_reference(cursor: Any, kind: str) -> str:
    year = today().year
    cursor.execute(
        "INSERT INTO yardstick_counter AS c (id, kind, year, last) VALUES (%s, %s, %s, 1)"
        " ON CONFLICT (kind, year) DO UPDATE SET last = c.last + 1 RETURNING last",
        [uuid7(), kind, year],
    )
    return f"YRD-{kind}-{year}-{cursor.fetchone()['last']:06d}"


def create(cursor: Any, officer: Row, form: Row) -> Row:
    needed_by = date.fromisoformat(form["needed_by_on"])
    codes = cursor.execute(
        "SELECT (SELECT jsonb_object_agg(code, id) FROM yardstick_costcentre WHERE code = ANY(%s)) AS centres,"
        " (SELECT jsonb_object_agg(code, id) FROM yardstick_subjectivecode WHERE code = ANY(%s)) AS subjectives,"
        " (SELECT jsonb_object_agg(code, percent) FROM yardstick_vatrate) AS rates",
        [
            [share["cost_centre"] for line in form["lines"] for share in line["codings"]],
            [share["subjective"] for line in form["lines"] for share in line["codings"]],
        ],
    ).fetchone()
    key, lines, codings = uuid7(), [], []
    total_net = total_vat = Decimal(0)
    for position, line in enumerate(form["lines"], start=1):
        percent = Decimal(str(codes["rates"][line["vat_code"]]))
        quantity, price = Decimal(line["quantity"]), Decimal(line["unit_price"])
        net = (quantity * price).quantize(PENNY)
        vat = (net * percent / 100).quantize(PENNY)
        total_net, total_vat = total_net + net, total_vat + vat
        line_key = uuid7()
        lines.append([
            line_key, position, line["description"], quantity, line["unit"], price, line["vat_code"], percent,
            net, vat, net + vat, net, line["cpv"], key,
        ])  # fmt: skip
        for place, share in enumerate(line["codings"], start=1):
            centre, subjective = codes["centres"][share["cost_centre"]], codes["subjectives"][share["subjective"]]
            codings.append([uuid7(), place, net, centre, line_key, subjective])
    reference = next_reference(cursor, "REQ")
    cursor.execute(
        "INSERT INTO yardstick_requisition (id, reference, title, justification, needed_by_on, status, supplier_name,"
        " supplier_email, delivery_location, financial_year, net_amount, vat_amount, gross_amount, created_at, updated_at,"
        " version, requester_id) VALUES (%s, %s, %s, %s, %s, 'draft', %s, '', %s, %s, %s, %s, %s, now(), now(), 1, %s)",
        [
            key, reference, form["title"], form["justification"], needed_by, form.get("supplier_name", ""),
            form["delivery_location"], needed_by.year if needed_by.month >= 4 else needed_by.year - 1,
            total_net, total_vat, total_net + total_vat, officer["id"],
        ],
    )  # fmt: skip
    _insert(
        cursor,
        "yardstick_requisitionline (id, position, description, quantity, unit, unit_price, vat_code, vat_percent,"
        " net_amount, vat_amount, gross_amount, cost_amount, cpv_id, requisition_id)",
        lines,
    )
    _insert(cursor, "yardstick_linecoding (id, position, amount, cost_centre_id, line_id, subjective_id)", codings)
    return {"id": key, "reference": reference, "status": "draft", "net_amount": total_net, "version": 1, **form}


def _insert(cursor: Any, into: str, rows: list[list[Any]]) -> None:
    places = ", ".join(f"({', '.join(['%s'] * len(row))})" for row in rows)
    cursor.execute(f"INSERT INTO {into} VALUES {places}", [value for row in rows for value in row])


def submit(cursor: Any, officer: Row, key: UUID) -> Row:
    requisition = cursor.execute(
        "UPDATE yardstick_requisition SET status = 'submitted', submitted_at = now(), updated_at = now(), version = version + 1"
        " WHERE id = %s AND requester_id = %s AND status = 'draft' RETURNING *",
        [key, officer["id"]],
    ).fetchone()
    heads = cursor.execute(
        "SELECT c.cost_centre_id, c.subjective_id, k.code, k.budget_holder_id, max(l.cpv_id) AS cpv, sum(c.amount) AS amount"
        " FROM yardstick_linecoding c JOIN yardstick_requisitionline l ON l.id = c.line_id"
        " JOIN yardstick_costcentre k ON k.id = c.cost_centre_id WHERE l.requisition_id = %s"
        " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2",
        [key],
    ).fetchall()
    for head in heads:
        cursor.execute(
            "UPDATE yardstick_budgetposition SET reserved_amount = reserved_amount + %s"
            " WHERE cost_centre_id = %s AND subjective_id = %s AND financial_year = %s",
            [head["amount"], head["cost_centre_id"], head["subjective_id"], requisition["financial_year"]],
        )
    _insert(
        cursor,
        "yardstick_commitment (id, kind, source_id, source_reference, financial_year, amount, made_at, cost_centre_id, subjective_id)",
        [
            [
                uuid7(), "pre_commitment", key, requisition["reference"], requisition["financial_year"], head["amount"],
                requisition["submitted_at"], head["cost_centre_id"], head["subjective_id"],
            ]
            for head in heads
        ],
    )  # fmt: skip
    case = open_case(
        cursor, officer, process="requisition_approval", subject=key, reference=requisition["reference"],
        title=requisition["title"], amount=requisition["net_amount"], category=heads[0]["cpv"],
        facts=f'{{"cost_centre": "{heads[0]["code"]}"}}',
    )  # fmt: skip
    cursor.execute(
        "SELECT role FROM yardstick_authorityrule WHERE decision_type = 'requisition' AND amount_from <= %s"
        " AND (amount_to IS NULL OR amount_to > %s) AND valid_from <= current_date ORDER BY sequence",
        [case["amount"], case["amount"]],
    ).fetchall()
    open_task(cursor, case, "approve_requisition", "Approve requisition", "budget_holder", heads[0]["budget_holder_id"])
    return requisition


def open_case(cursor: Any, officer: Row, **of: Any) -> Row:
    return cursor.execute(
        "INSERT INTO yardstick_case (id, process, subject_id, reference, title, amount, category, requester_name, status,"
        " step, outcome, opened_at, facts, version, requester_id)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 'open', 'Approve', '', now(), %s, 1, %s) RETURNING *",
        [
            uuid7(), of["process"], of["subject"], of["reference"], of["title"], of["amount"], of["category"],
            officer["work_name"], of["facts"], officer["id"],
        ],
    ).fetchone()  # fmt: skip


def open_task(cursor: Any, case: Row, step: str, title: str, role: str, card: UUID) -> None:
    task, due_on = uuid7(), today() + timedelta(days=5)
    cursor.execute(
        "INSERT INTO yardstick_task (id, process, step, title, role, outcomes, reference, case_title, amount, category,"
        " requester_name, status, ready_at, due_on, done_by_name, outcome, version, case_id)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'ready', now(), %s, '', '', 1, %s)",
        [
            task, case["process"], step, title, role, ["approve", "reject", "send_back"], case["reference"], case["title"],
            case["amount"], case["category"], case["requester_name"], due_on, case["id"],
        ],
    )  # fmt: skip
    cursor.execute(
        "INSERT INTO yardstick_taskcandidate (id, task_id, officer_id, due_on, amount) VALUES (%s, %s, %s, %s, %s)",
        [uuid7(), task, card, due_on, case["amount"]],
    )


def inbox(cursor: Any, officer: Row) -> Row:
    found = cursor.execute(
        "SELECT t.* FROM yardstick_taskcandidate c JOIN yardstick_task t ON t.id = c.task_id"
        " WHERE c.officer_id = %s AND t.status = 'ready' ORDER BY c.due_on, t.id LIMIT 26",
        [officer["id"]],
    ).fetchall()
    return {"results": found[:25], "page": 1, "next": 2 if len(found) > 25 else None}


def decide(cursor: Any, officer: Row, task_id: UUID) -> Row:
    """Close a task that is this officer's, and write the decision."""
    task = cursor.execute(
        "WITH mine AS (DELETE FROM yardstick_taskcandidate WHERE task_id = %s AND officer_id = %s RETURNING task_id)"
        " UPDATE yardstick_task t SET status = 'done', outcome = 'approve', done_at = now(), done_by_name = %s,"
        " version = t.version + 1 FROM mine JOIN yardstick_task k ON k.id = mine.task_id"
        " JOIN yardstick_case c ON c.id = k.case_id WHERE t.id = mine.task_id AND t.status = 'ready'"
        " RETURNING t.*, c.subject_id, c.facts",
        [task_id, officer["id"], officer["work_name"]],
    ).fetchone()
    cursor.execute("DELETE FROM yardstick_taskcandidate WHERE task_id = %s", [task_id])
    cursor.execute(
        "INSERT INTO yardstick_decision (id, step, title, officer_name, officer_job_title, role, outcome, reason, at,"
        " case_id, officer_id, task_id) VALUES (%s, %s, %s, %s, %s, %s, 'approve', '', now(), %s, %s, %s)",
        [
            uuid7(), task["step"], task["title"], officer["work_name"], officer["job_title"], task["role"],
            task["case_id"], officer["id"], task_id,
        ],
    )  # fmt: skip
    return task


def close(cursor: Any, case_id: UUID, outcome: str) -> None:
    cursor.execute(
        "UPDATE yardstick_case SET status = 'completed', outcome = %s, step = '', closed_at = now(), version = version + 1"
        " WHERE id = %s",
        [outcome, case_id],
    )


def approve(cursor: Any, officer: Row, task: Row) -> None:
    """The benchmark's requisitions have one approver, so its approval raises the order."""
    requisition = cursor.execute(
        "UPDATE yardstick_requisition SET status = 'ordered', version = version + 1, updated_at = now()"
        " WHERE id = %s RETURNING *",
        [task["subject_id"]],
    ).fetchone()
    order, reference = uuid7(), next_reference(cursor, "PO")
    copied = (
        "title, supplier_name, supplier_email, delivery_location, needed_by_on, financial_year, net_amount, vat_amount,"
        " gross_amount, requester_id"
    )
    cursor.execute(
        f"INSERT INTO yardstick_purchaseorder (id, reference, status, issued_at, version, issued_by_id, requisition_id, {copied})"
        f" SELECT %s, %s, 'issued', now(), 1, %s, id, {copied} FROM yardstick_requisition WHERE id = %s",
        [order, reference, officer["id"], requisition["id"]],
    )
    columns = "position, description, quantity, unit, unit_price, vat_code, vat_percent, net_amount, vat_amount, gross_amount, cpv_id"
    cursor.execute(
        f"INSERT INTO yardstick_orderline (id, order_id, requisition_line_id, {columns})"
        f" SELECT uuidv7(), %s, id, {columns} FROM yardstick_requisitionline WHERE requisition_id = %s",
        [order, requisition["id"]],
    )
    cursor.execute(
        "WITH held AS (UPDATE yardstick_commitment SET released_at = now() WHERE source_id = %s AND released_at IS NULL RETURNING *),"
        " moved AS (UPDATE yardstick_budgetposition p SET reserved_amount = p.reserved_amount - h.amount,"
        "  committed_amount = p.committed_amount + h.amount FROM held h WHERE p.cost_centre_id = h.cost_centre_id"
        "  AND p.subjective_id = h.subjective_id AND p.financial_year = h.financial_year)"
        " INSERT INTO yardstick_commitment (id, kind, source_id, source_reference, financial_year, amount, made_at,"
        "  cost_centre_id, subjective_id) SELECT uuidv7(), 'commitment', %s, %s, financial_year, amount, now(),"
        "  cost_centre_id, subjective_id FROM held",
        [requisition["id"], order, reference],
    )
    close(cursor, task["case_id"], "ordered")
