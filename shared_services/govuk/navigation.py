"""The service navigation: each app names its places, an officer sees those that are open to him."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any

from django.apps import apps
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import module_has_submodule

from shared_services.access.permissions import SIGNED_IN, may


@dataclass(frozen=True)
class NavItem:
    """A place in the navigation. A name that this kind of host does not serve is left out there."""

    label: str
    url_name: str
    permission: str | tuple[str, ...] = SIGNED_IN
    """Who finds something there; of several permissions one is enough."""
    order: int = 50

    def is_open_to(self, actor: Any) -> bool:
        wanted = (self.permission,) if isinstance(self.permission, str) else self.permission
        return any(may(actor, one) for one in wanted)


@dataclass(frozen=True)
class NavLink:
    label: str
    url: str
    active: bool = False
    current: bool = False

    @property
    def aria(self) -> str:
        return "page" if self.current else "true"


ITEMS = [NavItem("Home", "govuk:home", SIGNED_IN, 0)]


@dataclass(frozen=True)
class _Holder:
    """Somebody with these roles, as permissions see an officer."""

    roles: tuple[str, ...]
    active: bool = True


@lru_cache(maxsize=512)
def _places(urlconf: str | None, roles: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """(label, address) of what these roles open, worked out once per kind of host: no officer, no council in it."""
    places = []
    for item in sorted(_all_items(), key=lambda item: (item.order, item.label)):
        try:
            address = reverse(item.url_name, urlconf=urlconf)
        except NoReverseMatch:
            continue
        if item.is_open_to(_Holder(roles)):
            places.append((item.label, address))
    return tuple(places)


def _all_items() -> list[NavItem]:
    items: list[NavItem] = []
    for app in apps.get_app_configs():
        if module_has_submodule(app.module, "navigation"):
            items.extend(getattr(import_module(f"{app.name}.navigation"), "ITEMS", []))
    return items


def links_for(actor: Any, path: str, urlconf: str | None) -> list[NavLink]:
    """The officer's navigation, with the place he is in marked. Asks the database nothing."""
    places = _places(urlconf, tuple(actor.roles)) if actor.active else ()
    here = max((url for _, url in places if _is_within(path, url)), key=len, default=None)
    return [NavLink(label, url, active=url == here, current=url == path) for label, url in places]


def _is_within(path: str, url: str) -> bool:
    return path == url if url == "/" else path.startswith(url)
