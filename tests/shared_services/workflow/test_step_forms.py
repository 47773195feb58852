"""Forms of steps: described, checked, answered, kept at home."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from jsonschema import Draft202012Validator

from shared_services.annexes.models import Attachment, FormAnswer
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow import services
from shared_services.workflow.answering import answer_task
from shared_services.workflow.models import Case, Task
from shared_services.workflow.step_forms.answers import AnswersRefused, check_answers
from shared_services.workflow.step_forms.checking import problems_with
from shared_services.workflow.step_forms.conditions import as_tree, in_words
from shared_services.workflow.step_forms.spec import KINDS, FormField, StepForm, read_form, schema_of
from tests.programs import program_of

from .form_processes import CHECK, KEY, START, forms, publish_in

GIVEN = {"what": "A chair", "kind": "desk", "why": "The old one broke"}


def test_a_form_is_json_schema_and_reads_back_as_it_was_written():
    for form in (START, CHECK):
        schema = json.loads(json.dumps(schema_of(form)))

        Draft202012Validator.check_schema(schema)
        assert [one.name for one in read_form(schema)] == [one.name for one in form]
        assert schema_of(read_form(schema)) == schema
        assert problems_with(schema) == []


def test_every_kind_of_field_can_be_written_read_and_answered_with_nothing():
    for kind in KINDS:
        columns = (FormField("one", "text", "One"),) if kind == "table" else ()
        options = (("a", "A"),) if kind == "choice" else ()
        form = StepForm(fields=(FormField("asked", kind, "Asked", required=False, columns=columns, options=options),))

        assert problems_with(schema_of(form)) == []
        assert check_answers(form, {}) == {}


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (FormField("two words", "text", "Two"), "cannot be the name"),
        (FormField("x", "choice", "Choose"), "different answers"),
        (FormField("x", "text", "X", pattern="(a+)+"), "Only single letters"),
        (FormField("x", "text", "X", pattern=r"\w*\w*\w*"), "repeats too much"),
        (FormField("x", "text", "X", show_if="later == 1"), "not a field before"),
        (FormField("x", "text", "X", show_if="what.__class__"), "cannot be used"),
        (FormField("x", "money", "X", minimum="9", maximum="1"), "above the highest"),
        (FormField("x", "date", "X", minimum="soon"), "not a limit"),
        (FormField("x", "table", "X"), "columns"),
        (FormField("amount", "long_text", "Amount"), "does not fit"),
    ],
)
def test_what_is_wrong_with_a_field_is_said_in_words(field, said):
    form = StepForm(fields=(FormField("what", "text", "What"), field))

    assert any(said in problem for problem in problems_with(schema_of(form), {"amount": "money"}))


def test_a_hidden_question_is_neither_required_nor_kept(db, northmoor):
    with inside_council(northmoor):
        kept = check_answers(START, {**GIVEN, "asset": "PC1234"})

    assert kept == GIVEN


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"what": "A laptop", "kind": "it"}, "asset", "Which computer"),
        ({"what": "A laptop", "kind": "it", "asset": "laptop"}, "asset", "Like PC1234"),
        ({"what": "A desk", "kind": "desk"}, "why", "Why?"),
        ({**GIVEN, "kind": "boat"}, "kind", "choose one"),
        ({**GIVEN, "needed": "2019-12-31"}, "needed", "1 January 2020 or later"),
        ({**GIVEN, "needed": "someday"}, "needed", "real date"),
        ({**GIVEN, "items": [{"item": "Pen"}]}, "items", "row 1: enter “How many”"),
        ({**GIVEN, "items": [{"item": "Pen", "count": 0}]}, "items", "1 or more"),
        ({**GIVEN, "colour": "red"}, "colour", "does not ask"),
    ],
)
def test_answers_that_do_not_fit_are_refused_by_field(db, northmoor, given, field, said):
    with inside_council(northmoor), pytest.raises(AnswersRefused) as refused:
        check_answers(START, given)

    assert said in refused.value.errors[field]


def test_a_condition_is_told_in_words_and_given_to_the_script_as_a_tree():
    assert in_words('kind == "it"', START) == "“What kind is it?” is Computer"
    assert as_tree('kind == "it" and not what == "x"') == [
        "and", ["==", ["field", "kind"], ["value", "it"]], ["not", ["==", ["field", "what"], ["value", "x"]]],
    ]  # fmt: skip
    assert as_tree("len(what) > 2") is None


@pytest.fixture
def started(northmoor, officer_in, client_for):
    """A request started on the page: (requester, finance officer, case)."""
    publish_in(northmoor)
    requester, finance = officer_in(northmoor), officer_in(northmoor, "finance_officer")
    client = client_for(requester)
    page = client.get(reverse("workflow:start_process", args=[KEY]))
    assert page.status_code == 200
    sent = {
        "answer_what": "A chair", "answer_kind": "desk", "answer_why": "The old one broke",
        "answer_for_officer": finance.work_email, "answer_asset": "ignored", "rows_items-count": "2",
        "rows_items-0-item": "Chair", "rows_items-0-count": "2",
        "answer_quote": SimpleUploadedFile("quote.txt", b"One chair: 90 pounds\n"),
    }  # fmt: skip
    answer = client.post(reverse("workflow:start_process", args=[KEY]), sent)
    assert answer.status_code == 302, answer.content.decode()
    with inside_council(northmoor):
        return requester, finance, Case.objects.of_this_room().get(process=KEY)


def test_a_start_form_opens_a_case_and_keeps_its_answers_at_home(started, northmoor, eastvale):
    requester, finance, case = started

    with inside_council(northmoor):
        kept = FormAnswer.objects.get(case_id=case.pk)
        assert case.title == "A chair" and case.requester_id == requester.pk
        assert "why" not in case.facts and "why" not in json.dumps(case.state)
        assert kept.answers["for_officer"] == str(finance.pk)
        assert kept.answers["items"] == [{"item": "Chair", "count": 2}]
        assert "asset" not in kept.answers
    with inside_council(eastvale):
        assert not FormAnswer.objects.exists()


def test_a_task_with_a_form_is_answered_on_its_page_and_its_amount_routes_the_case(started, northmoor, client_for):
    _, finance, case = started
    client = client_for(finance)
    with inside_council(northmoor):
        task = Task.objects.of_this_room().get(case_id=case.pk)
    address = reverse("workflow:task", args=[task.pk])

    wrong = client.post(address, {"answer_amount": "lots", "answer_budget": "yes", "outcome": "done"})
    right = client.post(address, {"answer_amount": "1,200.00", "answer_budget": "no", "outcome": "done"})

    assert wrong.status_code == 422 and 'value="lots"' in wrong.content.decode()
    assert right.status_code == 302, right.content.decode()
    with inside_council(northmoor):
        case.refresh_from_db()
        assert case.outcome == "refused" and str(case.amount) == "1200.00"
        assert FormAnswer.objects.get(task_id=task.pk).answers == {"amount": "1200.00", "budget": False}
    shown = client.get(reverse("workflow:case", args=[case.pk])).content.decode()
    assert "What does it cost?" in shown and "£1,200.00" in shown and "quote.txt" in shown


def test_a_task_with_a_form_cannot_be_approved_without_it(started, northmoor):
    _, finance, case = started

    with inside_council(northmoor), pytest.raises(NotAllowed, match="fill in a form"):
        task = Task.objects.of_this_room().get(case_id=case.pk)
        services.complete_task(actor=finance, task_id=task.pk, outcome="done", from_inbox=True)


def test_the_same_answer_twice_is_kept_once(started, northmoor):
    _, finance, case = started

    with inside_council(northmoor):
        task = Task.objects.of_this_room().get(case_id=case.pk)
        for _ in range(2):
            answer_task(actor=finance, task_id=task.pk, outcome="done", answers={"amount": "10.00", "budget": True})

        assert FormAnswer.objects.filter(task_id=task.pk).count() == 1


def test_the_api_gives_the_schema_and_takes_the_answers(started, northmoor, client_for):
    _, finance, case = started
    client = client_for(finance)
    with inside_council(northmoor):
        task = Task.objects.of_this_room().get(case_id=case.pk)

    schema = client.get(f"/api/v1/inbox/{task.pk}/form/").json()["form"]
    bad = client.post(
        f"/api/v1/inbox/{task.pk}/decide/",
        {"outcome": "done", "answers": {"amount": 5}},
        content_type="application/json",
    )
    good = client.post(
        f"/api/v1/inbox/{task.pk}/decide/", {"outcome": "done", "answers": {"amount": "5.00", "budget": True}},
        content_type="application/json",
    )  # fmt: skip

    assert schema == forms()["check"]
    assert bad.status_code in (400, 422) and "amount" in bad.content.decode()
    assert good.status_code == 200 and good.json()["outcome"] == "approved"


def test_the_api_lists_what_can_be_started_and_starts_it(northmoor, officer_in, client_for):
    publish_in(northmoor)
    client = client_for(officer_in(northmoor))
    officer_in(northmoor, "finance_officer")

    listed = client.get("/api/v1/requests/").json()["results"]
    bad = client.post("/api/v1/requests/", {"process": KEY, "answers": {}}, content_type="application/json")
    good = client.post("/api/v1/requests/", {"process": KEY, "answers": GIVEN}, content_type="application/json")
    none = client.post("/api/v1/requests/", {"process": "gone", "answers": {}}, content_type="application/json")

    assert [(one["process"], one["form"]) for one in listed] == [(KEY, forms()["asked"])]
    assert bad.status_code in (400, 422) and "What do you need" in bad.content.decode()
    assert good.status_code == 201 and good.json()["title"] == "A chair"
    assert none.status_code == 404


def test_where_every_request_is_for_another_role_the_page_says_which(
    shared_service, officer_in, client_for, monkeypatch
):
    from tests.shared_services.workflow import form_processes

    monkeypatch.setattr(form_processes, "BPMN", form_processes.BPMN.replace(
        'name="Officers">', 'name="Officers"><bpmn:extensionElements><guildhall:lane role="shared_service_manager"/></bpmn:extensionElements>'
    ))  # fmt: skip
    publish_in(shared_service)

    told = client_for(officer_in(shared_service, "category_manager")).get("/start/").text
    offered = client_for(officer_in(shared_service, "shared_service_manager")).get("/start/").text

    assert "for officers with another role" in told and "Shared service manager" in told
    assert f"/start/{KEY}/" not in told
    assert f"/start/{KEY}/" in offered


def test_only_the_role_of_the_start_lane_may_start(northmoor, officer_in, client_for, monkeypatch):
    from tests.shared_services.workflow import form_processes

    monkeypatch.setattr(form_processes, "BPMN", form_processes.BPMN.replace(
        'name="Officers">', 'name="Officers"><bpmn:extensionElements><guildhall:lane role="director"/></bpmn:extensionElements>'
    ))  # fmt: skip
    publish_in(northmoor)
    address = reverse("workflow:start_process", args=[KEY])

    assert client_for(officer_in(northmoor)).get(address).status_code in (403, 409)
    assert client_for(officer_in(northmoor, "director")).get(address).status_code == 200


def test_a_process_is_not_found_next_door(northmoor, eastvale, officer_in, client_for):
    publish_in(northmoor)
    client = client_for(officer_in(eastvale))

    assert client.get(reverse("workflow:start_process", args=[KEY])).status_code == 404
    assert "Equipment" not in client.get(reverse("workflow:start_request")).content.decode()


def test_requests_with_pages_of_their_own_can_be_started_too(northmoor, officer_in, client_for):
    html = client_for(officer_in(northmoor, "requisitioner")).get(reverse("workflow:start_request")).content.decode()
    others = client_for(officer_in(northmoor)).get(reverse("workflow:start_request")).content.decode()

    assert reverse("purchasing:start_requisition") in html
    assert reverse("people:request_leave") in html
    assert reverse("purchasing:start_requisition") not in others


def test_names_are_suggested_and_looked_up(northmoor, officer_in, client_for):
    one = officer_in(northmoor, name="Ada Quill")
    officer_in(northmoor, name="Ada Moss")
    client = client_for(one)

    found = client.get(reverse("workflow:suggest", args=["officer"]), {"q": "ada"}).json()["found"]

    assert [line.split(" (")[0] for line in found] == ["Ada Moss", "Ada Quill"]
    form = StepForm(fields=(FormField("who", "officer", "Who?"),))
    with inside_council(northmoor):
        assert check_answers(form, {"who": "quill"}) == {"who": str(one.pk)}
        with pytest.raises(AnswersRefused, match="More than one"):
            check_answers(form, {"who": "ada"})


# -- Files by program ------------------------------------------------------------------------------


def a_file(name="quote.txt", text=b"Two chairs, 240 pounds"):
    return SimpleUploadedFile(name, text, content_type="text/plain")


def send_request(program, **parts):
    body = json.dumps({"process": KEY, "answers": GIVEN})
    return program.client.post("/api/v1/requests/", {"body": body, **parts})


@pytest.fixture
def program(northmoor, officer_in):
    publish_in(northmoor)
    officer_in(northmoor, "finance_officer")
    return program_of(officer_in(northmoor), "workflow:write")


def test_a_program_sends_the_files_that_a_form_asks_for(northmoor, program):
    answer = send_request(program, **{"answers.quote": a_file()})

    assert answer.status_code == 201, answer.content
    with inside_council(northmoor):
        kept = FormAnswer.objects.get(case_id=answer.json()["id"])
        assert Attachment.objects.get(pk=kept.answers["quote"]).name == "quote.txt"


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"answers.what": a_file()}, "asks for no file"),
        ({"answers.gone": a_file()}, "asks for no file"),
        ({"quote": a_file()}, "answers.quote"),
        ({"answers.quote": a_file("quote.exe", b"MZ")}, "must be a PDF"),
        ({"answers.quote": a_file(text=b"")}, "empty"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_and_nothing_is_kept(northmoor, program, parts, words):
    answer = send_request(program, **parts)

    assert answer.status_code in (400, 409) and words in answer.content.decode(), answer.content
    with inside_council(northmoor):
        assert not Case.objects.of_this_room().exists() and not Attachment.objects.exists()


def test_files_are_taken_only_where_a_form_can_ask_for_them_and_with_a_body(northmoor, program):
    without = program.client.post("/api/v1/requests/", {"answers.quote": a_file()})
    elsewhere = program.client.post(f"/api/v1/cases/{northmoor.number}/comment/", {"body": "{}", "answers.a": a_file()})

    assert without.status_code == 400 and "part “body”" in without.content.decode()
    assert elsewhere.status_code in (404, 415)


def test_a_body_that_is_itself_sent_as_a_file_is_read_beside_a_key(northmoor, program):
    program.client.defaults["HTTP_IDEMPOTENCY_KEY"] = "one"
    body = json.dumps({"process": KEY, "answers": GIVEN}).encode()

    answer = program.client.post("/api/v1/requests/", {"body": a_file("body.json", body), "answers.quote": a_file()})

    assert answer.status_code == 201, answer.content


def test_files_sent_twice_with_one_key_start_one_case(northmoor, program):
    program.client.defaults["HTTP_IDEMPOTENCY_KEY"] = "one"
    first = send_request(program, **{"answers.quote": a_file()})
    again = send_request(program, **{"answers.quote": a_file()})
    other = send_request(program, **{"answers.quote": a_file(text=b"Another quote")})

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert first.json()["id"] == again.json()["id"]
    with inside_council(northmoor):
        assert Case.objects.of_this_room().count() == 1


def test_answers_are_looked_at_only_for_who_may_decide(started, northmoor, officer_in):
    _, _, case = started
    with inside_council(northmoor):
        task = Task.objects.of_this_room().get(case_id=case.pk)
        with pytest.raises(NotAllowed, match="You are not"):
            answer_task(actor=officer_in(northmoor), task_id=task.pk, outcome="done", answers={"amount": "lots"})
