"""Officers, their employments, hours, posts and absences."""

from __future__ import annotations

from ..choices import CrosswalkKind, Severity
from ..tables import Kind
from .books import cells
from .shapes import Becomes, Cells, Check, Crossed, Legacy, Ours, Plan

NO_POSITION = "99999999"
HOURS_A_DAY = "7.40"
"""Hours of a full day, for absences that SAP counts in days."""
EMAIL_ADDRESSES = (
    'INSERT INTO account_emailaddress (user_id, email, verified, "primary")'
    " SELECT id, email, true, true FROM accounts_account WHERE id = ANY(%(ids)s)"
)
NO_EMAIL_ADDRESSES = "DELETE FROM account_emailaddress WHERE user_id = ANY(%(ids)s)"


def officers() -> Plan:
    """Officers come without roles and without a mail: an administrator gives roles, a forgotten password lets them in."""
    c = cells("officers")
    email = c.raw("email")
    card = Legacy("card", "officers", "s.key")
    return Plan(
        "officers",
        checks=(
            Check(
                "foreign_email", "“{value}” is not a work email address of the council, so the officer cannot be added.",
                "email",
                when=f"%(domain)s <> '' AND right({email}, length(%(domain)s) + 1) NOT IN ('@' || %(domain)s, '.' || %(domain)s)",
            ),
        ),
        becomes=(
            Becomes(
                "officers", "access.OfficerCard", {"work_name": c.raw("name"), "job_title": c.raw("job_title")},
                only_new={
                    "owner_id": "app.cid()", "parts": "'{0}'", "work_email": email, "roles": "'{}'", "active": "true",
                    "version": "1",
                },
                natural={"work_email": email},
            ),
            Becomes(
                "officers.account", "accounts.Account", {},
                only_new={
                    "email": email, "card_id": "card.record_id", "password": "%(password)s", "is_active": "true",
                    "created_at": "now()", "former_email": "''",
                },
                joins=(card,), natural={"email": email}, after_insert=EMAIL_ADDRESSES, before_delete=NO_EMAIL_ADDRESSES,
                beside=("account.EmailAddress",), goes_with=("access.OfficerCard", "card_id"),
            ),
            Becomes(
                "officers.personnel", "access.OfficerCard", {}, joins=(card,), record="card.record_id",
                key=c.raw("personnel_number"), where=f"{c.raw('personnel_number')} <> ''",
            ),
        ),
    )  # fmt: skip


def card_of(c: Cells) -> Legacy:
    return Legacy("card", "officers.personnel", c.raw("PERNR"), {"officers": cells("officers").raw("personnel_number")})


def employment_of(c: Cells) -> Ours:
    return Ours(
        "employment", "people.Employment", "number", c.stripped("PERNR"), {"PA0001": cells("PA0001").stripped("PERNR")}
    )


NO_OFFICER = Check(
    "orphan",
    "No officer has the personnel number {value}. Load the officers template with it first: SAP’s tables hold no email.",
    "PERNR", missing="card",
)  # fmt: skip
NO_EMPLOYMENT = Check(
    "orphan", "There is no employment {value}. Load PA0001 with it first, or with this file.", "PERNR",
    missing="employment",
)  # fmt: skip


def assignments() -> Plan:
    c = cells("PA0001")
    card = card_of(c)
    post_code = Crossed("post_code", CrosswalkKind.POST, c.stripped("PLANS"))
    post = Ours("post", "organisation.Post", "number", post_code.value, {"posts": "s.key"})
    scheme_code = Crossed("scheme_code", CrosswalkKind.LEAVE_SCHEME, c.raw("PERSK"))
    only_scheme = "(SELECT min(name) FROM people_leavescheme WHERE active HAVING count(*) = 1)"
    scheme = Ours(
        "scheme", "people.LeaveScheme", "name", f"COALESCE(scheme_code.value, {only_scheme}, {c.raw('PERSK')})"
    )
    is_open = f"{c.raw('ENDDA')} IN ('', '9999-12-31')"
    held = (
        "EXISTS (SELECT 1 FROM organisation_appointment a WHERE a.post_id = post.id AND a.to_on IS NULL"
        " AND a.card_id IS DISTINCT FROM card.record_id)"
    )
    return Plan(
        "PA0001",
        joins=(card, post_code, post, scheme_code, scheme),
        windows={
            "first_on": f"min({c.raw('BEGDA')}) OVER (PARTITION BY s.key)",
            "in_post": f"row_number() OVER (PARTITION BY {c.raw('PLANS')}, {is_open} ORDER BY s.line)",
        },
        checks=(
            NO_OFFICER,
            Check(
                "no_position", "The person has no position (99999999). Give one in the legacy system.", "PLANS",
                when=f"{c.raw('PLANS')} = '{NO_POSITION}'",
            ),
            Check(
                "unknown_post", "Position {value} is not one of the council’s posts. Load it first, or match it under Codes.",
                "PLANS", missing="post", when=f"{c.raw('PLANS')} <> '{NO_POSITION}'",
            ),
            Check(
                "unknown_scheme", "Employee subgroup {value} is not matched to a leave scheme. Match it under Codes.",
                "PERSK", missing="scheme",
            ),
            Check(
                "post_is_held", "Position {value} is held by somebody else, so the employment is loaded without it.",
                "PLANS", when=f"({is_open} AND s.in_post > 1) OR {held}", severity=Severity.WARNING,
            ),
        ),
        becomes=(
            Becomes(
                "PA0001", "people.Employment", {"card_id": "card.record_id", "post_id": "post.id"},
                only_new={
                    "number": c.stripped("PERNR"), "scheme_id": "scheme.id", "start_on": "s.first_on::date",
                    "continuous_service_on": "s.first_on::date", "version": "1",
                },
                joins=(card, post_code, post, scheme_code, scheme), natural={"number": c.stripped("PERNR")},
            ),
            Becomes(
                "PA0001.appointment", "organisation.Appointment",
                {
                    "post_id": "post.id", "card_id": "card.record_id", "from_on": c.date("BEGDA"),
                    "to_on": c.open_date("ENDDA"),
                },
                only_new={"acting": "false"}, joins=(card, post_code, post),
                natural={"post_id": "post.id", "card_id": "card.record_id"}, natural_where="twin.to_on IS NULL",
                where=f"NOT ({is_open} AND s.in_post > 1) AND NOT {held}",
            ),
        ),
    )  # fmt: skip


def actions() -> Plan:
    c = cells("PA0000")
    employment = employment_of(c)
    left = f"CASE WHEN {c.raw('STAT2')} = '0' THEN GREATEST({c.date('BEGDA')} - 1, employment.start_on) END"
    return Plan(
        "PA0000",
        joins=(employment,),
        checks=(
            NO_EMPLOYMENT,
            Check(
                "unknown_status",
                "Employment status {value} is not one of 0 to 3.",
                "STAT2",
                when=f"{c.raw('STAT2')} NOT IN ('0', '1', '2', '3')",
            ),
        ),
        becomes=(
            Becomes("PA0000", "people.Employment", {"end_on": left}, joins=(employment,), record="employment.id"),
        ),
    )


def names() -> Plan:
    c = cells("PA0002")
    card = card_of(c)
    name = f"COALESCE(NULLIF({c.raw('RUFNM')}, ''), {c.raw('VORNA')}) || ' ' || {c.raw('NACHN')}"
    return Plan(
        "PA0002",
        joins=(card,),
        checks=(NO_OFFICER,),
        becomes=(Becomes("PA0002", "access.OfficerCard", {"work_name": name}, joins=(card,), record="card.record_id"),),
    )


def hours() -> Plan:
    """The share of a full-time week, spread evenly from Monday to Friday: SAP keeps the real pattern elsewhere."""
    c = cells("PA0008")
    employment = employment_of(c)
    a_day = f"round(%(full_time_hours)s * {c.number('BSGRD', 5, 2)} / 100 / 5, 2)"
    return Plan(
        "PA0008",
        joins=(employment,),
        checks=(
            NO_EMPLOYMENT,
            Check(
                "not_a_share", "Capacity is a percentage above 0 and at most 100.", "BSGRD",
                when=f"{c.number('BSGRD')} <= 0 OR {c.number('BSGRD')} > 100",
            ),
        ),
        becomes=(
            Becomes(
                "PA0008", "people.WorkingPattern",
                {
                    "employment_id": "employment.id", "from_on": f"GREATEST({c.date('BEGDA')}, employment.start_on)",
                    "week_one": f"ARRAY[{', '.join([a_day] * 5)}, 0, 0]::numeric(4,2)[]",
                },
                joins=(employment,), where=f"COALESCE({c.open_date('ENDDA')}, 'infinity') >= employment.start_on",
            ),
        ),
    )  # fmt: skip


def leave_type(c: Cells, name: str) -> tuple[Crossed, Ours]:
    code = c.stripped(name) if c.table.field_called(name).kind == Kind.KEY else c.raw(name)
    crossed = Crossed("type_code", CrosswalkKind.LEAVE_TYPE, code)
    return crossed, Ours("type", "people.LeaveType", "key", crossed.value)


def leave_year(day: str) -> str:
    """The first day of the leave year that a day falls in, as SQL."""
    start = f"make_date(extract(year FROM {day})::int, %(leave_month)s, %(leave_day)s)"
    return f"CASE WHEN {day} >= {start} THEN {start} ELSE ({start} - interval '1 year')::date END"


def absences() -> Plan:
    """Absences stand in the calendar as leave that was taken; what they cost is in the quotas (PA2006)."""
    c = cells("PA2001")
    employment = employment_of(c)
    crossed, kind = leave_type(c, "AWART")
    hours_away = f"CASE WHEN {c.number('STDAZ', 7, 2)} > 0 THEN {c.number('STDAZ', 7, 2)} ELSE round({c.number('ABWTG', 6, 2)} * {HOURS_A_DAY}, 2) END"
    return Plan(
        "PA2001",
        joins=(employment, crossed, kind),
        checks=(
            NO_EMPLOYMENT,
            Check("unknown_type", "Absence type {value} is not matched to a kind of leave. Match it under Codes.", "AWART", missing="type"),
            Check("ends_early", "The absence ends before it begins.", "ENDDA", when=f"{c.date('ENDDA')} < {c.date('BEGDA')}"),
        ),
        becomes=(
            Becomes(
                "PA2001", "people.LeaveRequest",
                {
                    "employment_id": "employment.id", "leave_type_id": "type.id", "first_on": c.date("BEGDA"),
                    "last_on": c.date("ENDDA"), "hours": hours_away,
                    "hours_by_year": f"jsonb_build_object(({leave_year(c.date('BEGDA'))})::text, ({hours_away})::text)",
                    "status": "'approved'",
                },
                only_new={
                    "reference": "'SAP-' || left(md5(s.key), 12)", "starts_at_midday": "false", "ends_at_midday": "false",
                    "note": "''", "asked_at": f"{c.date('BEGDA')}::timestamptz",
                    "decided_at": f"{c.date('BEGDA')}::timestamptz", "version": "1",
                },
                joins=(employment, crossed, kind),
            ),
        ),
    )  # fmt: skip


def quotas() -> Plan:
    """The checks only: what was taken goes to the leave ledger, which is never changed (`special.py`)."""
    c = cells("PA2006")
    employment = employment_of(c)
    crossed, kind = leave_type(c, "KTART")
    return Plan(
        "PA2006",
        joins=(employment, crossed, kind),
        checks=(
            NO_EMPLOYMENT,
            Check(
                "unknown_type",
                "Quota type {value} is not matched to a kind of leave. Match it under Codes.",
                "KTART",
                missing="type",
            ),
        ),
    )
