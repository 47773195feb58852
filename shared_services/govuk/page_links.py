"""The numbers under a list: first, last, and those around the page one is on."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

GAP = '<li class="govuk-pagination__item govuk-pagination__item--ellipsis">{}</li>'
LINK = (
    '<li class="govuk-pagination__item{}"><a class="govuk-link govuk-pagination__link" href="?{}page={}" '
    'aria-label="Page {}"{}>{}</a></li>'
)


def page_links(page: Any, query: str) -> SafeString:
    """One `<li>` a page; `query` is the address without its page number."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    before = f"{query}&" if query else ""
    return format_html_join("", "{}", ((_link(number, page.number, before),) for number in numbers))


def _link(number: Any, current: int, before: str) -> SafeString:
    if not isinstance(number, int):
        return format_html(GAP, "⋯")
    if number == current:
        here = format_html(' aria-current="{}"', "page")
        return format_html(LINK, " govuk-pagination__item--current", before, number, number, here, number)
    return format_html(LINK, "", before, number, number, "", number)
