"""The numbers under a list: first, last, and those around the page one is on."""

from __future__ import annotations

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from .paging import ListSlice

GAP = '<li class="govuk-pagination__item govuk-pagination__item--ellipsis">{}</li>'
LINK = (
    '<li class="govuk-pagination__item{}"><a class="govuk-link govuk-pagination__link" href="?{}page={}" '
    'aria-label="Page {}"{}>{}</a></li>'
)


def page_links(page: ListSlice, query: str) -> SafeString:
    """One `<li>` a page; `query` is the address without its page number."""
    before = f"{query}&" if query else ""
    return format_html_join("", "{}", ((_link(number, page.number, before),) for number in page.numbers))


def _link(number: int | str, current: int, before: str) -> SafeString:
    if not isinstance(number, int):
        return format_html(GAP, "⋯")
    if number == current:
        here = format_html(' aria-current="{}"', "page")
        return format_html(LINK, " govuk-pagination__item--current", before, number, number, here, number)
    return format_html(LINK, "", before, number, number, "", number)
