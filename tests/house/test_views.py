"""Every address of the portal leads to a view that says who may open it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver
from django.views.generic import RedirectView

from shared_services.access.permissions import PERMISSIONS, PUBLIC, SIGNED_IN

FOREIGN = {
    "allauth.": "sign-in and second factor: allauth’s views ask for themselves who may open them",
    "drf_spectacular.": "the API’s document and its pages ask through the API’s own permission classes",
    "rest_framework.routers": "the API’s index asks through the API’s own permission classes",
    "django.views.static": "style sheets and scripts say nothing of anyone",
}
"""Views of packages and what is derived from them, each with the reason why it need not name a permission."""


def addresses(urlconf: str) -> Iterator[tuple[str, Any]]:
    def walk(patterns: list[Any], before: str) -> Iterator[tuple[str, Any]]:
        for pattern in patterns:
            here = before + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, here)
            elif isinstance(pattern, URLPattern):
                yield here, pattern.callback

    yield from walk(import_module(urlconf).urlpatterns, "/")


def permission_of(view: Any) -> Any:
    """The permission that a page names, or the map of permissions that an API view names."""
    cls = getattr(view, "view_class", None) or getattr(view, "cls", None)
    named = getattr(view, "view_initkwargs", {}) or {}
    for name in ("permission", "permission_map", "permissions"):
        value = named.get(name) or getattr(cls, name, None) or getattr(view, name, None)
        if value:
            return value
    return None


@pytest.mark.parametrize("urlconf", ["config.urls.council", "config.urls.shared"])
def test_every_address_leads_to_a_view_that_names_its_permission(urlconf):
    careless = []
    for address, view in addresses(urlconf):
        cls = getattr(view, "view_class", None) or getattr(view, "cls", None) or view
        family = [base.__module__ for base in getattr(cls, "__mro__", [cls])]
        if any(module.startswith(tuple(FOREIGN)) for module in family) or cls is RedirectView:
            continue
        permission = permission_of(view)
        named = permission.values() if isinstance(permission, dict) else [permission]
        if not permission or any(one not in PERMISSIONS and one not in (PUBLIC, SIGNED_IN) for one in named):
            careless.append(f"{address} -> {cls.__module__}.{cls.__qualname__}: {permission}")

    assert not careless, "\n".join(careless)


FRAME = {"council", "actor", "frame", "demo"}
"""What every page's frame is drawn with (context_processors.page_shell): a page that set it would wear another's name."""
DRAWING = {"get_context", "show", "show_form", "render", "render_to_string"}


def frames_overwritten(source: str) -> list[str]:
    """Names of the frame that a page puts in its own context, with their lines."""
    found = []
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name not in DRAWING:
            continue
        given = [keyword.arg for keyword in call.keywords]
        for argument in call.args:
            if isinstance(argument, ast.Dict):
                given += [key.value for key in argument.keys if isinstance(key, ast.Constant)]
        found += [f"line {call.lineno}: {one}" for one in given if one in FRAME]
    return found


NOT_PAGES = {
    "shared_services/accounts/mail.py": "an email has no frame",
    "shared_services/notices/mail.py": "an email has no frame",
    "shared_services/govuk/errors.py": "an error page is drawn without the frame’s own context",
    "shared_services/govuk/frame.py": "draws the frame itself",
    "councils/setting_up/middleware.py": "refuses a network before anybody’s frame is drawn",
}


def test_no_page_overwrites_what_its_frame_is_drawn_with():
    root = Path(__file__).parents[2]
    careless = {}
    for room in ("councils", "shared_services"):
        for path in (root / room).rglob("*.py"):
            place = path.relative_to(root).as_posix()
            if place not in NOT_PAGES and (found := frames_overwritten(path.read_text())):
                careless[place] = found

    assert not careless


def test_a_page_that_sets_its_council_is_found():
    assert frames_overwritten("super().get_context(council=other, lines=lines)") == ["line 1: council"]
