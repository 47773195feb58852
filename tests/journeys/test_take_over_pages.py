"""Two councils become one, looked at from all three sides: what is asked, what each reads of the trial, what was done."""

from __future__ import annotations

import pytest

from councils.purchasing.models import Supplier
from shared_services.leaving.models import TakeOver
from shared_services.operating.choices import Kind
from shared_services.operating.models import Operation
from shared_services.tenancy.door import inside_council
from tests.shared_services.leaving.conftest import council  # noqa: F401
from tests.shared_services.leaving.test_take_over import PREDECESSOR, SUCCESSOR, merging  # noqa: F401

from .browser import says

pytestmark = [pytest.mark.browser, pytest.mark.whole_server]


def test_a_take_over_is_tried_agreed_read_by_both_councils_and_done(
    portal, merging, shared_service, northmoor, eastvale, sign_in, page, browser, look  # noqa: F811
):  # fmt: skip
    def other(card, home):
        fresh = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        sign_in(fresh, card, home)
        return fresh

    def answer(reader, kind: str) -> None:
        reader.get_by_role("link", name="The platform’s team asks").click()
        reader.locator("main").get_by_role("link", name=kind, exact=True).click()
        reader.get_by_role("button", name="Answer").click()

    def agree(reader) -> None:
        reader.get_by_label("Yes, we agree").check()
        reader.get_by_role("button", name="Answer").click()
        reader.get_by_text("Your council agreed").first.wait_for()

    def report(reader, home) -> None:
        with inside_council(home):
            latest = TakeOver.objects.latest("at")
        reader.goto(portal(home, latest.get_absolute_url()))

    # With the prefix too, so that the first trial finds something to settle.
    with inside_council(northmoor):
        Supplier.objects.create(number="NMR-000001", name="Taken Name Limited")

    sign_in(page, merging.operator, shared_service)
    page.goto(portal(shared_service, f"/operations/rooms/{SUCCESSOR}/try-merger/"))
    page.get_by_label("Council whose records are taken over").select_option(str(PREDECESSOR))
    page.get_by_label("Reason").fill("They become one in April")
    page.get_by_label("Type the council").fill("eastvale")
    look(page, "take-over-try")
    page.get_by_role("button", name="Ask both councils").click()
    page.get_by_text("Nothing happens until one of each agrees").wait_for()
    look(page, "take-over-try-asked")

    successor, predecessor = other(merging.signers[SUCCESSOR], eastvale), other(merging.signers[PREDECESSOR], northmoor)
    answer(predecessor, "Try to take over a council’s records")
    look(predecessor, "take-over-try-answer")
    agree(predecessor)
    with inside_council(shared_service):
        operation = Operation.objects.get(kind=Kind.TRY_MERGER)
    merging.agree(operation, SUCCESSOR)
    merging.do(operation)

    page.reload()
    page.get_by_text("Done").first.wait_for()
    look(page, "take-over-tried")
    report(predecessor, northmoor)
    says(predecessor, "0000000001 would become NMR-000001, and that code is taken")
    look(predecessor, "take-over-to-settle")

    with inside_council(northmoor):
        Supplier.objects.filter(number="NMR-000001").delete()
    merging.all_of(Kind.TRY_MERGER)
    successor.goto(portal(eastvale, "/exit-packs/take-overs/"))
    look(successor, "take-overs")
    report(successor, eastvale)
    says(successor, "both section 151 officers sign it")
    look(successor, "take-over-report")

    page.goto(portal(shared_service, f"/operations/rooms/{SUCCESSOR}/merge/"))
    look(page, "take-over-merge")
    operation = merging.ask(Kind.MERGE)
    merging.agree(operation, PREDECESSOR)
    successor.goto(portal(eastvale, "/"))
    answer(successor, "Take over a council’s records")
    look(successor, "take-over-merge-answer")
    agree(successor)
    merging.do(operation)
    page.goto(portal(shared_service, f"/operations/{operation.pk}/"))
    look(page, "take-over-done")
    report(successor, eastvale)
    successor.get_by_role("button", name="Download the archive").wait_for()
    look(successor, "take-over-done-report")
    page.goto(portal(shared_service, f"/operations/rooms/{SUCCESSOR}/undo-merger/"))
    look(page, "take-over-undo")
