"""One council's room, from both sides: what the platform's team asks and does, and what the council sees and answers."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from shared_services.accounts.models import Account
from shared_services.messaging.running import run_waiting
from shared_services.operating.services import following
from shared_services.tenancy import directory
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.owner import owner_connection
from tests.owner_jobs import do_owner_jobs

from .browser import says, tab_to

pytestmark = pytest.mark.browser


@pytest.fixture
def people(portal, shared_service, northmoor, eastvale, officer_in, settings):
    """After `portal`: its database is put back. Nothing is backed up by itself."""
    settings.BACKUP_NIGHTLY = False
    yield {
        "operator": officer_in(shared_service, "platform_operator", name="Ivo Tansy", email="ivo.tansy@shared.test"),
        "administrator": officer_in(northmoor, "council_administrator", name="Wren Sallow"),
        "s151": officer_in(northmoor, "section_151_officer", name="Opal Linnet"),
        "partner": officer_in(eastvale, "section_151_officer", name="Basil Sedge"),
    }
    shutil.rmtree(settings.BACKUPS_DIR, ignore_errors=True)


@pytest.fixture
def login_back(portal):
    """Roles belong to the whole server: after the test, Northmoor's may log in again."""
    yield
    with owner_connection("postgres") as owner:
        owner.execute("ALTER ROLE c0001 LOGIN")


def go_on(shared_service) -> None:
    with inside_council(shared_service):
        following.go_on()
    do_owner_jobs()
    run_waiting()
    directory.forget()


def test_a_room_is_backed_up_tried_and_restored_with_the_councils_word(
    people, portal, shared_service, northmoor, sign_in, page, browser, look
):
    sign_in(page, people["operator"], shared_service)
    page.click("nav a:has-text('portals')")
    look(page, "operating-rooms")
    page.locator("main").get_by_role("link", name="Northmoor City Council").click()
    look(page, "operating-room-empty")
    page.get_by_role("link", name="Back up", exact=True).click()
    look(page, "operating-back-up")
    page.get_by_role("button", name="Back up now").click()
    look(page, "operating-waiting")
    go_on(shared_service)
    page.get_by_text("Done").first.wait_for()
    look(page, "operating-backed-up")

    page.goto(portal(shared_service, "/operations/rooms/1/drill/"))
    look(page, "operating-drill")
    page.get_by_role("button", name="Try the latest backup").click()
    go_on(shared_service)
    page.get_by_text("Lines of the build compared").wait_for()
    look(page, "operating-drilled")

    page.goto(portal(shared_service, "/operations/rooms/1/restore/"))
    page.get_by_label("Backup").select_option(index=1)
    page.get_by_label("Reason").fill("The council asked for yesterday's state")
    page.get_by_label("Type the council").fill("eastvale")
    page.get_by_role("button", name="Ask the council").click()
    page.get_by_text("Type the web name of the council").first.wait_for()
    look(page, "operating-restore-refused")
    page.get_by_label("Type the council").fill("northmoor")
    page.get_by_role("button", name="Ask the council").click()
    page.get_by_text("Waiting for the council").first.wait_for()
    look(page, "operating-restore-asked")

    council = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    sign_in(council, people["s151"], northmoor)
    council.get_by_role("link", name="The platform’s team asks").click()
    look(council, "platform-team")
    council.locator("main").get_by_role("link", name="Restore from a backup").click()
    look(council, "platform-team-asked")
    council.get_by_role("button", name="Answer").click()
    look(council, "platform-team-answer")
    council.get_by_label("Yes, we agree").check()
    council.get_by_role("button", name="Answer").click()
    council.get_by_text("Your council agreed").first.wait_for()
    go_on(shared_service)
    page.goto(portal(shared_service, "/operations/rooms/1/"))
    look(page, "operating-room")
    page.get_by_role("link", name="Restore from a backup asked").click()
    page.get_by_text("Write it down and open the portal again").wait_for()
    page.get_by_text("Done").first.wait_for()
    look(page, "operating-restored")
    for name in ("rename", "succeed", "clone", "suspend", "access"):
        page.goto(portal(shared_service, f"/operations/rooms/1/{name}/"))
        look(page, f"operating-{name}")


def test_the_platforms_team_is_let_in_watched_and_shown_out(
    people, portal, shared_service, northmoor, sign_in, page, browser, look
):
    sign_in(page, people["operator"], shared_service)
    page.goto(portal(shared_service, "/operations/rooms/1/access/"))
    page.get_by_label("Hours").fill("2")
    page.get_by_label("Reason").fill("A requisition does not move on")
    page.get_by_role("button", name="Ask the council").click()

    council = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    sign_in(council, people["administrator"], northmoor)
    council.get_by_role("link", name="The platform’s team asks").click()
    council.locator("main").get_by_role("link", name="Look at the council’s pages").click()
    council.get_by_role("button", name="Answer").click()
    look(council, "platform-team-answer-access")
    council.get_by_label("Yes, we agree").check()
    council.get_by_role("button", name="Answer").click()
    go_on(shared_service)
    page.reload()
    page.get_by_text("You are let in").wait_for()
    look(page, "operating-let-in")

    with inside_council(northmoor):
        account = Account.objects.get(email="ivo.tansy@shared.test")
        account.set_password("three random words here")
        account.save()
        card = account.card
    reader = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    sign_in(reader, card, northmoor, password="three random words here")
    reader.goto(portal(northmoor, "/requisitions/"))
    council.get_by_text("/requisitions/").wait_for()
    look(council, "platform-team-access-live")
    council.goto(portal(northmoor, "/"))
    look(council, "platform-team-home")
    council.get_by_role("link", name="The platform’s team is let in").click()
    council.get_by_role("button", name="End the access now").click()
    look(council, "platform-team-end-access")
    council.get_by_role("button", name="End the access").click()
    council.get_by_text("The access ended on").wait_for()
    reader.goto(portal(northmoor, "/requisitions/"))
    reader.wait_for_url("**/account/login/**")


@pytest.mark.whole_server
def test_a_council_is_suspended_and_another_leaves(
    login_back, people, portal, shared_service, northmoor, eastvale, sign_in, page, browser, look
):
    council = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    sign_in(council, people["administrator"], northmoor)
    council.goto(portal(northmoor, "/notice-to-leave/"))
    look(council, "leaving")
    council.get_by_role("button", name="Give notice").click()
    day = timezone.localdate() + timedelta(days=40)
    for part in ("day", "month", "year"):
        council.fill(f"input[name=leaves_on_{part}]", str(getattr(day, part)))
    council.get_by_label("Reason").fill("The council is reorganised")
    look(council, "leaving-give-notice")
    council.get_by_role("button", name="Give notice").click()
    look(council, "leaving-notice-given")
    council.click("text=Withdraw the notice and stay")
    look(council, "leaving-withdraw")
    treasurer = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    sign_in(treasurer, people["s151"], northmoor)
    look(treasurer, "leaving-home")
    treasurer.get_by_role("link", name="Notice to leave the partnership").click()
    treasurer.get_by_role("button", name="Agree to leave").click()
    look(treasurer, "leaving-agree")
    treasurer.get_by_role("button", name="Agree to leave").click()
    go_on(shared_service)
    partner = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    sign_in(partner, people["partner"], eastvale)
    partner.get_by_role("link", name="Councils that are leaving").click()
    look(partner, "leaving-seen-by-a-partner")

    with owner_connection(settings.DATABASES["default"]["NAME"]) as owner:
        owner.execute("UPDATE public.tenancy_council SET leaves_on = current_date - 1 WHERE number = 1")
    directory.forget()
    treasurer.goto(portal(northmoor, "/"))
    look(treasurer, "leaving-closed")

    sign_in(page, people["operator"], shared_service)
    page.goto(portal(shared_service, "/operations/rooms/1/suspend/"))
    page.get_by_label("Reason").fill("A password list was found on the street")
    page.get_by_label("Type the council").fill("northmoor")
    page.get_by_role("button", name="Suspend").click()
    go_on(shared_service)
    page.get_by_text("Done").first.wait_for()
    treasurer.goto(portal(northmoor, "/"))
    look(treasurer, "operating-suspended")
    page.goto(portal(shared_service, "/operations/rooms/1/"))
    look(page, "operating-room-suspended")
    page.get_by_role("link", name="Resume", exact=True).click()
    page.get_by_label("Reason").fill("The passwords are changed")
    page.get_by_role("button", name="Resume").click()
    go_on(shared_service)
    page.get_by_text("Done").first.wait_for()
    page.goto(portal(shared_service, "/help/"))
    look(page, "operating-help")


def test_two_officers_decide_to_leave_and_one_to_stay_by_keyboard_on_a_telephone(
    people, portal, northmoor, sign_in, browser
):
    def press(page, words: str) -> None:
        tab_to(page, lambda here: here["text"] == words)
        with page.expect_navigation():
            page.keyboard.press("Enter")

    administrator, treasurer = (
        browser.new_context(viewport={"width": 390, "height": 800}).new_page() for _ in range(2)
    )
    sign_in(administrator, people["administrator"], northmoor)
    administrator.goto(portal(northmoor, "/platform-team/"))
    press(administrator, "Leaving the partnership")
    press(administrator, "Give notice")
    day = timezone.localdate() + timedelta(days=40)
    tab_to(administrator, lambda here: here["name"] == "leaves_on_day")
    for part in (day.day, day.month, day.year):
        administrator.keyboard.type(str(part))
        administrator.keyboard.press("Tab")
    press(administrator, "Give notice")
    says(administrator, "It counts when the section 151 officer agrees")

    sign_in(treasurer, people["s151"], northmoor)
    press(treasurer, "Notice to leave the partnership")
    press(treasurer, "Agree to leave")
    press(treasurer, "Agree to leave")
    says(treasurer, "Opal Linnet agreed on")

    administrator.reload()
    press(administrator, "Withdraw the notice and stay")
    says(administrator, "Nothing is removed")
    press(administrator, "Withdraw the notice")
    says(administrator, "The notice is withdrawn. The council stays")
