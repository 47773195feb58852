"""Pages of a list, at the same cost however long the list is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from .problems import Problem

PAGE_SIZE = 25
LARGEST_PAGE = 200
COUNTED_TO = 10_000
"""Totals are exact up to here, and "at least" beyond: nobody reads page 400, and counting on costs every caller."""

PAGING_PARAMETERS = frozenset({"page", "page_size", "total"})


def paged(request: Any, queryset: QuerySet, read: Callable[[QuerySet], list[dict[str, Any]]]) -> dict[str, Any]:
    """One page of rows with the addresses of its neighbours; the total only when `total=true` asks for it."""
    page = _number(request, "page", 1, 1_000_000)
    size = _number(request, "page_size", PAGE_SIZE, LARGEST_PAGE)
    first = (page - 1) * size
    found = read(queryset[first : first + size + 1])
    more = len(found) > size
    answer: dict[str, Any] = {
        "results": found[:size],
        "page": page,
        "page_size": size,
        "next": _address(request, page + 1) if more else None,
        "previous": _address(request, page - 1) if page > 1 else None,
    }
    if request.GET.get("total") == "true":
        total = queryset.order_by()[: COUNTED_TO + 1].count()
        answer["total"] = min(total, COUNTED_TO)
        answer["total_is_exact"] = total <= COUNTED_TO
    return answer


def _number(request: Any, name: str, default: int, largest: int) -> int:
    text = request.GET.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= largest:
        raise Problem(400, "invalid", f"“{name}” must be a whole number from 1 to {largest}.")
    return int(text)


def _address(request: Any, page: int) -> str:
    query = request.GET.copy()
    query["page"] = str(page)
    return f"{request.build_absolute_uri(request.path)}?{query.urlencode()}"
