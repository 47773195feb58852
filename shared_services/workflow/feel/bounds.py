"""How far an expression may go, and what is said of one that goes further or cannot be used."""

from __future__ import annotations

MAX_DEPTH = 25
MAX_TEXT = 10_000
MAX_ITEMS = 1000


class ExpressionError(ValueError):
    """An expression that may not be used, or that cannot be worked out from the data it was given."""
