"""Whatever override is accepted, every case is still asked of everyone whom the joint process would have asked."""

from __future__ import annotations

from collections import Counter

import pytest
from django.utils import timezone
from hypothesis import event, given, settings
from hypothesis import strategies as st

from shared_services.modelling.overrides import weakenings
from shared_services.modelling.rehearsals import Answer, Matrix, rehearse
from shared_services.workflow.engine import read_definition

from .sketches import choice, drawn, end, process, user

ROLES = ["budget_holder", "head_of_service", "director", "section_151_officer", "finance_officer"]
amounts = st.integers(min_value=0, max_value=20_000)
categories = st.sampled_from(["33", "45", "90"])


@st.composite
def joint_processes(draw):
    """A row of approvals, some only from an amount or for a category, each with its own gateway that refuses."""
    number = draw(st.integers(min_value=1, max_value=3))
    steps, flows = [], []
    here, condition, way = "start", None, 0

    def join(source, target, only_if=None):
        nonlocal way
        way += 1
        flows.append((f"way_{way}", source, target, *([only_if] if only_if else [])))
        return f"way_{way}"

    for place in range(number):
        approve, decided, when = f"approve_{place}", f"decided_{place}", f"when_{place}"
        after = f"when_{place + 1}" if place + 1 < number else "granted"
        conditional = draw(st.booleans())
        if conditional:
            limit = draw(st.sampled_from([1000, 5000, 9000]))
            condition = draw(st.sampled_from([f"amount >= {limit}", f"amount > {limit}", 'category == "45"']))
            join(when, approve, condition)
            default = join(when, after)
        else:
            default = join(when, approve)
        steps += [choice(when, default), user(approve, draw(st.sampled_from(ROLES)))]
        join(approve, decided)
        join(decided, after, 'outcome == "approve"')
        steps.append(choice(decided, join(decided, "refused")))
    join(here, "when_0")
    return [*steps, end("granted", "approved"), end("refused", "rejected")], flows


@st.composite
def overrides(draw, joint):
    """What an author might do to it, good and bad: put steps in, bend ways, change conditions and roles."""
    steps, flows = list(joint[0]), list(joint[1])
    ids = [step[1] for step in steps]
    for change in range(draw(st.integers(min_value=1, max_value=3))):
        place = draw(st.integers(min_value=0, max_value=len(flows) - 1))
        flow = flows[place]
        what = draw(st.sampled_from(["step", "gated", "bend", "limit", "wider", "narrower", "role", "shortcut"]))
        own = f"own_{change}"
        if what == "step":
            outcomes = draw(st.sampled_from(["approve", "approve reject", "noted"]))
            steps.append(user(own, draw(st.sampled_from(ROLES)), outcomes))
            flows[place] = (flow[0], flow[1], own, *flow[3:])
            flows.append((f"{own}_on", own, flow[2]))
        elif what == "gated":
            steps += [user(own, draw(st.sampled_from(ROLES))), choice(f"{own}_c", f"{own}_no")]
            flows[place] = (flow[0], flow[1], own, *flow[3:])
            flows += [
                (f"{own}_a", own, f"{own}_c"),
                (f"{own}_yes", f"{own}_c", flow[2], 'outcome == "approve"'),
                (f"{own}_no", f"{own}_c", draw(st.sampled_from(ids))),
            ]
        elif what == "bend":
            flows[place] = (flow[0], flow[1], draw(st.sampled_from(ids)), *flow[3:])
        elif what == "shortcut":
            steps.append(choice(own, f"{own}_on"))
            flows[place] = (flow[0], flow[1], own, *flow[3:])
            flows += [(f"{own}_on", own, flow[2]), (f"{own}_s", own, draw(st.sampled_from(ids)), "amount < 4000")]
        elif len(flow) > 3:
            limit = draw(st.sampled_from([500, 3000, 7000, 12000]))
            text = {
                "limit": f"amount >= {limit}",
                "wider": f"{flow[3]} or amount >= {limit}",
                "narrower": f"{flow[3]} and amount >= {limit}",
            }.get(what)
            if text:
                flows[place] = (*flow[:3], text)
        if what == "role":
            number = draw(st.integers(min_value=0, max_value=len(steps) - 1))
            if steps[number][0] == "user":
                steps[number] = user(steps[number][1], draw(st.sampled_from(ROLES)))
    return steps, flows


def asked(definition, values):
    """Who is asked when everyone approves."""

    def approve(step, role):
        return Answer("approve" if "approve" in step.outcomes else step.outcomes[0])

    return rehearse(definition, values, approve, lambda step, known: {}, Matrix("taxi_licence", timezone.localdate()))


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=250, deadline=None)
@given(data=st.data())
def test_any_accepted_override_asks_at_least_the_joint_approvers(data):
    joint = data.draw(joint_processes())
    local = data.draw(overrides(joint))
    joint_bpmn, local_bpmn = process(*joint), process(*local)
    try:
        local_definition = read_definition(local_bpmn, [])
    except ValueError:
        return
    if weakenings(drawn(joint_bpmn), drawn(local_bpmn)):
        event("refused")
        return
    event("accepted" if local != joint else "unchanged")
    joint_definition = read_definition(joint_bpmn, [])

    for _ in range(5):
        values = {"amount": str(data.draw(amounts)), "category": data.draw(categories)}
        before, after = asked(joint_definition, values), asked(local_definition, values)
        if after.fault or after.outcome != "approved":
            continue
        missing = Counter(before.asked) - Counter(after.asked)
        assert before.outcome == "approved"
        assert not missing, f"{values}: {missing} were not asked\n{joint}\n{local}"
