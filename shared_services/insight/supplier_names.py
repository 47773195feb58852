"""One supplier under the many names that councils write."""

from __future__ import annotations

import re

LEGAL_FORMS = re.compile(r"\b(LIMITED|LTD|PLC|LLP|LP|INC|CIC|CIO|COMPANY|CO|UK|GROUP|HOLDINGS|THE|SERVICES|T A|TA)\b")


def supplier_key(name: str) -> str:
    """A supplier's name without what councils write differently: case, punctuation, legal form."""
    words = re.sub(r"[^A-Z0-9]+", " ", name.upper().replace("&", " AND "))
    bare = " ".join(LEGAL_FORMS.sub(" ", words).split())
    return bare or " ".join(words.split())
