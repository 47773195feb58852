"""The browser of the journeys. Without a Chromium they are left out, loudly; in CI that is a failure."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from config.browser import chromium, is_required

from . import browser as kit

PASSWORD = "a-long-test-password"


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    program = chromium()
    if program is None:
        if is_required():
            pytest.fail("There is no Chromium on this machine, and GUILDHALL_REQUIRE_BROWSER=1 asks for one.")
        pytest.skip("NO CHROMIUM ON THIS MACHINE: this journey was not walked.")
    from playwright.sync_api import sync_playwright

    # Playwright keeps a loop running in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=kit.ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A window of its own, 1280 wide. Script errors of a page fail the journey."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(kit.PATIENCE_MS)
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda line: errors.append(line.text) if "Content Security Policy" in line.text else None)
    yield opened
    context.close()
    assert not errors, f"The page’s scripts failed: {errors}"


@pytest.fixture
def portal(walled: None, settings: Any) -> Iterator[Callable[..., str]]:
    """portal(council, "/inbox/") -> the address at which the portal serves that council's page."""
    # The tests' server speaks plain HTTP, over which a browser sends no secure cookie.
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "guildhall_session", "guildhall_csrf"
    with kit.portal_served() as port:
        yield lambda council, path="/": f"http://{council.host}:{port}{path}"


@pytest.fixture
def sign_in(portal: Callable[..., str]) -> Callable[..., None]:
    """sign_in(page, card, council): through the sign-in page, as an officer does."""

    def enter(page: Any, card: Any, council: Any, password: str = PASSWORD) -> None:
        page.goto(portal(council, "/account/login/"))
        page.fill("input[name=login]", card.work_email)
        page.fill("input[name=password]", password)
        page.click("main button[type=submit]")
        page.wait_for_url(portal(council, "/"))

    return enter


@pytest.fixture
def look() -> Callable[[Any, str], None]:
    return kit.look
