"""Notices and webhooks, walked: live, without JavaScript, by keyboard, and looked at."""

from __future__ import annotations

import pytest

from shared_services.messaging.running import run_waiting
from shared_services.notices.services import notify
from shared_services.tenancy.door import inside_council
from tests.receivers import http_receiver

pytestmark = pytest.mark.browser


@pytest.fixture
def receiver(settings):
    with http_receiver() as book:
        settings.WEBHOOK_LOCAL_HOSTS = frozenset({book.host})
        yield book


def tell(council, card, kind="task_assigned", reference="NMR-REQ-2026-000001"):
    with inside_council(council):
        notify(cards=[card.pk], kind=kind, reference=reference, url="/inbox/")


def test_the_count_in_the_header_follows_while_the_page_is_open(page, portal, sign_in, look, northmoor, officer_in):
    officer = officer_in(northmoor, "budget_holder", name="Bo Holder")
    sign_in(page, officer, northmoor)
    page.goto(portal(northmoor, "/notices/"))
    look(page, "notices-none")
    tell(northmoor, officer)
    tell(northmoor, officer, "mentioned", "NMR-REQ-2026-000002")

    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_selector("text=(2 unread)")
    page.click("text=Show it")
    look(page, "notices")
    page.click("main tbody a >> nth=0")
    page.wait_for_url(portal(northmoor, "/inbox/"))
    assert "(1 unread)" in page.inner_text("header")

    page.goto(portal(northmoor, "/notices/preferences/"))
    look(page, "notices-preferences")
    page.check("text=Once a day")
    page.check("text=You were mentioned in a comment")
    page.click("main button[type=submit]")
    page.wait_for_selector("text=Your choices are saved.")


def test_notices_are_read_without_scripts(browser, portal, sign_in, northmoor, officer_in):
    officer = officer_in(northmoor, "budget_holder")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    try:
        sign_in(page, officer, northmoor)
        tell(northmoor, officer)
        page.goto(portal(northmoor, "/"))
        page.click("header >> text=Notices (1 unread)")
        page.click("text=Mark every notice as read")
        page.wait_for_selector("text=1 notice marked as read.")
        assert "unread" not in page.inner_text("header")
    finally:
        context.close()


def test_an_administrator_adds_a_webhook_tests_it_and_reads_the_log(
    page, portal, sign_in, look, northmoor, officer_in, receiver
):
    receiver.answers.append((503, b"down for maintenance", {}))
    sign_in(page, officer_in(northmoor, "council_administrator", name="Ada Ministrator"), northmoor)
    page.goto(portal(northmoor, "/webhooks/"))
    look(page, "webhooks-none")
    page.click("main >> text=Add a webhook")
    page.fill("[name=name]", "Case tracker")
    page.fill("[name=url]", "http://10.1.2.3/")
    page.check("[name=events] >> nth=0")
    page.click("main form button[type=submit]")
    page.wait_for_selector("text=There is a problem")
    look(page, "webhook-refused")
    page.fill("[name=url]", receiver.url)
    page.click("main form button[type=submit]")
    page.wait_for_selector("text=whsec_")
    look(page, "webhook-secret")
    page.click("text=I have copied the secret")
    page.click("main button:has-text('Send a test')")
    page.wait_for_selector("text=A test is on its way.")
    run_waiting()
    page.reload()
    look(page, "webhook-delivery")
    assert "down for maintenance" in page.inner_text("main")
    page.click("nav[aria-label=Breadcrumb] >> text=Case tracker")
    look(page, "webhook")
    page.click("main >> text=Send a period again")
    look(page, "webhook-period")
    page.goto(portal(northmoor, "/webhooks/"))
    look(page, "webhooks")
    page.goto(portal(northmoor, "/unfinished-work/"))
    look(page, "unfinished-work")
