"""The parts of the page's frame that are the same page after page: drawn once, kept by what stands in them.

Nothing of an officer is in them but the places that the roles open, and nothing of a council but its name and colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import urlencode

from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString

from .drawing import filled
from .navigation import links_for

ITEM = (
    '<li class="govuk-service-navigation__item{}"><a class="govuk-service-navigation__link" href="{}"{}>{}</a></li>\n'
)
HERE = ' aria-current="{}"'
STRONG = '<strong class="govuk-service-navigation__active-fallback">{}</strong>'


@dataclass(frozen=True)
class Frame:
    """What templates/layouts/base.html and its header put around a page."""

    council: Any
    actor: Any
    path: str
    urlconf: str | None

    @property
    def head(self) -> SafeString:
        """The icon and the style sheets, with the council's own colour."""
        return _head(getattr(self.council, "colour", None) or "", self.urlconf)

    @property
    def footer(self) -> SafeString:
        return _footer(self.council, self.urlconf)

    @property
    def script(self) -> SafeString:
        return _script()

    @cached_property
    def navigation(self) -> SafeString | str:
        """The items of the navigation, the place the officer is in marked; empty for somebody who is not signed in."""
        if not self.actor:
            return ""
        links = links_for(self.actor, self.path, self.urlconf)
        return _items(tuple((link.label, link.url, link.active and link.aria) for link in links))


@lru_cache(maxsize=512)
def _head(colour: str, urlconf: str | None) -> SafeString:
    room = f"{reverse('govuk:room_colour', urlconf=urlconf)}?{urlencode({'colour': colour})}"
    return filled(
        '<link rel="icon" href="{}" type="image/svg+xml">\n  <link rel="stylesheet" href="{}">\n  '
        '<link rel="stylesheet" href="{}">',
        static("images/guildhall.svg"),
        static("build/guildhall.css"),
        room,
    )


@lru_cache(maxsize=1)
def _script() -> SafeString:
    return filled('<script type="module" src="{}"></script>', static("build/start.js"))


@lru_cache(maxsize=512)
def _footer(council: Any, urlconf: str | None) -> SafeString:
    return render_to_string("components/footer.html", {"council": council})


@lru_cache(maxsize=2048)
def _items(links: tuple[tuple[str, str, str | bool], ...]) -> SafeString:
    return SafeString("".join([_item(*link) for link in links]))


def _item(label: str, url: str, here: str | bool) -> SafeString:
    if not here:
        return filled(ITEM, "", url, "", label)
    active = " govuk-service-navigation__item--active"
    return filled(ITEM, active, url, filled(HERE, here), filled(STRONG, label))
