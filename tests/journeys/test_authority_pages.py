"""The matrix's grid, prepared matrices, deputies and separated duties, looked at."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from councils.organisation import services as organisation
from councils.people import services as people
from councils.people.choices import ANNUAL_LEAVE
from councils.people.models import LeaveScheme, LeaveType
from shared_services.tenancy.door import inside_council
from shared_services.workflow import deputies
from shared_services.workflow.models import AuthorityRule, Deputy

pytestmark = pytest.mark.browser


def enter_date(page, name, day):
    for part in ("day", "month", "year"):
        page.fill(f"input[name={name}_{part}]", str(getattr(day, part)))


def test_a_finance_officer_changes_the_grid_and_prepares_a_matrix_that_is_signed(
    portal, northmoor, officer_in, sign_in, page, look, browser
):
    finance = officer_in(northmoor, "finance_officer", name="Finn Finance")
    chief = officer_in(northmoor, "section_151_officer", name="Sam Section")
    day = timezone.localdate() + timedelta(days=7)
    sign_in(page, finance, northmoor)
    page.goto(portal(northmoor, "/authority/"))
    look(page, "authority-findings")
    page.click("a[href$='/change/requisition_approval/']")
    look(page, "authority-grid")
    page.click(".govuk-button-group >> text=Save these lines")
    look(page, "authority-grid-errors")
    enter_date(page, "from_on", day)
    page.fill("input[name=lines-1-amount_from]", "6000")
    page.click("button[value='remove:lines-2']")
    page.click(".govuk-button-group >> text=Save these lines")
    page.wait_for_url(portal(northmoor, "/authority/"))
    assert "0 added, 1 changed, 1 ended" in page.inner_text("main")

    page.goto(portal(northmoor, "/authority/prepared/new/"))
    look(page, "authority-prepare")
    enter_date(page, "from_on", day + timedelta(days=30))
    page.fill("input[name=minute_reference]", "C12/26")
    page.click(".govuk-button-group >> text=Keep for signature")
    page.wait_for_url("**/authority/prepared/*/")
    look(page, "authority-plan")
    page.goto(portal(northmoor, "/authority/prepared/"))
    look(page, "authority-plans")

    other = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    sign_in(other, chief, northmoor)
    other.goto(portal(northmoor, "/authority/prepared/"))
    other.click("main tbody a")
    other.click("main .govuk-button:has-text('Sign')")
    look(other, "authority-sign")
    other.click("main form .govuk-button")
    other.wait_for_url("**/authority/prepared/*/")
    assert "Signed by Sam Section" in other.inner_text("main")
    other.goto(portal(northmoor, "/authority/replay/?replay=1"))
    look(other, "authority-replay")
    other.context.close()
    with inside_council(northmoor):
        assert AuthorityRule.objects.of_this_room().filter(minute_reference="C12/26").exists()


def test_a_deputy_is_named_and_accepts_without_javascript(portal, northmoor, officer_in, sign_in, browser, look, page):
    hana = officer_in(northmoor, "head_of_service", name="Hana Head")
    bea = officer_in(northmoor, "director", name="Bea Deputy")
    chief = officer_in(northmoor, "section_151_officer", name="Sam Section")
    today = timezone.localdate()
    sign_in(page, hana, northmoor)
    page.goto(portal(northmoor, "/deputies/"))
    look(page, "deputies-none")
    page.goto(portal(northmoor, "/deputies/name/"))
    look(page, "deputies-name")
    page.goto(portal(northmoor, "/deputies/"))

    plain = browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=False).new_page()
    sign_in(plain, hana, northmoor)
    plain.goto(portal(northmoor, "/deputies/name/"))
    plain.select_option("select[name=deputy]", str(bea.pk))
    enter_date(plain, "from_on", today)
    enter_date(plain, "to_on", today + timedelta(days=4))
    plain.click("text=Ask this officer")
    assert "has been asked" in plain.inner_text("main")
    plain.context.close()

    second = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    sign_in(second, bea, northmoor)
    second.goto(portal(northmoor, "/deputies/"))
    look(second, "deputies-asked")
    second.click("main .govuk-button:has-text('Accept')")
    look(second, "deputies-accept")
    second.click("main form .govuk-button")
    second.wait_for_url("**/deputies/*-*/")
    look(second, "deputies-show")
    second.context.close()
    with inside_council(northmoor):
        found = Deputy.objects.of_this_room().get()
        assert found.status == "accepted"
        deputies.sign_higher_limit(actor=chief, deputy_id=found.pk, amount=Decimal("75000.00"))

    third = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    sign_in(third, chief, northmoor)
    third.goto(portal(northmoor, "/deputies/all/"))
    look(third, "deputies-all")
    third.goto(portal(northmoor, "/authority/who/?decision_type=requisition_approval&amount=6000&cost_centre=L100"))
    look(third, "authority-who-deputy")
    third.context.close()


def test_the_section_151_officer_signs_an_exception(portal, northmoor, officer_in, sign_in, page, look):
    officer_in(northmoor, "council_administrator", "director", name="Bo Both")
    chief = officer_in(northmoor, "section_151_officer", name="Sam Section")
    sign_in(page, chief, northmoor)
    page.goto(portal(northmoor, "/duties/"))
    look(page, "duties")
    page.click("text=Sign an exception for Bo Both")
    enter_date(page, "until_on", timezone.localdate() + timedelta(days=20))
    page.fill("textarea[name=reason]", "The second administrator is ill; Sam looks at the record each week.")
    look(page, "duties-exception")
    page.click("main form .govuk-button")
    page.wait_for_url(portal(northmoor, "/duties/"))
    look(page, "duties-excepted")
    page.goto(portal(northmoor, "/duties/add/"))
    look(page, "duties-add")


@pytest.fixture
def leave(northmoor, officer_in):
    """A head of service asks a director, who manages her, for next week's Monday."""
    hana = officer_in(northmoor, "head_of_service", name="Hana Head")
    dara = officer_in(northmoor, "director", name="Dara Director")
    administrator, hr = officer_in(northmoor, "council_administrator"), officer_in(northmoor, "hr_adviser")
    today = timezone.localdate()
    began, monday = today - timedelta(days=400), today + timedelta(days=7 - today.weekday())
    with inside_council(northmoor):
        above = None
        department = organisation.create_department(actor=administrator, code="LIB", name="Libraries")
        for number, card in enumerate((dara, hana), 1):
            post = organisation.create_post(
                actor=administrator, number=f"P{number}", title=card.work_name, department=department,
                reports_to=above, opened_on=began,
            )  # fmt: skip
            organisation.appoint(actor=administrator, post=post, card_id=card.pk, from_on=began)
            above = post
        job = people.record_employment(
            actor=hr, number="E1", card_id=hana.pk, post_id=post.pk, scheme=LeaveScheme.objects.get(name="Green Book"),
            start_on=began, week_one=[Decimal("7.40")] * 5 + [Decimal("0.00")] * 2,
        )  # fmt: skip
        asked = people.request_leave(
            actor=hana,
            employment=job,
            leave_type=LeaveType.objects.get(key=ANNUAL_LEAVE),
            first_on=monday,
            last_on=monday,
        )
        return dara, asked.get_absolute_url()


def test_a_manager_says_who_stands_in_before_an_approver_is_away(
    portal, northmoor, officer_in, leave, sign_in, page, look
):
    dara, address = leave
    officer_in(northmoor, "head_of_service", name="Bea Deputy")
    sign_in(page, dara, northmoor)
    page.goto(portal(northmoor, address))
    look(page, "leave-of-an-approver")

    page.click(".govuk-button >> text=Say who stands in")
    page.wait_for_url("**/cover/")
    look(page, "settle-cover")
    page.click("main form .govuk-button")
    look(page, "settle-cover-errors")
    page.select_option("select[name=deputy]", label=next(
        one for one in page.locator("select[name=deputy] option").all_inner_texts() if one.startswith("Bea Deputy")
    ))  # fmt: skip
    page.click("main form .govuk-button")

    assert "The deputy has been asked" in page.inner_text("main")
    look(page, "leave-with-cover")
    assert "Bea Deputy, waiting for an answer" in page.inner_text("main")
