"""The procurement team's pages on the shared service's host."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from shared_services.procurement import services
from shared_services.procurement.choices import DemandStatus, ProposalStatus
from shared_services.procurement.models import DemandLine, JointProposal
from shared_services.procurement.views.demand import pack
from shared_services.tenancy.door import inside_council

URLCONF = "config.urls.shared"


def address(name, *args):
    return reverse(f"procurement:{name}", args=args, urlconf=URLCONF)


def group_url(keys) -> str:
    return f"{address('group_demand')}?lines={pack(keys)}"


def token_in(response) -> str:
    return re.search(r'name="form_token" value="([^"]+)"', response.content.decode()).group(1)


@pytest.fixture
def browser(category_manager, client_for):
    return client_for(category_manager)


@pytest.fixture
def lines(northmoor, eastvale, hand_over):
    return hand_over(northmoor, net_amount="1000.00") + hand_over(eastvale, net_amount="600.00")


@pytest.fixture
def draft(lines, shared_service, category_manager):
    with inside_council(shared_service):
        return services.draft_proposal(actor=category_manager, line_ids=lines).pk


def test_the_demand_list_shows_every_council_and_filters(browser, northmoor, eastvale, lines):
    everything = browser.get(address("list_demand"))
    one = browser.get(address("list_demand"), {"council": northmoor.number, "category": "302"})
    none = browser.get(address("list_demand"), {"category": "45"})

    assert everything.status_code == 200
    assert b"Northmoor" in everything.content
    assert b"Eastvale" in everything.content
    assert b"NMR-REQ" in one.content
    assert b"EVL-REQ" not in one.content
    assert b"Nothing matches" in none.content


def test_what_is_handed_back_is_shown_when_its_status_is_chosen(browser, shared_service, category_manager, lines):
    with inside_council(shared_service):
        services.return_demand(actor=category_manager, line_ids=lines[:1], reason="Too small")

    assert b"NMR-REQ" not in browser.get(address("list_demand")).content
    assert b"NMR-REQ" in browser.get(address("list_demand"), {"status": "returned"}).content


def test_demand_by_category_leads_down_to_the_lines(browser, lines):
    divisions = browser.get(address("demand_by_category"))
    groups = browser.get(address("demand_in_division", "30"))

    assert b"More than one council" in divisions.content
    assert "£1,600".encode() in divisions.content
    assert b"category=302" in groups.content
    assert browser.get(address("demand_in_division", "99")).status_code == 404


def test_an_officer_groups_chosen_lines_words_the_draft_and_sends_it(browser, shared_service, lines):
    chosen = browser.post(address("list_demand"), {"selected": [str(key) for key in lines], "bulk_action": "group"})
    page = browser.get(chosen.url)
    sent = {"form_token": token_in(page), "target": "new", "title": "Laptops together"}
    made = browser.post(chosen.url, sent)
    again = browser.post(chosen.url, sent)

    assert page.status_code == 200
    assert made.status_code == 302
    assert again.url == made.url
    with inside_council(shared_service):
        proposal = JointProposal.objects.get()
        keys = list(proposal.lines.values_list("pk", flat=True))

    page = browser.get(made.url)
    wording = {
        "form_token": token_in(page),
        "title": "Laptops together",
        "category": "30213100",
        "supplier_name": "Example Computers Ltd",
        "justification": "One price",
        "show_totals_to_councils": "yes",
        "version": proposal.version,
        **{f"price_{key}": "£250.00" for key in keys},
    }
    saved = browser.post(made.url, wording)
    page = browser.get(address("submit_proposal", proposal.pk))
    sent = browser.post(
        address("submit_proposal", proposal.pk), {"form_token": token_in(page), "version": proposal.version + 1}
    )

    assert saved.status_code == 302
    assert sent.status_code == 302
    with inside_council(shared_service):
        proposal = JointProposal.objects.get()
        assert proposal.status == ProposalStatus.AWAITING_COUNCILS
        assert proposal.net_amount == Decimal("1000.00")
    shown = browser.get(address("view_proposal", proposal.pk))
    assert b"Waiting for an answer" in shown.content


def test_a_wrong_price_and_a_wrong_code_are_told_with_the_values_kept(browser, shared_service, draft):
    page = browser.get(address("change_proposal", draft))
    key = re.search(r'name="(price_[^"]+)"', page.content.decode()).group(1)

    response = browser.post(
        address("change_proposal", draft),
        {"form_token": token_in(page), "title": "Kept", "category": "12", key: "cheap", "version": "1"},
    )

    assert response.status_code == 422
    assert b"Enter a CPV code that exists" in response.content
    assert b"Enter the unit price in pounds" in response.content
    assert b'value="Kept"' in response.content
    assert b'value="cheap"' in response.content


def test_a_page_with_an_old_version_is_refused(browser, draft):
    page = browser.get(address("change_proposal", draft))
    response = browser.post(
        address("change_proposal", draft),
        {
            "form_token": token_in(page),
            "title": "Late",
            "category": "30213100",
            "show_totals_to_councils": "no",
            "version": "1",
        },
    )

    assert response.status_code == 409
    assert b"Someone else changed" in response.content


def test_a_requisition_is_taken_out_and_handed_back(browser, northmoor, shared_service, draft):
    with inside_council(shared_service):
        line = DemandLine.objects.of_councils([northmoor.number]).get()
    page = browser.get(address("remove_demand", draft, line.requisition_id))
    browser.post(address("remove_demand", draft, line.requisition_id), {"form_token": token_in(page)})
    shown = browser.get(address("view_demand", northmoor.number, line.requisition_id))
    page = browser.get(address("hand_back_demand", northmoor.number, line.requisition_id))
    browser.post(
        address("hand_back_demand", northmoor.number, line.requisition_id),
        {"form_token": token_in(page), "reason": "Too small"},
    )

    assert b"Hand back to the council" in shown.content
    with inside_council(shared_service):
        assert DemandLine.objects.of_councils([northmoor.number]).get().status == DemandStatus.RETURNED


def test_cancelling_a_proposal_by_page(browser, shared_service, draft):
    page = browser.get(address("cancel_proposal", draft))
    version = (
        re.search(r'<input[^>]*name="version"[^>]*>', page.content.decode()).group(0).split('value="')[1].split('"')[0]
    )
    response = browser.post(
        address("cancel_proposal", draft),
        {"form_token": token_in(page), "reason": "Not wanted", "version": version},
    )

    assert response.status_code == 302
    assert b"Cancelled" in browser.get(address("view_proposal", draft)).content


@pytest.mark.parametrize("query", ["", "laptops", "3021", "zzz"])
def test_the_page_that_finds_codes(browser, query):
    response = browser.get(address("find_cpv"), {"q": query})

    assert response.status_code == 200
    assert (b"30213100-6" in response.content) == (query in ("laptops", "3021"))


def test_lists_can_be_taken_away_as_csv(browser, lines, draft):
    demand = b"".join(browser.get(address("list_demand"), {"export": "csv"}).streaming_content)
    proposals = b"".join(browser.get(address("list_proposals"), {"export": "csv"}).streaming_content)

    assert demand.count(b"\n") == 3
    assert proposals.count(b"\n") == 2


def test_councils_hosts_do_not_serve_these_pages(northmoor, officer_in, client_for):
    browser = client_for(officer_in(northmoor, "director"))

    for name in ("list_demand", "list_proposals", "demand_by_category", "find_cpv"):
        assert browser.get(address(name)).status_code == 404


def test_an_officer_without_the_permission_is_refused(shared_service, officer_in, client_for, draft):
    browser = client_for(officer_in(shared_service, "partnership_administrator"))

    assert browser.get(address("list_demand")).status_code == 403
    assert browser.post(address("submit_proposal", draft)).status_code == 403


def test_a_record_that_is_not_here_is_not_found(browser, shared_service, northmoor):
    nothing = "0195b0b0-0000-7000-8000-000000000000"

    assert browser.get(address("view_proposal", nothing)).status_code == 404
    assert browser.get(address("view_demand", northmoor.number, nothing)).status_code == 404
    assert browser.get(address("view_demand", 99999, nothing)).status_code == 404
    assert browser.get(address("group_demand"), {"lines": "!!"}).status_code == 404


def test_a_proposal_without_supplier_or_reason_says_so_and_is_not_offered_to_be_sent(browser, draft):
    page = browser.get(address("submit_proposal", draft)).content.decode()

    assert "Enter the supplier and why the councils should buy together" in page
    assert ">Send to the councils<" not in page
    assert address("change_proposal", draft) in page


def test_lines_that_were_taken_meanwhile_are_named_when_the_others_are_grouped(
    browser, shared_service, category_manager, lines
):
    with inside_council(shared_service):
        services.return_demand(actor=category_manager, line_ids=lines[:1], reason="Too small")
        gone = DemandLine.objects.of_councils([1, 2]).get(pk=lines[0])

    page = browser.get(group_url(lines)).content.decode()

    assert "Left out" in page
    assert f"{gone.reference} line {gone.line_number}" in page


def test_when_every_chosen_line_was_taken_meanwhile_the_page_says_what_became_of_them(
    browser, shared_service, category_manager, lines
):
    page = browser.get(group_url(lines))
    form = {"target": "new", "title": "Laptops", "form_token": token_in(page)}
    with inside_council(shared_service):
        services.return_demand(actor=category_manager, line_ids=lines, reason="Too small")
        gone = DemandLine.objects.of_councils([1, 2]).get(pk=lines[0])

    again, sent = browser.get(group_url(lines)), browser.post(group_url(lines), form)

    for answer in (again, sent):
        assert answer.status_code == 409
        assert "nothing left to group" in answer.text
        assert f"{gone.reference} line {gone.line_number}, {gone.description}: handed back" in answer.text
        assert address("list_demand") in answer.text
        assert "Group this demand</button>" not in answer.text
    with inside_council(shared_service):
        assert not JointProposal.objects.of_shared_service().exists()


def test_every_count_on_the_teams_home_page_is_the_count_of_its_list(
    browser, shared_service, officer_in, northmoor, eastvale, hand_over, draft
):
    hand_over(northmoor)
    others, colleague = hand_over(eastvale), officer_in(shared_service, "category_manager")
    with inside_council(shared_service):
        services.draft_proposal(actor=colleague, line_ids=others)

    counts = re.findall(
        r'gh-card__count">([0-9,]+)</span><h3 class="gh-card__title"><a [^>]*href="([^"]+)"', browser.get("/").text
    )

    assert len(counts) == 2
    for count, url in counts:
        page = browser.get(url.replace("&amp;", "&")).text
        assert re.search(rf'<p class="gh-total"><strong>{count} ', page), url


def test_the_demand_list_opens_on_what_came_in_last(browser, northmoor, lines):
    old = lines[0]
    with inside_council(northmoor):
        DemandLine.objects.filter(pk=old).update(handed_over_at="2025-01-02T09:00:00Z", needed_by_on="2025-02-01")

    page = browser.get(address("list_demand")).text

    assert page.index("EVL-REQ") < page.index("NMR-REQ")
