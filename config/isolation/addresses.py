"""Every address of both kinds of host, tried by the wrong council's most powerful officer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.regex_helper import normalize

from shared_services.tenancy.directory import council_by_number

from .attempts import Book
from .planting import MARKS, Planted

UNSAFE_VERBS = ("post", "put", "patch", "delete")
SIGN_OUT = ("logout",)
"""Leaving would end the attacker's session; these addresses take no key of anybody's."""
MOST_FILLINGS = 8


@dataclass(frozen=True)
class Address:
    """One pattern of the URL conf: its path with named holes, and the app whose view answers."""

    template: str
    holes: tuple[str, ...]
    app: str
    verbs: tuple[str, ...]
    exports: bool


def addresses(urlconf: str) -> list[Address]:
    """All addresses of a URL conf, found by walking it."""
    return list(_walk(get_resolver(urlconf), ""))


def _walk(resolver: URLResolver, prefix: str) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        regex = prefix + entry.pattern.regex.pattern.removeprefix("^").removesuffix(r"\Z").removesuffix("$")
        if isinstance(entry, URLResolver):
            yield from _walk(entry, regex)
        elif isinstance(entry, URLPattern):
            template, holes = normalize(regex)[0]
            yield Address(
                template, tuple(holes), _app_of(entry.callback), _verbs(entry.callback), _exports(entry.callback)
            )


def _app_of(callback: Any) -> str:
    view = getattr(callback, "view_class", None) or getattr(callback, "cls", None) or callback
    parts = view.__module__.split(".")
    return parts[1] if parts[0] in ("councils", "shared_services") else parts[0]


def _exports(callback: Any) -> bool:
    return bool(getattr(getattr(callback, "view_class", None), "export_name", ""))


def _verbs(callback: Any) -> tuple[str, ...]:
    actions = getattr(callback, "actions", None)
    if actions:
        return tuple(verb for verb in UNSAFE_VERBS if verb in actions)
    view = getattr(callback, "view_class", None) or getattr(callback, "cls", None)
    if view is not None:
        return tuple(verb for verb in UNSAFE_VERBS if hasattr(view, verb))
    return ("post",)


def fillings(address: Address, planted: list[Planted], victim: int) -> list[dict[str, str]]:
    """The victim's own keys and references for an address's holes, those of the view's app first."""
    if not address.holes:
        return [{}]
    rows = [row for row in planted if row.room == victim]
    label = {"urls": "workflow"}.get(address.app, address.app)
    rows.sort(key=lambda row: not row.label.startswith(f"{label}."))
    found: list[dict[str, str]] = []
    for row in rows:
        filled = {}
        for hole in address.holes:
            value = row.names.get(hole) or row.names.get(f"{hole}_id") or (row.pk if _is_key(hole) else None)
            if value is None:
                value = "1" if hole in ("year", "month", "page", "version", "number") else row.pk
            filled[hole] = value
        if filled not in found:
            found.append(filled)
        if len(found) >= MOST_FILLINGS:
            break
    return found


def _is_key(hole: str) -> bool:
    return hole in ("pk", "id", "key") or hole.endswith(("_id", "_pk", "_key"))


@dataclass
class Intruder:
    """A signed-in officer with every role of its own room, at its own host."""

    name: str
    room: int
    client: Client
    stays_in: bool = True


def try_addresses(book: Book, intruders: list[Intruder], planted: list[Planted], victims: list[int]) -> None:
    """GET, export and every unsafe verb of every address, with each victim's keys."""
    for intruder in intruders:
        urlconf = settings.SHARED_SERVICE_URLCONF if intruder.room == 0 else settings.ROOT_URLCONF
        for address in addresses(urlconf):
            if any(word in address.template for word in SIGN_OUT):
                continue
            for victim in victims:
                if victim == intruder.room:
                    continue
                for filling in fillings(address, planted, victim):
                    _try_address(book, intruder, address, filling, victim, planted)
                if not address.holes and victim == victims[-1]:
                    break


def _try_address(
    book: Book, intruder: Intruder, address: Address, filling: dict[str, str], victim: int, planted: list[Planted]
) -> None:
    path = "/" + (address.template % filling if address.holes else address.template)
    marks = [MARKS[room].lower() for room in MARKS if room != intruder.room]
    area = "API" if path.startswith("/api/") else "addresses"
    shown = "/" + (
        address.template % {hole: f"<{hole}>" for hole in address.holes} if address.holes else address.template
    )
    tries = [("get", path), *((verb, path) for verb in address.verbs)]
    if address.exports:
        tries.append(("get", f"{path}?export=csv"))
    for verb, target in tries:
        label = "exports" if "export=csv" in target else area
        body = _payload(planted, victim) if verb != "get" else None
        if body is None:
            response = intruder.client.get(target, headers={"accept": "*/*"})
        elif area == "API":
            response = getattr(intruder.client, verb)(
                target, json.dumps(body), content_type="application/json",
                headers={"if-match": '"1"', "idempotency-key": f"isolation-{len(book.attempts)}"},
            )  # fmt: skip
        else:
            response = getattr(intruder.client, verb)(target, body)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        text = content.decode("utf-8", "replace").lower()
        # What the intruder sent in the address may be said back to him; that is no leak.
        for value in filling.values():
            text = text.replace(value.lower(), "")
        leak = any(mark in text for mark in marks)
        broken = response.status_code >= 500
        book.judge(label, intruder.name, f"{verb.upper()} {shown}", str(response.status_code), leak=leak or broken)


def _payload(planted: list[Planted], victim: int) -> dict[str, Any]:
    """A form or a JSON body in which every likely field holds a key of the victim's."""
    body: dict[str, Any] = {
        "outcome": "approve",
        "note": "x",
        "reason": "x",
        "version": "1",
        "action": "approve",
        "confirm": "yes",
    }
    for row in planted:
        if row.room == victim:
            name = row.label.split(".")[1].lower()
            body[name] = body[f"{name}_id"] = row.pk
    body["card"] = body["officer"] = body.get("officercard", "")
    body["selected"] = [row.pk for row in planted if row.room == victim][:5]
    return body


def try_borrowed_sessions(
    book: Book, sessions: dict[int, dict[str, str]], pages: tuple[str, ...] = ("/", "/inbox/")
) -> None:
    """A cookie or a bearer token of one room, shown at another's door, opens nothing."""
    for room, credentials in sessions.items():
        for other in sessions:
            if other == room:
                continue
            council = council_by_number(other)
            assert council is not None
            client = Client(headers={"host": council.host})
            client.cookies[settings.SESSION_COOKIE_NAME] = credentials["session"]
            for page in pages:
                response = client.get(page)
                signed_in = response.status_code == 200 and b"Sign out" in response.content
                book.judge(
                    "sessions",
                    f"c{room:04d}",
                    f"its cookie at c{other:04d}{page}",
                    str(response.status_code),
                    leak=signed_in,
                )
            bearer = Client(headers={"host": council.host, "authorization": f"Bearer {credentials['token']}"})
            response = bearer.get("/api/v1/me/")
            book.judge(
                "sessions",
                f"c{room:04d}",
                f"its API token at c{other:04d}",
                str(response.status_code),
                leak=response.status_code == 200,
            )
