"""The frame of every page in a real browser: wide, narrow, with a keyboard, on paper and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from config.browser import chromium

from . import browser as kit

pytestmark = pytest.mark.browser


def test_the_portals_own_pages_can_be_read_by_all(page, portal, sign_in, look, northmoor, officer_in):
    officer = officer_in(northmoor, "requisitioner", "budget_holder", name="Rosalind Example")
    page.goto(portal(northmoor, "/"))
    look(page, "sign-in")

    sign_in(page, officer, northmoor)
    look(page, "home")

    for name, path in (
        ("search", "/search/?q=chairs"),
        ("saved-views", "/saved-views/"),
        ("accessibility", "/accessibility/"),
        ("cookies", "/cookies/"),
        ("help", "/help/"),
        ("error-404", "/nowhere/"),
        ("requisitions", "/requisitions/"),
        ("orders", "/orders/"),
        ("inbox", "/inbox/"),
    ):
        page.goto(portal(northmoor, path))
        look(page, name)


def test_the_bar_at_the_top_stays_on_one_line_at_1280(page, portal, sign_in, shared_service, officer_in):
    sign_in(page, officer_in(shared_service, "category_manager", name="Bartholomew Featherstonehaugh"), shared_service)

    tops = page.eval_on_selector_all(
        ".gh-band__row > *",
        "parts => parts.map(part => part.getBoundingClientRect()).map(box => box.top + box.height / 2)",
    )

    assert len(tops) == 3
    assert max(tops) - min(tops) < 10


def test_a_long_list_of_boxes_in_a_filter_scrolls_in_a_frame_that_shows_it(
    page, portal, sign_in, northmoor, officer_in, look
):
    sign_in(page, officer_in(northmoor, "council_administrator"), northmoor)
    page.goto(portal(northmoor, "/account/officers/"))
    page.click(".gh-panel summary")
    look(page, "officers-filter")

    boxes = page.locator(".gh-panel .govuk-checkboxes").first

    assert boxes.evaluate("one => one.scrollHeight > one.clientHeight && one.clientHeight < 300")
    assert boxes.evaluate("one => getComputedStyle(one).overflowY") == "scroll"
    assert boxes.evaluate("one => getComputedStyle(one).borderTopStyle") == "solid"


def test_the_first_tab_skips_to_the_content(page, portal, northmoor):
    page.goto(portal(northmoor, "/help/"))

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("#main-content")).to_be_focused()


def test_a_page_that_has_loaded_has_its_script_however_slow_that_came(page, portal, northmoor):
    def slowly(route):
        page.wait_for_timeout(1000)
        route.continue_()

    page.route("**/build/start.js", slowly)
    page.goto(portal(northmoor, "/help/"))

    assert page.locator("[data-govuk-skip-link-init]").count() == 1


def test_an_officer_signs_out_by_a_button(page, portal, sign_in, northmoor, officer_in):
    sign_in(page, officer_in(northmoor, "requisitioner"), northmoor)

    kit.sign_out(page)

    page.goto(portal(northmoor, "/"))
    assert "/account/login/" in page.url


def test_gov_uks_own_typeface_and_crown_are_nowhere(page, portal, northmoor):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(portal(northmoor, "/help/"))
    page.evaluate("document.fonts.ready.then(() => null)")

    assert "GDS Transport" not in page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily")
    assert not [url for url in asked if ".woff" in url or "crown" in url or "crest" in url]
    assert all(northmoor.host in url for url in asked)


def test_lists_work_without_scripts(browser, portal, northmoor):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    try:
        page.goto(portal(northmoor, "/help/"))

        assert page.get_by_role("heading", name="Help", level=1).is_visible()
        assert page.get_by_role("link", name="Accessibility statement").is_visible()
    finally:
        context.close()


def test_on_paper_a_page_has_no_buttons(page, portal, sign_in, northmoor, officer_in):
    sign_in(page, officer_in(northmoor, "requisitioner"), northmoor)
    page.emulate_media(media="print")

    assert not page.get_by_role("button", name="Sign out").is_visible()
    assert page.get_by_role("heading", level=1).is_visible()
    assert page.get_by_text(northmoor.name).first.is_visible()


def test_what_is_wrong_with_a_page_is_told_with_its_place(page):
    page.set_content('<html lang="en"><title>Page</title><main><h1>Page</h1><img src="no-words.png"></main></html>')

    assert [fault for fault in kit.violations(page) if fault.startswith("image-alt: ") and "no-words.png" in fault]


def test_the_machine_says_which_browser_walks():
    if chromium() is None:
        pytest.skip("NO CHROMIUM ON THIS MACHINE: this journey was not walked.")

    assert kit.AXE.exists()
