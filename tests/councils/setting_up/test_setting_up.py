"""Setting a council up: tables as files, the task list, the first matrix, the allowed networks."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from councils.finance.models import Budget, CostCentre
from councils.organisation.models import Department, Post
from councils.setting_up import networks
from councils.setting_up.loading import LIMIT_BYTES, load_table
from councils.setting_up.matrix_templates import use_template
from councils.setting_up.models import NetworkRange
from councils.setting_up.tables import TABLES
from councils.setting_up.task_list import sections
from shared_services.access.models import OfficerCard
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow.models import AuthorityRule

OFFICERS = """full name,work email,job title,roles
Pearl Avocet,pearl@northmoor.test,Library manager,Budget holder
Sepia Teasel,sepia@northmoor.test,Librarian,Requisitioner; Finance officer
"""


@pytest.fixture
def administrator(northmoor, officer_in):
    return officer_in(northmoor, "council_administrator")


@pytest.fixture
def finance(northmoor, officer_in):
    return officer_in(northmoor, "finance_officer")


@pytest.fixture(autouse=True)
def no_list_kept(northmoor):
    yield
    networks._kept.clear()


def load(council, actor, key, text):
    with inside_council(council):
        return load_table(actor=actor, table=TABLES[key], content=text.encode())


def test_officers_come_from_a_file_and_bringing_it_again_changes_nothing(northmoor, administrator):
    first = load(northmoor, administrator, "officers", OFFICERS)
    again = load(northmoor, administrator, "officers", OFFICERS)

    assert (first.count("added"), again.count("unchanged")) == (2, 2)
    with inside_council(northmoor):
        assert OfficerCard.objects.get(work_email="sepia@northmoor.test").roles == ["finance_officer", "requisitioner"]


def test_every_fault_of_every_row_is_named_and_nothing_is_kept(northmoor, administrator):
    found = load(
        northmoor, administrator, "officers",
        "full name,work email,job title,roles\n"
        ",a@northmoor.test,Clerk,\n"
        "B,not an address,Clerk,\n"
        "C,c@northmoor.test,Clerk,Emperor\n"
        ",d@northmoor.test,=1+1,\n"
        "E,e@northmoor.test,Clerk,\n"
        "E,E@northmoor.test,Clerk,\n",
    )  # fmt: skip

    assert [(fault.line, fault.column) for fault in found.faults] == [
        (2, "full name"), (3, "work email"), (4, "roles"), (5, "full name"), (5, "job title"), (7, "work email"),
    ]  # fmt: skip
    with inside_council(northmoor):
        assert not OfficerCard.objects.filter(work_email="e@northmoor.test").exists()


def test_departments_posts_cost_centres_and_budgets_build_on_each_other(northmoor, administrator, finance):
    load(northmoor, administrator, "departments", "code,name,parent code\nNEI,Neighbourhoods,\nLIB,Libraries,NEI\n")
    load(northmoor, administrator, "officers", OFFICERS)
    load(
        northmoor, administrator, "posts",
        "post number,title,department code,reports to,holder email,leads\n"
        "L1,Manager,LIB,,pearl@northmoor.test,head\nL2,Librarian,LIB,L1,sepia@northmoor.test,\n",
    )  # fmt: skip
    load(
        northmoor, finance, "cost-centres",
        "code;name;department code;budget holder email\nLIB10;Library;LIB;pearl@northmoor.test\n",
    )  # fmt: skip
    found = load(
        northmoor, finance, "budgets",
        "Financial year,Cost centre,Subjective code,Amount\n2026/27,lib10,4000,\"£12,000.00\"\n",
    )  # fmt: skip

    assert found.faults == ()
    with inside_council(northmoor):
        assert Department.objects.get(code="LIB").head_post == Post.objects.get(number="L1")
        assert CostCentre.objects.get().name == "Library"
        assert sum(Budget.objects.values_list("revised_amount", flat=True)) == Decimal("12000.00")


def test_a_file_of_another_table_names_what_is_missing(northmoor, administrator):
    with pytest.raises(NotAllowed, match="Missing: code"):
        load(northmoor, administrator, "departments", "name\nLibraries\n")
    with pytest.raises(NotAllowed, match="not known here: colour"):
        load(northmoor, administrator, "departments", "code,name,colour\nA,B,red\n")


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"PK\x03\x04", "spreadsheet"), (b"\x00\x01", "not a text file"), (b"x" * (LIMIT_BYTES + 1), "larger than 2 MB"),
     (b"code,name\n", "no rows")],
    ids=["spreadsheet", "binary", "too large", "empty"],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused_in_words(northmoor, administrator, content, says):
    with inside_council(northmoor), pytest.raises(NotAllowed, match=says):
        load_table(actor=administrator, table=TABLES["departments"], content=content)


def test_an_administrator_brings_no_budgets_and_a_finance_officer_no_officers(
    northmoor, administrator, finance, client_for
):
    assert client_for(administrator).get("/set-up/tables/budgets/").status_code == 403
    assert client_for(finance).get("/set-up/tables/officers/").status_code == 403
    with pytest.raises(NotAllowed):
        load(northmoor, administrator, "budgets", "financial year,cost centre,subjective code,amount\n2026,A,B,1\n")


def test_the_page_shows_what_is_wrong_by_line_and_the_template_reads_back(northmoor, administrator, client_for):
    browser = client_for(administrator)
    wrong = SimpleUploadedFile("o.csv", OFFICERS.replace("Budget holder", "Emperor").encode(), content_type="text/csv")

    answer = browser.post("/set-up/tables/officers/", {"table": wrong})
    template = browser.get("/set-up/tables/departments/template.csv")

    assert answer.status_code == 422
    assert "There is no role “Emperor”" in answer.content.decode()
    assert template.content.decode("utf-8-sig").splitlines()[0] == "code,name,parent code"


def test_the_task_list_is_in_the_navigation_of_whoever_sets_up_or_decides_to_go_live(northmoor, officer_in, client_for):
    for role in ("council_administrator", "finance_officer", "section_151_officer"):
        assert b'href="/set-up/"' in client_for(officer_in(northmoor, role)).get("/account/").content, role
    assert b'href="/set-up/"' not in client_for(officer_in(northmoor, "requisitioner")).get("/account/").content


def test_what_is_no_network_or_web_address_is_told_at_its_question_with_one_to_go_by(
    northmoor, administrator, client_for
):
    browser = client_for(administrator)

    network = browser.post("/set-up/networks/", {"cidr": "our building", "label": "Town hall"})
    issuer = browser.post("/set-up/single-sign-on/openid-connect/", {"name": "Us", "issuer": "us", "client_id": "1"})

    assert network.status_code == issuer.status_code == 422
    assert b'href="#id_cidr"' in network.content and b'value="our building"' in network.content
    assert b"Enter a web address that begins with https://" in issuer.content


def test_the_task_list_follows_from_the_data(northmoor, administrator, client_for):
    def status_of(title):
        with inside_council(northmoor):
            return next(task.done for section in sections() for task in section.tasks if task.title == title)

    assert not status_of("Departments")
    load(northmoor, administrator, "departments", "code,name\nLIB,Libraries\n")

    assert status_of("Departments")
    assert b"Set up your portal" in client_for(administrator).get("/").content
    assert b"Done by: finance officer" in client_for(administrator).get("/set-up/").content


def test_a_template_takes_the_place_of_the_matrix_from_tomorrow(northmoor, finance):
    with inside_council(northmoor):
        use_template(actor=finance, key="three-tiers")
        use_template(actor=finance, key="three-tiers")

        standing = AuthorityRule.objects.of_this_room().filter(valid_to__isnull=True)
        lines = sorted((rule.decision_type, rule.role, int(rule.amount_from)) for rule in standing)
    assert lines == sorted(
        [
            ("joint_purchase", "head_of_service", 0),
            ("joint_purchase", "section_151_officer", 25_000),
            ("requisition_approval", "budget_holder", 0),
            ("requisition_approval", "head_of_service", 2_500),
            ("requisition_approval", "section_151_officer", 25_000),
        ]
    )


def test_a_network_list_that_leaves_oneself_out_is_refused(northmoor, administrator):
    with inside_council(northmoor):
        with pytest.raises(NotAllowed, match="you would be locked out"):
            networks.add_network(actor=administrator, cidr="192.0.2.0/24", label="Town hall", address="203.0.113.9")

        networks.add_network(actor=administrator, cidr="203.0.113.9/24", label="Home", address="203.0.113.9")
        networks.add_network(actor=administrator, cidr="192.0.2.0/24", label="Town hall", address="203.0.113.9")
        with pytest.raises(NotAllowed, match="you would be locked out"):
            networks.remove_network(
                actor=administrator, network_id=NetworkRange.objects.get(label="Home").pk, address="203.0.113.9"
            )


def test_from_elsewhere_nothing_of_the_council_answers_and_its_neighbour_is_not_touched(
    northmoor, eastvale, administrator
):
    with inside_council(northmoor):
        networks.add_network(actor=administrator, cidr="203.0.113.0/24", label="Town hall", address="203.0.113.9")
        networks.forget()

    def status(council, address, path="/account/login/"):
        return Client(headers={"host": council.host}, REMOTE_ADDR=address).get(path).status_code

    assert status(northmoor, "198.51.100.1") == 403
    assert status(northmoor, "198.51.100.1", "/api/v1/me/") == 403
    assert status(northmoor, "203.0.113.77") == 200
    assert status(eastvale, "198.51.100.1") == 200


def test_removing_the_last_network_opens_the_portal_to_everywhere(northmoor, administrator, client_for):
    browser = client_for(administrator)
    browser.post("/set-up/networks/", {"cidr": "127.0.0.1", "label": "Here"})
    with inside_council(northmoor):
        kept = NetworkRange.objects.get()

    assert browser.post(f"/set-up/networks/{kept.pk}/remove/").status_code == 302
    with inside_council(northmoor):
        assert not NetworkRange.objects.exists()


@pytest.mark.parametrize("typed", ["town hall", "300.0.0.1", "10.0.0.0/99", ""])
def test_what_is_no_network_is_refused_with_an_example(typed):
    with pytest.raises(NotAllowed, match="Enter a network such as"):
        networks.read_network(typed)
