"""A browser for journeys: the machine's Chromium, axe over every page, and pictures to look at."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections
from playwright.sync_api import expect

from tests.receivers import served

AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
LOOKS = Path(settings.BASE_DIR) / "var" / "looks"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FIND_VIOLATIONS = """async rules => {
  // Only what is wrong crosses over to the journey: a list of all that is right takes longer than finding it.
  const found = await axe.run(document, { runOnly: rules, resultTypes: ["violations"] })
  const places = nodes => nodes.slice(0, 3).map(node => node.html.slice(0, 160))
  return found.violations.map(({ id, help, nodes }) => ({ id, help, places: places(nodes) }))
}"""
KEEPS_LOOKS = os.environ.get("GUILDHALL_LOOKS", "1") == "1"
WIDTHS = (1280, 390)
NARROWEST = 320
MOST_TABS = 300
"""More than twice round the longest page."""
PATIENCE_MS = 30_000
"""How long a journey waits for what it expects: a machine may be slow, and a right answer is given at once."""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Councils of the tests answer at names that no name server knows.
    "--host-resolver-rules=MAP *.test 127.0.0.1, MAP *.localhost 127.0.0.1",
]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    address_family = socket.AF_INET

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Each request has a thread of its own here: its connections end with it, in that very thread."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            connections.close_all()


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        """A journey's own report is enough."""


@contextmanager
def portal_served() -> Iterator[int]:
    """The portal on a free port of this machine, in this process: gives the port."""
    application = StaticFilesHandler(get_wsgi_application())
    server = make_server("127.0.0.1", 0, application, server_class=_Server, handler_class=_Quiet)
    with served(server) as port:
        yield port


expect.set_options(timeout=PATIENCE_MS)


def says(page: Any, words: str, within: str = "main") -> None:
    """Wait until the page, or the part of it within a selector, can be read to say these words."""
    expect(page.locator(within)).to_contain_text(words, use_inner_text=True)


def sign_out(page: Any) -> None:
    """Press the button in the header, and wait for the page that has none."""
    button = page.get_by_role("banner").get_by_role("button", name="Sign out")
    button.click()
    expect(button).to_have_count(0)
    page.wait_for_load_state()


def violations(page: Any) -> list[str]:
    """What axe finds on the page, one sentence each; none is what every page must give."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    return [f"{one['id']}: {one['help']} at {one['places']}" for one in page.evaluate(FIND_VIOLATIONS, RULES)]


def sideways(page: Any) -> int:
    """By how many pixels the page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def look(page: Any, name: str) -> None:
    """Keep a picture of the page at each width, and hold axe and the narrowest screen to their rules.

    Nobody looks at pictures of a run of all tests, so `make test` keeps none unless it is asked to with GUILDHALL_LOOKS=1.
    """
    LOOKS.mkdir(parents=True, exist_ok=True)
    page.wait_for_load_state()
    before = page.viewport_size
    faults = []
    for width in (*WIDTHS, NARROWEST):
        page.set_viewport_size({"width": width, "height": 900})
        if width in WIDTHS and KEEPS_LOOKS:
            page.screenshot(path=str(LOOKS / f"{name}-{width}.png"), full_page=True)
        faults += [f"{name} at {width} pixels: {fault}" for fault in violations(page)]
        if (over := sideways(page)) > 0:
            faults.append(f"{name} at {width} pixels: the page is {over} pixels too wide")
    page.set_viewport_size(before)
    assert not faults, "\n".join(faults)


def tab_to(page: Any, wanted: Callable[[dict[str, str]], bool]) -> None:
    """Press Tab, and nothing else, until the focus is on the wanted control; what has the focus is always seen."""
    page.wait_for_load_state()
    passed: list[str] = []
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        here = page.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();"
            " return {text: (e.innerText || '').trim(), name: e.name || '', value: e.value || '', type: e.type || '',"
            " shown: r.width > 0 && r.height > 0 && s.visibility !== 'hidden' ? 'yes' : ''} }"
        )
        if wanted(here):
            assert here["shown"], here
            return
        passed.append(here["text"] or here["name"])
    raise AssertionError(f"The keyboard does not get there on {page.url}, only to {passed[:60]}.")
