"""How a token's secret is made and recognised."""

from __future__ import annotations

import hashlib
import secrets

MARK = "guildhall_"
"""Tokens begin with this, so that a scanner can find one that was published by mistake."""
SHOWN = len(MARK) + 6
"""How much of a token is kept readable, so that its holder can tell two apart."""


def new_secret() -> str:
    return MARK + secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """A plain hash is enough: the secret is 256 random bits, which nobody can guess from a dictionary."""
    return hashlib.sha256(secret.encode()).hexdigest()
