from __future__ import annotations

import pytest

from shared_services.modelling.overrides import weakenings

from .sketches import LICENCE_STEPS, choice, drawn, end, licence, service, user, with_flows

JOINT = drawn(licence())


def messages(steps=None, flows=None, **more):
    forms = more.pop("forms", None)
    return [one.message for one in weakenings(JOINT, drawn(licence(steps, flows, **more), forms=forms))]


def extra(*steps):
    return [*LICENCE_STEPS, *steps]


def gated(before: tuple[str, ...], onward: str):
    """An approval of the council's own in one way, with its gateway: only “approve” leads on."""
    return with_flows(
        (before[0], before[1], "own_approval", *before[3:]),
        ("own_decided", "own_approval", "own_decision"),
        ("own_yes", "own_decision", onward, 'outcome == "approve"'),
        ("own_no", "own_decision", "refused"),
    )


OWN = (user("own_approval", "director"), choice("own_decision", "own_no"))


def test_the_joint_process_itself_is_no_weakening():
    assert messages() == []


def test_an_approval_may_be_added_at_the_start_of_a_way_and_may_refuse():
    assert messages(extra(*OWN), gated(("begin", "start"), "check_papers")) == []
    assert (
        messages(extra(*OWN), gated(("papers_fine", "papers_in_order", "large", 'outcome == "approve"'), "large")) == []
    )


def test_a_tool_that_gives_the_way_a_new_id_changes_nothing():
    flows = with_flows(("new_id", "start", "own_approval"), ("own_on", "own_approval", "check_papers"), gone=("begin",))

    assert messages(extra(user("own_approval", "director", "approve")), flows) == []


def test_a_limit_may_be_lowered_and_never_raised():
    lower = with_flows(("large_amount", "large", "approve_licence", "amount >= 3000"))
    higher = with_flows(("large_amount", "large", "approve_licence", "amount >= 8000"))

    assert messages(flows=lower) == []
    [refused] = messages(flows=higher)
    assert "“amount >= 5000” after “Large”" in refused
    assert "going from 5,000 to 8,000 does not do that" in refused


def test_a_condition_may_ask_in_more_cases_and_not_in_fewer():
    more = with_flows(("large_amount", "large", "approve_licence", 'amount >= 5000 or category == "33"'))
    fewer = with_flows(("large_amount", "large", "approve_licence", 'amount >= 5000 and category == "33"'))

    assert messages(flows=more) == []
    assert len(messages(flows=fewer)) == 1


def test_granting_may_be_made_harder_and_not_easier():
    harder = with_flows(("licence_granted", "licence_decision", "granted", 'outcome == "approve" and amount < 90000'))
    easier = with_flows(("licence_granted", "licence_decision", "granted", 'outcome == "approve" or amount < 90000'))

    assert messages(flows=harder) == []
    assert len(messages(flows=easier)) == 1


@pytest.mark.parametrize("gone", ["check_papers", "approve_licence"])
def test_a_joint_step_cannot_be_removed_and_the_refusal_names_it(gone):
    label = gone.replace("_", " ").capitalize()
    steps = [step for step in LICENCE_STEPS if step[1] != gone]
    flows = [flow for flow in with_flows() if gone not in flow[1:3]]

    assert f"Step “{label}” is part of the joint process and cannot be removed." in messages(steps, flows)


def test_a_joint_step_keeps_its_role_its_answers_and_its_operation():
    role = [user("check_papers", "requisitioner"), *LICENCE_STEPS[1:]]
    answers = [user("check_papers", "budget_holder", "approve"), *LICENCE_STEPS[1:]]

    assert messages(role) == ["Step “Check papers” is part of the joint process and must stay with the same role."]
    assert messages(answers) == ["Step “Check papers” is part of the joint process and must keep its answers."]


def test_the_time_to_act_may_be_shortened_only():
    joint = drawn(licence([user("check_papers", "budget_holder", due="5"), *LICENCE_STEPS[1:]]))
    sooner = drawn(licence([user("check_papers", "budget_holder", due="3"), *LICENCE_STEPS[1:]]))
    later = drawn(licence([user("check_papers", "budget_holder", due="9"), *LICENCE_STEPS[1:]]))

    assert weakenings(joint, sooner) == []
    assert "can only be shortened" in weakenings(joint, later)[0].message


def test_no_way_may_be_added_that_passes_by_a_step():
    around = with_flows(("begin", "start", "own_choice"), ("own_back", "own_choice", "check_papers"),
                        ("own_short", "own_choice", "granted", "amount < 10"))  # fmt: skip

    [refused] = messages(extra(choice("own_choice", "own_back")), around)
    assert refused == "After “Start” a case would go straight to “Granted” and pass by steps of the joint process."


def test_a_way_cannot_be_bent_past_a_step_or_left_out():
    bent = with_flows(("papers_fine", "papers_in_order", "granted", 'outcome == "approve"'))
    swallowed = with_flows(("begin", "start", "own_approval"), ("own_on", "own_approval", "refused"))

    assert "pass by steps" in messages(flows=bent)[0]
    assert any(
        "your steps must lead on to it" in one
        for one in messages(extra(user("own_approval", outcomes="approve")), swallowed)
    )


def test_a_way_beside_those_of_the_joint_process_is_refused():
    beside = with_flows(("own_way", "large", "granted", "amount < 7000"))

    assert messages(flows=beside) == ["No way may leave “Large” for “Granted” beside those of the joint process."]


def test_an_answer_that_the_joint_process_still_looks_at_cannot_be_overwritten():
    between = with_flows(("checked", "check_papers", "own_approval"), ("own_on", "own_approval", "papers_in_order"))

    found = messages(extra(user("own_approval", "director", "approve")), between)

    assert any("its answer would take the place of the one that “Papers in order” looks at" in one for one in found)


def test_who_does_not_approve_an_added_step_must_stop_the_case():
    careless = with_flows(("begin", "start", "own_approval"), ("own_on", "own_approval", "check_papers"))

    [refused] = messages(extra(user("own_approval", "director")), careless)

    assert "After “Own approval” a case goes on to “Check papers” whatever was answered" in refused


def test_a_councils_own_end_may_only_refuse():
    flows = with_flows(("begin", "start", "own_choice"), ("own_on", "own_choice", "check_papers"),
                       ("own_out", "own_choice", "own_end", "amount < 1"))  # fmt: skip

    assert messages(extra(choice("own_choice", "own_on"), end("own_end", "rejected")), flows) == []
    assert (
        "may only reject or withdraw"
        in messages(extra(choice("own_choice", "own_on"), end("own_end", "approved")), flows)[0]
    )


def test_an_operation_of_the_joint_process_is_not_done_out_of_turn():
    steps = [*LICENCE_STEPS, service("issue", "test.issue_licence")]
    flows = with_flows(
        ("licence_granted", "licence_decision", "issue", 'outcome == "approve"'), ("issued", "issue", "granted")
    )
    joint = drawn(licence(steps, flows))
    early = drawn(
        licence(
            [*steps, service("own_issue", "test.issue_licence")],
            with_flows(("begin", "start", "own_issue"), ("own_on", "own_issue", "check_papers"), base=flows),
        )
    )

    assert weakenings(joint, early)[0].message == (
        "“Own issue” cannot be added: it would do by itself what “Issue” does in its turn."
    )


def test_a_form_of_an_added_step_may_not_fill_in_what_the_joint_process_looks_at():
    forms = {"own_approval": {"type": "object", "properties": {"amount": {"type": "number"}}}}

    found = messages(extra(*OWN), gated(("begin", "start"), "check_papers"), forms=forms)

    assert found == ["“Own approval” cannot be added: it would change “amount”, which the joint process uses."]


def test_a_condition_whose_text_differs_by_a_space_is_another_condition():
    joint = drawn(
        licence(flows=with_flows(("large_amount", "large", "approve_licence", 'starts with(category, "high risk")')))
    )
    spaced = with_flows(("large_amount", "large", "approve_licence", 'starts with(category,  "high risk")'))
    other = with_flows(("large_amount", "large", "approve_licence", 'starts with(category, "high  risk")'))

    assert weakenings(joint, drawn(licence(flows=spaced))) == []
    assert weakenings(joint, drawn(licence(flows=other)))


@pytest.mark.parametrize("step", ["start", "check_papers"])
def test_a_step_without_a_form_is_given_none_that_changes_what_the_process_looks_at(step):
    def form(name):
        return {step: {"type": "object", "properties": {name: {"type": "string"}}}}

    (said,) = messages(forms=form("amount"))

    assert "would change “amount”" in said
    assert messages(forms=form("remarks")) == []
