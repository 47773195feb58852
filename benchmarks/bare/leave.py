"""Leave in SQL."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from uuid_utils.compat import uuid7

from .requisitions import close, next_reference, open_case, open_task

Row = dict[str, Any]


def ask(cursor: Any, officer: Row, form: Row) -> Row:
    first_on, last_on = date.fromisoformat(form["first_on"]), date.fromisoformat(form["last_on"])
    year_on = date(first_on.year if first_on.month >= 4 else first_on.year - 1, 4, 1)
    found = cursor.execute(
        "SELECT e.id, e.manager_id, t.id AS leave_type_id,"
        " (SELECT week_one FROM yardstick_workingpattern p WHERE p.employment_id = e.id AND p.from_on <= %s"
        "   ORDER BY p.from_on DESC LIMIT 1) AS week,"
        " (SELECT array_agg(date) FROM yardstick_bankholiday WHERE date BETWEEN %s AND %s) AS holidays,"
        " EXISTS (SELECT 1 FROM yardstick_leaverequest r WHERE r.employment_id = e.id AND r.status IN ('asked', 'approved')"
        "   AND r.first_on <= %s AND r.last_on >= %s) AS overlaps,"
        " (SELECT coalesce(sum(hours), 0) FROM yardstick_leaveledgerentry l WHERE l.employment_id = e.id"
        "   AND l.leave_type_id = t.id AND l.leave_year_on = %s) AS balance,"
        " (SELECT coalesce(sum(hours), 0) FROM yardstick_leaverequest r WHERE r.employment_id = e.id"
        "   AND r.leave_type_id = t.id AND r.status = 'asked') AS waiting"
        " FROM yardstick_employment e, yardstick_leavetype t WHERE e.id = %s AND e.officer_id = %s AND t.key = %s"
        " FOR UPDATE OF e",
        [
            first_on,
            first_on,
            last_on,
            last_on,
            first_on,
            year_on,
            form["employment"],
            officer["id"],
            form["leave_type"],
        ],
    ).fetchone()
    days = [first_on + timedelta(days=n) for n in range((last_on - first_on).days + 1)]
    hours = sum((found["week"][day.weekday()] for day in days if day not in (found["holidays"] or [])), Decimal(0))
    if found["overlaps"] or not hours or found["balance"] - found["waiting"] < hours:
        raise ValueError("This leave cannot be asked for.")
    key, reference = uuid7(), next_reference(cursor, "LV")
    asked = cursor.execute(
        "INSERT INTO yardstick_leaverequest (id, reference, employment_id, leave_type_id, first_on, last_on, hours, note,"
        " status, asked_at, version) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 'asked', now(), 1) RETURNING *",
        [key, reference, found["id"], found["leave_type_id"], first_on, last_on, hours, form.get("note", "")],
    ).fetchone()
    case = open_case(
        cursor, officer, process="leave_request", subject=key, reference=reference, amount=None, category="",
        title=f"Leave from {first_on:%-d %B %Y} to {last_on:%-d %B %Y}", facts='{"days": 1}',
    )  # fmt: skip
    open_task(cursor, case, "approve_leave", "Approve leave", "manager", found["manager_id"])
    return asked


def approve(cursor: Any, officer: Row, task: Row) -> None:
    cursor.execute(
        "WITH asked AS (UPDATE yardstick_leaverequest SET status = 'approved', decided_at = now(), decided_by_id = %s,"
        "  version = version + 1 WHERE id = %s RETURNING *)"
        ' INSERT INTO yardstick_leaveledgerentry (id, employment_id, leave_type_id, leave_year_on, kind, hours, "on", source,'
        "  reason, posted_by_id, posted_at) SELECT uuidv7(), employment_id, leave_type_id,"
        "  make_date(extract(year FROM first_on - interval '3 months')::int, 4, 1), 'booking', -hours, first_on,"
        "  'request:' || id, reference, %s, now() FROM asked",
        [officer["id"], task["subject_id"], officer["id"]],
    )
    close(cursor, task["case_id"], "approved")
