"""Finding a CPV code by words or by its first digits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Case, IntegerField, Value, When

from .models import CpvCode

MOST_WORDS = 8
_NUMBER = re.compile(r"(?<![\w-])(\d{2,8})(?:-\d)?(?![\w-])")
_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)


@dataclass(frozen=True, slots=True)
class CpvHit:
    """A code with where it stands: its division's label tells two alike codes apart."""

    code: str
    label: str
    level: int
    division_label: str

    def __str__(self) -> str:
        return f"{self.code} {self.label}"


def search_cpv(query: str, limit: int = 20) -> list[CpvHit]:
    """The best codes for what an officer typed: exact label, then label beginning with it, then best words.

    Digits are taken as the beginning of a code. Codes that fit every word come first, then those that fit any.
    """
    query = query.strip()
    digits = _NUMBER.findall(query)
    words = [word.lower() for word in _WORD.findall(_NUMBER.sub(" ", query))][:MOST_WORDS]
    if not digits and not words:
        return []
    codes = CpvCode.objects.all()
    if digits:
        codes = codes.under(digits[0])
    if not words:
        return _hits(codes.order_by("digits8")[:limit])
    found = _by_words(codes, words, " & ", query, limit)
    if len(found) < limit and len(words) > 1:
        known = {hit.code for hit in found}
        some = _by_words(codes, words, " | ", query, limit, thing=words[-1])
        found += [hit for hit in some if hit.code not in known][: limit - len(found)]
    return found


def find_cpv(code: str) -> CpvCode | None:
    """The code written with or without its check digit, which is looked up and never computed."""
    digits = code.strip().partition("-")[0]
    return CpvCode.objects.filter(digits8=digits).first() if len(digits) == 8 and digits.isdigit() else None


def known_cpv_codes(codes: Iterable[str]) -> set[str]:
    """Those of the codes that the vocabulary has."""
    return set(CpvCode.objects.filter(pk__in=set(codes)).values_list("pk", flat=True))


def cpv_labels(codes: Iterable[str]) -> dict[str, str]:
    """The label of each code, in one query."""
    return dict(CpvCode.objects.filter(pk__in=set(codes)).values_list("pk", "label"))


def _singular_and_plural(word: str) -> list[str]:
    """desk and desks, whichever was typed."""
    return [word, word.removesuffix("s") if word.endswith("s") else f"{word}s"]


def _by_words(codes, words: list[str], joined: str, query: str, limit: int, *, thing: str = "") -> list[CpvHit]:
    """`thing` is the word that names what is bought, the last one in English: its own code leads."""
    # Only letters reach the raw query (_WORD), so it can hold no operator.
    asked = SearchQuery(joined.join(f"{word}:*" for word in words), search_type="raw", config="english")
    return _hits(
        codes.filter(words=asked)
        .annotate(
            place=Case(
                When(label__iexact=query, then=Value(0)),
                When(label__istartswith=query, then=Value(1)),
                *(When(label__iexact=word, then=Value(2)) for word in (_singular_and_plural(thing) if thing else ())),
                default=Value(3),
                output_field=IntegerField(),
            ),
            # 1: a long label that mentions the word in passing ranks below a short one.
            rank=SearchRank("words", asked, normalization=Value(1)),
        )
        .order_by("place", "-rank", "level", "digits8")[:limit]
    )


def _hits(codes) -> list[CpvHit]:
    found = list(codes)
    divisions = dict(
        CpvCode.objects.divisions()
        .filter(division__in={code.division for code in found})
        .values_list("division", "label")
    )
    return [CpvHit(code.code, code.label, code.level, divisions.get(code.division, "")) for code in found]
