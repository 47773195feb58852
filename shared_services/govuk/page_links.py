"""What stands under a list: the numbers of its pages (first, last, those around this one), and how long a page is."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.safestring import SafeString

from .drawing import filled
from .paging import ListSlice

GAP = '<li class="govuk-pagination__item govuk-pagination__item--ellipsis">{}</li>'
LINK = (
    '<li class="govuk-pagination__item{}"><a class="govuk-link govuk-pagination__link" href="?{}page={}" '
    'aria-label="Page {}"{}>{}</a></li>'
)

HERE = SafeString(' aria-current="page"')
SIZE = '<a class="govuk-link govuk-link--no-visited-state" href="?{}">{}</a>'


def page_links(page: ListSlice, query: str) -> SafeString:
    """One `<li>` a page; `query` is the address without its page number."""
    before = f"{query}&" if query else ""
    return SafeString("".join([_link(number, page.number, before) for number in page.numbers]))


def size_links(size: int, queries: Mapping[int, str]) -> SafeString:
    """The lengths that a page may have, each with its address but the one that it has."""
    here = filled("<strong>{}</strong>", size)
    return SafeString(" ".join([here if one == size else filled(SIZE, query, one) for one, query in queries.items()]))


def _link(number: int | str, current: int, before: str) -> SafeString:
    if not isinstance(number, int):
        return filled(GAP, "⋯")
    if number == current:
        return filled(LINK, " govuk-pagination__item--current", before, number, number, HERE, number)
    return filled(LINK, "", before, number, number, "", number)
