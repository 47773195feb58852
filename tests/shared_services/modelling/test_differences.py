from __future__ import annotations

from shared_services.modelling.differences import differences

from .conftest import ROUTE
from .sketches import LICENCE_STEPS, drawn, licence, user, with_flows

OLD = drawn(licence())


def said(steps=None, flows=None, **more):
    return differences(OLD, drawn(licence(steps, flows, **more.pop("process", {})), **more))


def test_the_same_process_differs_in_nothing():
    assert said() == []


def test_added_and_removed_steps_are_named_with_their_place():
    steps = [*LICENCE_STEPS, user("second_look", "director")]
    flows = with_flows(("begin", "start", "second_look"), ("on", "second_look", "check_papers"))

    assert said(steps, flows) == [
        "Step “Second look” added after “Start”.",
        "The way from “Start” to “Check papers” now goes from “Start” to “Second look”.",
    ]
    assert "Step “Second look” removed." in differences(drawn(licence(steps, flows)), OLD)


def test_a_changed_role_says_from_whom_to_whom():
    steps = [user("check_papers", "director"), *LICENCE_STEPS[1:]]

    assert said(steps) == ["Check papers: role changed from Budget holder to Director."]


def test_a_changed_limit_is_told_as_numbers():
    flows = with_flows(("large_amount", "large", "approve_licence", "amount >= 3000"))

    assert said(flows=flows) == ["The way from “Large” to “Approve licence”: condition, limit 5,000 → 3,000."]


def test_another_condition_is_told_in_full():
    flows = with_flows(("large_amount", "large", "approve_licence", 'category == "45"'))

    assert said(flows=flows) == [
        'The way from “Large” to “Approve licence”: condition changed from amount >= 5000 to category == "45".'
    ]


def test_answers_and_values_are_told():
    steps = [user("check_papers", "budget_holder", "approve"), *LICENCE_STEPS[1:]]
    variables = {"amount": "number", "outcome": "text", "approvers": "list", "area": "text"}

    assert said(steps, process={"variables": variables}) == [
        "Check papers: answers changed from “Approve”, “Reject” to “Approve”.",
        "The value “amount” is now a number instead of a money.",
        "The process uses a new value, “area” (text).",
        "The process no longer uses the value “category”.",
    ]


def test_rows_of_decision_tables_are_told_cell_by_cell():
    old = drawn(licence(), (ROUTE,))
    new = drawn(licence(), (ROUTE.replace("&gt;= 50000", "&gt;= 30000"),))

    assert differences(old, new) == ["Decision table “Route of a requisition”, row 4: Amount, limit 50,000 → 30,000."]
    assert differences(old, OLD) == ["Decision table “Route of a requisition” removed."]


def test_forms_are_told_question_by_question():
    old = {"check_papers": {"properties": {"plate": {"title": "Number plate"}, "colour": {"title": "Colour"}}}}
    new = {
        "check_papers": {
            "properties": {"plate": {"title": "Number plate"}, "seats": {"title": "Seats"}},
            "required": ["plate"],
        }
    }

    assert differences(drawn(licence(), forms=old), drawn(licence(), forms=new)) == [
        "Form of “Check papers”: “Seats” added.",
        "Form of “Check papers”: “Colour” removed.",
        "Form of “Check papers”: “Number plate” must now be answered.",
    ]


def test_a_new_process_is_told_as_new():
    assert differences(None, OLD) == ["“Taxi licence” is a new process with 5 steps."]
