"""Working a case in a browser: by keyboard alone, without JavaScript on the narrowest screen, and live."""

from __future__ import annotations

import pytest
from django.urls import reverse

from councils.organisation.models import Department
from councils.organisation.services import appoint, create_post
from councils.purchasing import services
from shared_services.tenancy.door import inside_council
from shared_services.workflow import calendars, claims, questions, reminders
from shared_services.workflow.models import Case, Task
from shared_services.workflow.services import complete_task
from tests.councils.books import Books, one_line, open_books, three_lines

from .browser import NARROWEST, sideways, tab_to

pytestmark = pytest.mark.browser


@pytest.fixture
def shop(portal, northmoor, officer_in) -> Books:
    """Two requisitions that wait: a small one for the budget holder alone, a large one for the head of service as well."""
    books = open_books(northmoor, officer_in)
    with inside_council(northmoor):
        for draft in (three_lines(books, title="Chairs for the museum"), one_line(books, "6000.00")):
            started = services.start_requisition(actor=books.requester, draft=draft)
            services.submit_requisition(actor=books.requester, requisition_id=started.pk)
    return books


@pytest.fixture
def second(shop, northmoor, officer_in):
    """The budget holder's line manager, to whom one of the tasks was passed up: another who may decide it."""
    card = officer_in(northmoor, "budget_holder", name="Kim Keeper", job_title="Museums manager")
    administrator = officer_in(northmoor, "council_administrator", name="Olu Organiser")
    with inside_council(northmoor):
        department = Department.objects.get()
        above = create_post(actor=administrator, number="M1", title="Museums manager", department=department)
        below = create_post(
            actor=administrator, number="M2", title="Museum officer", department=department, reports_to=above
        )
        appoint(actor=administrator, post=above, card_id=card.pk)
        appoint(actor=administrator, post=below, card_id=shop.holder.pk)
        small = task_called("Chairs for the museum")
        assert reminders.escalate_task(task_id=small.pk, on=small.due_on)
    return card


def task_called(title: str) -> Task:
    return Task.objects.of_this_room().to_do().decisions().get(case_title=title)


def test_an_approval_from_sign_in_to_done_without_a_mouse(shop, northmoor, portal, page):
    page.goto(portal(northmoor, "/"))
    tab_to(page, lambda here: here["name"] == "login")
    page.keyboard.type(shop.holder.work_email)
    tab_to(page, lambda here: here["name"] == "password")
    page.keyboard.type("a-long-test-password")
    page.keyboard.press("Enter")
    page.wait_for_url(portal(northmoor, "/"))

    tab_to(page, lambda here: here["text"] == "Inbox")
    page.keyboard.press("Enter")
    page.wait_for_url(portal(northmoor, "/inbox/"))
    with inside_council(northmoor):
        task = task_called("Chairs for the museum")
    tab_to(page, lambda here: here["text"] == task.reference)
    page.keyboard.press("Enter")
    page.wait_for_url(portal(northmoor, f"/tasks/{task.pk}/"))

    tab_to(page, lambda here: here["text"] == "Claim this task")
    page.keyboard.press("Enter")
    page.wait_for_url(portal(northmoor, f"/tasks/{task.pk}/claim/"))
    tab_to(page, lambda here: here["text"] == "Claim this task")
    page.keyboard.press("Enter")
    page.wait_for_url(portal(northmoor, f"/tasks/{task.pk}/"))
    assert "You have claimed this task" in page.inner_text("main")

    tab_to(page, lambda here: here["name"] == "outcome")
    page.keyboard.press("Space")
    assert page.is_checked("input[value=approve]")
    tab_to(page, lambda here: here["name"] == "note")
    page.keyboard.type("Within budget.")
    tab_to(page, lambda here: here["text"] == "Confirm your decision")
    page.keyboard.press("Enter")
    page.wait_for_url(portal(northmoor, "/inbox/"))
    with inside_council(northmoor):
        assert Case.objects.get(pk=task.case_id).outcome == "ordered"


def test_several_are_approved_at_once_without_a_mouse(shop, northmoor, portal, sign_in, page, look):
    sign_in(page, shop.holder, northmoor)
    page.goto(portal(northmoor, "/inbox/"))
    with inside_council(northmoor):
        keys = [str(key) for key in Task.objects.of_this_room().to_do().values_list("candidates__pk", flat=True)]
    for _ in keys:
        tab_to(page, lambda here: here["name"] == "selected" and here["type"] == "checkbox")
        page.keyboard.press("Space")
    tab_to(page, lambda here: here["value"] == "approve")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Approve 2 tasks worth')")
    look(page, "casework-bulk")
    tab_to(page, lambda here: here["text"].startswith("Approve 2 tasks worth"))
    page.keyboard.press("Enter")
    page.wait_for_selector("main:has-text('2 tasks approved')")


def test_the_whole_work_on_a_case_without_javascript_on_the_narrowest_screen(
    shop, second, northmoor, portal, sign_in, browser
):
    context = browser.new_context(viewport={"width": NARROWEST, "height": 640}, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(30_000)

    def narrow() -> None:
        page.wait_for_selector("main h1")
        assert sideways(page) <= 0, page.url

    with inside_council(northmoor):
        task = task_called("Chairs for the museum")
    sign_in(page, shop.holder, northmoor)
    page.goto(portal(northmoor, "/inbox/"))
    narrow()
    page.click(f"main a:has-text('{task.reference}')")
    narrow()
    page.click("text=Claim this task")
    narrow()
    page.click("button:has-text('Claim this task')")
    page.click("text=Ask a question before you decide")
    narrow()
    page.select_option("select[name=to_card_id]", str(shop.requester.pk))
    page.fill("textarea[name=question]", "Which colour?")
    page.click("button:has-text('Send your question')")
    assert "Which colour?" in page.inner_text("main")
    page.click("text=Open the whole case")
    narrow()
    page.click("text=Put this case on hold")
    narrow()
    page.click("button:has-text('Put this case on hold')")
    page.wait_for_selector(".govuk-error-summary")
    narrow()
    page.fill("textarea[name=reason]", "Waiting for the colour.")
    page.click("button:has-text('Put this case on hold')")
    assert "On hold" in page.inner_text("main")
    narrow()
    page.click("text=Take this case off hold")
    page.click("button:has-text('Take this case off hold')")
    page.goto(portal(northmoor, f"/tasks/{task.pk}/"))
    page.check("input[value=approve]")
    page.click("text=Confirm your decision")
    page.wait_for_url(portal(northmoor, "/inbox/"))
    narrow()
    context.close()
    with inside_council(northmoor):
        assert Case.objects.get(pk=task.case_id).outcome == "ordered"


def test_an_open_case_page_shows_a_decision_by_itself(shop, northmoor, portal, sign_in, page, look):
    page.clock.install()
    sign_in(page, shop.requester, northmoor)
    with inside_council(northmoor):
        case = Case.objects.of_this_room().get(title="Chairs for the museum")
    page.goto(portal(northmoor, reverse("workflow:case", args=[case.pk])))
    assert "What happens next" in page.inner_text("#case-live")
    with inside_council(northmoor):
        complete_task(actor=shop.holder, task_id=task_called("Chairs for the museum").pk, outcome="approve")

    page.clock.fast_forward(21_000)

    page.wait_for_selector("#case-live:has-text('Ordered')")
    look(page, "casework-case-live")


def test_every_page_of_casework_is_fit_to_be_seen(
    shop, second, northmoor, portal, sign_in, browser, page, look, officer_in
):
    manager = officer_in(northmoor, "council_administrator", name="Mina Manager")
    with inside_council(northmoor):
        task, large = task_called("Chairs for the museum"), task_called("Shelving")
        reminders.remind_and_escalate(on=calendars.add_working_days(task.due_on, 3))
        asking = questions.ask_question(
            actor=shop.holder, task_id=task.pk, to_card_id=shop.requester.pk, question="Which colour?"
        )
        claims.claim_task(actor=shop.holder, task_id=task.pk)
        complete_task(actor=shop.holder, task_id=large.pk, outcome="approve")
    task_page, case_page = f"/tasks/{task.pk}/", reverse("workflow:case", args=[task.case_id])
    large_page = reverse("workflow:case", args=[large.case_id])

    sign_in(page, shop.holder, northmoor)
    for address, name in (
        ("/", "home"),
        ("/inbox/", "inbox"),
        ("/inbox/?claimed=me&at_risk=soon", "inbox-filtered"),
        (task_page, "task"),
        (f"{task_page}release/", "release"),
        (f"{task_page}forward/", "forward"),
        (f"{task_page}ask/", "ask"),
        (f"/tasks/{asking.pk}/withdraw-question/", "withdraw-question"),
        (case_page, "case"),
        (f"{case_page}hold/", "hold"),
        (f"{case_page}comment/", "comment"),
        (f"{case_page}files/add/", "add-file"),
    ):
        page.goto(portal(northmoor, address))
        look(page, f"casework-{name}")
    page.goto(portal(northmoor, f"{task_page}forward/"))
    page.click("button:has-text('Forward this task')")
    look(page, "casework-forward-without-reason")

    other = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    sign_in(other, second, northmoor)
    other.goto(portal(northmoor, task_page))
    look(other, "casework-claimed-by-another")
    other.goto(portal(northmoor, f"{task_page}claim/"))
    look(other, "casework-take-over")

    asked = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    sign_in(asked, shop.requester, northmoor)
    asked.goto(portal(northmoor, "/inbox/"))
    asked.click("main tbody a >> nth=0")
    look(asked, "casework-answer")

    above = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    sign_in(above, manager, northmoor)
    above.goto(portal(northmoor, f"{large_page}back/"))
    look(above, "casework-back")
    above.goto(portal(northmoor, f"{large_page}hold/"))
    above.fill("textarea[name=reason]", "The committee meets first.")
    above.click("button:has-text('Put this case on hold')")
    look(above, "casework-case-on-hold")
    above.goto(portal(northmoor, f"{large_page}go-on/"))
    look(above, "casework-go-on")
    above.goto(portal(northmoor, "/cases/times/"))
    look(above, "casework-times")
    above.goto(portal(northmoor, "/cases/?hold=yes"))
    look(above, "casework-cases")
    with inside_council(northmoor):
        complete_task(actor=shop.holder, task_id=task.pk, outcome="reject", note="Too many.")
    above.goto(portal(northmoor, f"{case_page}reopen/"))
    look(above, "casework-reopen")
