"""The table of demo accounts that `make demo` prints."""

from __future__ import annotations

PASSWORD = "guildhall-demo"  # noqa: S105 - printed on purpose: every account it opens is invented
COUNCILS = (("Liverpool", "liverpool"), ("Salford", "salford"))
COUNCIL_ACCOUNTS = (
    ("requester", "raises requisitions"),
    ("budget", "budget holder"),
    ("head", "head of service"),
    ("director", "director"),
    ("finance", "finance officer"),
    ("finance2", "second finance officer: confirms what the first enters"),
    ("s151", "section 151 officer"),
    ("hr", "HR adviser"),
    ("admin", "council administrator"),
)
AUDITOR_ACCOUNT = ("auditor", "auditor: reads everything, changes nothing")
SHARED_ACCOUNTS = (
    ("category", "category manager"),
    ("manager", "shared service manager"),
    ("admin", "partnership administrator"),
    ("operator", "platform operator"),
    ("auditor", "auditor of the shared service"),
)


def sign_in_table(*, port: int, base_host: str = "localhost") -> str:
    """Who may sign in where, as text."""
    rows = [("Shared service", "", "")]
    rows.append((f"  http://{base_host}:{port}", "", ""))
    rows += [("", f"{name}@shared.localhost", does) for name, does in SHARED_ACCOUNTS]
    for council, slug in COUNCILS:
        rows.append((council, "", ""))
        rows.append((f"  http://{slug}.{base_host}:{port}", "", ""))
        rows += [("", f"{name}@{slug}.gov.uk", does) for name, does in (*COUNCIL_ACCOUNTS, AUDITOR_ACCOUNT)]
    lines = []
    for where, email, does in rows:
        lines.append(where if where else f"    {email:<32} {does}")
    rule = "-" * 66
    return "\n".join([rule, *lines, "", f"Password of every account: {PASSWORD}", rule])
