"""Search over what the officer may see. Each app searches its own records."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from shared_services.access.permissions import may

LONGEST_QUERY = 100
HITS_OF_A_KIND = 20


@dataclass(frozen=True)
class SearchHit:
    """One record that was found."""

    title: str
    url: str
    text: str = ""
    kind: str = ""


@dataclass(frozen=True)
class SearchProvider:
    permission: str
    find: Callable[[str, Any], Iterable[SearchHit]]


_providers: list[SearchProvider] = []


def search_provider(permission: str) -> Callable[[Callable], Callable]:
    """Register `f(query, actor) -> list[SearchHit]`, asked only for officers who hold the permission."""

    def register(find: Callable[[str, Any], Iterable[SearchHit]]) -> Callable[[str, Any], Iterable[SearchHit]]:
        _providers.append(SearchProvider(permission, find))
        return find

    return register


def search(query: str, actor: Any) -> dict[str, list[SearchHit]]:
    """What was found, by kind of record. An empty query finds nothing."""
    found: dict[str, list[SearchHit]] = {}
    query = query.strip()[:LONGEST_QUERY]
    if not query:
        return found
    for provider in _providers:
        if may(actor, provider.permission):
            for hit in list(provider.find(query, actor))[:HITS_OF_A_KIND]:
                found.setdefault(hit.kind or "Other", []).append(hit)
    return found
