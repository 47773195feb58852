"""An administrator takes an exit pack, looked at: axe finds nothing, and nothing is wider than the screen."""

from __future__ import annotations

import zipfile

import pytest

from shared_services.leaving.pack.checking import check_pack
from shared_services.messaging.running import run_waiting
from tests.councils.books import open_books

from .browser import says

pytestmark = pytest.mark.browser


def test_an_administrator_asks_for_an_exit_pack_a_second_officer_agrees_and_it_is_downloaded(
    portal, northmoor, officer_in, sign_in, page, browser, look, tmp_path
):
    books = open_books(northmoor, officer_in)
    sign_in(page, officer_in(northmoor, "council_administrator", name="Ada Ministrator"), northmoor)

    page.click("nav a:has-text('Exit pack')")
    look(page, "exit-packs-none")
    page.click("main a:has-text('Ask for an exit pack')")
    page.click("summary:has-text('What is left out')")
    look(page, "exit-pack-ask")
    page.click("main button:has-text('Ask a second officer to agree')")
    says(page, "Nothing is written until a second officer of your council agrees")
    look(page, "exit-pack-asked")
    page.click("text=Withdraw your request")
    look(page, "exit-pack-withdraw")
    page.goto(portal(northmoor, "/exit-packs/ask/"))
    look(page, "exit-pack-ask-again")
    page.click("text=See how far it is")

    run_waiting()
    treasurer = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    sign_in(treasurer, books.s151, northmoor)
    look(treasurer, "exit-pack-home")
    treasurer.get_by_role("link", name="Exit pack to answer").click()
    treasurer.get_by_label("No, I refuse").check()
    treasurer.click("main button:has-text('Answer')")
    treasurer.get_by_text("Enter the reason").first.wait_for()
    look(treasurer, "exit-pack-answer")
    treasurer.get_by_label("Yes, I agree").check()
    treasurer.click("main button:has-text('Answer')")
    says(treasurer, "It waits for its turn")
    page.reload()
    look(page, "exit-pack-waiting")

    run_waiting()

    page.wait_for_selector("text=Download the pack")
    look(page, "exit-pack-ready")
    with page.expect_download() as downloading:
        page.click("text=Download the pack")
    archive = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(archive)
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(tmp_path)
    (folder,) = [path for path in tmp_path.iterdir() if path.is_dir()]
    assert check_pack(folder).manifest.council["slug"] == "northmoor"

    page.click("text=Delete the file")
    look(page, "exit-pack-delete")
    page.click("main button:has-text('Delete the file')")
    page.wait_for_selector("text=The file was deleted")
    look(page, "exit-packs")
