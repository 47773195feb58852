"""Which endpoints each kind of room serves: every app's `api.py` registers its own."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from rest_framework.routers import SimpleRouter

COUNCIL, SHARED = "council", "shared"


class RoomRouter(SimpleRouter):
    """Collects endpoints; actions have names of their own ("submit"), keys in addresses are UUIDs."""

    def __init__(self) -> None:
        super().__init__(trailing_slash=True, use_regex_path=False)
        self.extra: list[Any] = []
        """Addresses of single endpoints that are no list of records."""

    def get_urls(self) -> list[Any]:
        return [*super().get_urls(), *self.extra]

    def get_method_map(self, viewset: Any, method_map: Any) -> dict[str, str]:
        """What names no permission is not served."""
        bound = super().get_method_map(viewset, method_map)
        return {method: name for method, name in bound.items() if name in viewset.permissions}

    def get_lookup_regex(self, viewset: Any, lookup_prefix: str = "") -> str:
        return "<uuid:pk>"


@cache
def router_for(room: str) -> RoomRouter:
    """The router of one kind of room. An app says in HOSTS where its endpoints belong; councils' apps need not."""
    router = RoomRouter()
    for config in apps.get_app_configs():
        if not config.name.startswith(("councils.", "shared_services.")) or find_spec(f"{config.name}.api") is None:
            continue
        module = import_module(f"{config.name}.api")
        default = (COUNCIL,) if config.name.startswith("councils.") else (COUNCIL, SHARED)
        if room in getattr(module, "HOSTS", default) and hasattr(module, "register"):
            module.register(router)
    return router
