"""Instants as SAML writes them: xs:dateTime, in UTC (SAML 2.0 Core, 1.3.3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from .documents import Refused

SKEW = timedelta(minutes=2)
"""By so much the clocks of the portal and of an identity provider may differ."""


def instant_of(text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text.strip())
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused("The identity provider writes a time that cannot be read.") from None


def written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def check_window(not_before: str | None, not_on_or_after: str | None, *, now: datetime, what: str) -> None:
    """Raises Refused outside the time in which something holds."""
    if not_before and now + SKEW < instant_of(not_before):
        raise Refused(f"{what} does not hold yet. Check the clock of your identity provider.")
    if not_on_or_after and now - SKEW >= instant_of(not_on_or_after):
        raise Refused(f"{what} is too old. Try again.")
