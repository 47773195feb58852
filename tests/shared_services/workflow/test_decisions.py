"""Decisions as files: hit policies, decisions that need others, declared kinds, and what is refused by name."""

from __future__ import annotations

import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from shared_services.workflow.checking import check_files
from shared_services.workflow.decisions import DecisionRefused, as_plain, read_decisions
from shared_services.workflow.engine import EngineFault, Run, read_definition
from shared_services.workflow.expressions import ExpressionError

from .drawing import element, end, flows, process, start, user

HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="housing">'
KINDS = (
    '<itemDefinition name="tTenure"><typeRef>string</typeRef><allowedValues><text>"social", "private"</text></allowedValues>'
    '</itemDefinition><itemDefinition name="tHousehold"><itemComponent name="Adults"><typeRef>number</typeRef></itemComponent>'
    '<itemComponent name="Moved in"><typeRef>date</typeRef></itemComponent></itemDefinition>'
)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def model_of(*parts: str):
    return read_decisions(HEAD + "".join(parts) + "</definitions>")


def given(name: str, kind: str) -> str:
    return f'<inputData id="in_{name.replace(" ", "_")}" name="{name}"><variable name="{name}" typeRef="{kind}"/></inputData>'


def needing(*inputs: str, decisions: tuple[str, ...] = ()) -> str:
    return "".join(
        f'<informationRequirement><requiredInput href="#in_{name.replace(" ", "_")}"/></informationRequirement>'
        for name in inputs
    ) + "".join(
        f'<informationRequirement><requiredDecision href="#{key}"/></informationRequirement>' for key in decisions
    )


def expression(key: str, name: str, text: str, needs: str = "") -> str:
    said = f"<literalExpression><text>{escaped(text)}</text></literalExpression>"
    return f'<decision id="{key}" name="{name}"><variable name="{name}"/>{needs}{said}</decision>'


def table(policy: str, outputs: str, *rows: tuple[str, ...], more: str = "", looks_at: str = "points") -> str:
    many = outputs.count("<output ")
    said = "".join(
        f'<rule id="row_{number}"><inputEntry><text>{escaped(row[0])}</text></inputEntry>'
        + "".join(f"<outputEntry><text>{escaped(cell)}</text></outputEntry>" for cell in row[1 : 1 + many])
        + "</rule>"
        for number, row in enumerate(rows, start=1)
    )
    return (
        f'<decision id="band" name="Priority band"><decisionTable hitPolicy="{policy}" {more}><input label="Points">'
        f"<inputExpression><text>{looks_at}</text></inputExpression></input>{outputs}{said}</decisionTable></decision>"
    )


ONE = '<output name="band"/>'
RANKED = '<output name="band"><outputValues><text>"urgent", "high", "low"</text></outputValues></output>'
TWO = RANKED.replace("</output>", '<defaultOutputEntry><text>"low"</text></defaultOutputEntry></output>') + (
    '<output name="weeks"/>'
)
ROWS = (("> 5", '"low"', "20"), ("> 10", '"high"', "10"), ("> 20", '"urgent"', "2"))


@pytest.mark.parametrize(
    ("policy", "outputs", "points", "wanted"),
    [
        ("FIRST", ONE, 25, "low"),
        ("PRIORITY", RANKED, 25, "urgent"),
        ("PRIORITY", RANKED, 15, "high"),
        ("RULE ORDER", ONE, 15, ["low", "high"]),
        ("OUTPUT ORDER", RANKED, 25, ["urgent", "high", "low"]),
        ("COLLECT", ONE, 15, ["low", "high"]),
        ("COLLECT", ONE, 1, []),
        ("UNIQUE", ONE, 7, "low"),
        ("FIRST", ONE, 1, None),
        ("PRIORITY", TWO, 25, {"band": "urgent", "weeks": 2}),
        ("OUTPUT ORDER", TWO, 15, [{"band": "high", "weeks": 10}, {"band": "low", "weeks": 20}]),
        ("FIRST", TWO, 1, {"band": "low", "weeks": None}),
        ("COLLECT", TWO, 1, [{"band": "low", "weeks": None}]),
    ],
)
def test_each_hit_policy_makes_its_own_of_the_rows_that_fit(policy, outputs, points, wanted):
    assert model_of(table(policy, outputs, *ROWS)).result("band", {"points": points}) == wanted


@pytest.mark.parametrize(
    ("aggregation", "points", "wanted"),
    [("SUM", 25, 60), ("MIN", 25, 10), ("MAX", 25, 30), ("COUNT", 25, 3), ("SUM", 1, None), ("COUNT", 1, 0)],
)
def test_collected_answers_are_added_up(aggregation, points, wanted):
    rows = (("> 5", "10"), ("> 10", "20"), ("> 20", "30"))
    model = model_of(table("COLLECT", ONE, *rows, more=f'aggregation="{aggregation}"'))

    assert model.result("band", {"points": points}) == wanted
    assert model.decide("band", {"points": points}) == {"band": wanted}


def test_any_takes_rows_that_say_the_same_and_no_others():
    rows = (("> 5", '"low"'), ("> 10", '"low"'), ("> 20", '"high"'))
    model = model_of(table("ANY", ONE, *rows))

    assert model.result("band", {"points": 15}) == "low"
    with pytest.raises(ExpressionError, match="“Priority band” has more than one row"):
        model.result("band", {"points": 25})


def test_a_case_keeps_answers_by_the_names_of_the_outputs():
    model = model_of(table("COLLECT", TWO, *ROWS))

    assert as_plain(model.decide("band", {"points": 15})) == {"band": ["low", "high"], "weeks": [20, 10]}
    assert model_of(table("FIRST", ONE, *ROWS)).decide("band", {"points": 0}) == {}


def test_a_case_decides_by_tables_and_by_expressions_of_one_file():
    rule = '<bpmn:extensionElements><guildhall:decision name="{}"/></bpmn:extensionElements>'
    drawing = process(
        start(), element("businessRuleTask", "rank", rule.format("band")),
        element("businessRuleTask", "word", rule.format("words")), user("look"), end(),
        flows("start rank", "rank word", "word look", "look end"), points="number", band="text", letter="text",
    )  # fmt: skip
    decisions = (
        HEAD
        + table("PRIORITY", RANKED, *ROWS)
        + expression("words", "letter", '"Your band is " + Priority band', needing(decisions=("band",)))
        + "</definitions>"
    )
    run = Run.start(read_definition(drawing, [decisions]), {"points": "15"})

    run.advance(lambda step, values: None)

    assert run.values == {"points": "15", "band": "high", "letter": "Your band is high"}
    assert [found.step.id for found in run.waiting()] == ["look"]


def test_a_case_that_no_row_fits_says_so():
    rule = '<bpmn:extensionElements><guildhall:decision name="band"/></bpmn:extensionElements>'
    drawing = process(
        start(), element("businessRuleTask", "rank", rule), end(), flows("start rank", "rank end"), points="number",
    )  # fmt: skip
    definition = read_definition(drawing, [HEAD + table("FIRST", ONE, *ROWS) + "</definitions>"])

    with pytest.raises(EngineFault, match="“Rank”: no row of its decision table fits"):
        Run.start(definition, {"points": "1"}).advance(lambda step, values: None)


def test_a_decision_works_out_first_what_it_needs():
    model = model_of(
        given("Weekly income", "number"),
        given("Weekly rent", "number"),
        expression("share", "Share of rent", "Weekly rent / Weekly income", needing("Weekly income", "Weekly rent")),
        expression("points", "points", "if Share of rent > 0.5 then 30 else 8", needing(decisions=("share",))),
        table("PRIORITY", RANKED, *ROWS).replace("<decisionTable", needing(decisions=("points",)) + "<decisionTable"),
        expression("words", "Letter", '"Your band is " + Priority band', needing(decisions=("band",))),
    )

    assert model.result("words", {"Weekly income": 200, "Weekly rent": 150}) == "Your band is urgent"
    assert model.result("words", {"Weekly income": 400, "Weekly rent": 150}) == "Your band is low"
    assert {one.name for one in model.inputs_of("words")} == {"Weekly income", "Weekly rent"}


def test_inputs_are_taken_as_the_kinds_that_the_file_declares():
    model = model_of(
        KINDS,
        given("tenure", "tTenure"),
        given("household", "tHousehold"),
        expression("since", "Since", 'household.Moved in + duration("P1Y")', needing("tenure", "household")),
    )
    household = {"Adults": 2, "Moved in": "2026-02-28"}

    assert as_plain(model.result("since", {"tenure": "social", "household": household})) == "2027-02-28"
    for wrong, words in (
        ({"tenure": "squat", "household": household}, '“tenure” may be "social", "private"'),
        ({"tenure": 5, "household": household}, "“tenure” must be a text"),
        ({"tenure": "social", "household": {"Moved in": "soon"}}, "“household.Moved in” must be a date, such as"),
        ({"tenure": "social", "household": 5}, "must have the parts Adults, Moved in"),
        ({"tenure": "social"}, "no value called “household”"),
    ):
        with pytest.raises(ExpressionError, match=words):
            model.result("since", wrong)


def test_two_files_with_a_model_of_the_same_name_keep_their_own():
    def file(factor: int):
        return model_of(
            '<businessKnowledgeModel id="k" name="Uplift"><encapsulatedLogic><formalParameter name="n"/>'
            f"<literalExpression><text>n * {factor}</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>",
            expression("a", "A", "Uplift(10)"),
        )

    first, second = file(2), file(3)

    assert (first.result("a", {}), second.result("a", {})) == (20, 30)


def test_an_input_that_is_drawn_as_a_label_needs_no_value_of_its_own():
    model = model_of(
        given("The amount asked for", "number"), expression("a", "A", "amount + 1", needing("The amount asked for"))
    )

    assert model.result("a", {"amount": 1}) == 2


def test_a_business_knowledge_model_is_called_in_an_expression_and_in_a_box():
    knowledge = (
        '<businessKnowledgeModel id="uplift" name="Uplift"><variable name="Uplift"/><encapsulatedLogic>'
        '<formalParameter name="base"/><formalParameter name="per cent"/><literalExpression><text>base * (1 + per cent / 100)'
        "</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>"
    )
    boxed = (
        '<decision id="boxed" name="Boxed"><invocation><literalExpression><text>Uplift</text></literalExpression>'
        '<binding><parameter name="base"/><literalExpression><text>200</text></literalExpression></binding>'
        '<binding><parameter name="per cent"/><literalExpression><text>10</text></literalExpression></binding>'
        "</invocation></decision>"
    )
    context = (
        '<decision id="both" name="Both"><context><contextEntry><variable name="low rate"/><literalExpression><text>'
        'Uplift(100, 5)</text></literalExpression></contextEntry><contextEntry><variable name="rates"/><list>'
        "<literalExpression><text>low rate</text></literalExpression><literalExpression><text>"
        "Uplift(per cent: 50, base: 10)</text></literalExpression></list></contextEntry></context></decision>"
    )
    model = model_of(knowledge, boxed, context)

    assert model.result("boxed", {}) == 220
    assert model.result("both", {}) == {"low rate": 105, "rates": [105, 15]}


@pytest.mark.parametrize(
    ("parts", "element", "words"),
    [
        ([table("FIRST", ONE, ("amount.__class__", "1"))], "band", "“Priority band”: Row 1, column 1: .*no attributes"),
        ([table("FIRST", ONE, ("-", "open(1)"))], "band", "Row 1, column 2: An expression may call only"),
        ([table("BEST", ONE, *ROWS)], "band", "hit policy BEST is not one of"),
        ([table("PRIORITY", ONE, *ROWS)], "band", "lists its values in order"),
        ([table("COLLECT", TWO, *ROWS, more='aggregation="SUM"')], "band", "adds up more than one"),
        ([table("FIRST", ONE, *ROWS, looks_at="for x in y return x")], "band", "Column 1 .*a loop"),
        ([expression("a", "A", "1 +")], "a", "Decision “A”: .*not an expression"),
        (['<decision id="a" name="A"/>'], "a", "has no logic"),
        (['<decision id="a" name="A"><for/></decision>'], "a", "a loop"),
        ([expression("a", "A", "1", needing(decisions=("b",)))], "a", "needs a decision “b” that is not in the file"),
        (
            [
                expression("a", "A", "B", needing(decisions=("b",))),
                expression("b", "B", "A", needing(decisions=("a",))),
            ],
            "a",
            "“A” needs itself",
        ),
        (
            [
                '<businessKnowledgeModel id="k" name="Again"><encapsulatedLogic><formalParameter name="n"/>'
                "<literalExpression><text>Again(n) + Again(n)</text></literalExpression></encapsulatedLogic>"
                "</businessKnowledgeModel>",
                expression("a", "A", "Again(1)"),
            ],
            "k",
            "“Again” calls itself",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_decided_is_refused_by_its_element(parts, element, words):
    with pytest.raises(DecisionRefused, match=words) as refusal:
        model_of(*parts)

    assert element in [key for key, _ in refusal.value.problems]


def test_everything_wrong_in_a_file_is_told_at_once_by_check_process():
    text = HEAD + expression("a", "A", "1 +") + expression("b", "B", "open(1)") + "</definitions>"

    found = check_files("<no/>", [("rules.dmn", text)])

    assert {"a", "b"} <= {finding.element for finding in found if finding.rule == "decision"}


def test_needs_in_the_shape_of_a_lattice_are_worked_out_once_each():
    parts = [expression("d0", "d0", "1")]
    for level in range(1, 40):
        both = needing(decisions=(f"d{level - 1}", f"e{level - 1}")) if level > 1 else needing(decisions=("d0",))
        before = f"d{level - 1}"
        parts += [expression(f"{side}{level}", f"{side}{level}", f"{before} + 1", both) for side in "de"]

    assert model_of(*parts).result("d39", {}) == 40


def test_models_that_call_each_other_without_end_are_refused():
    def knowledge(number: int, text: str) -> str:
        return (
            f'<businessKnowledgeModel id="k{number}" name="k{number}"><encapsulatedLogic><formalParameter name="n"/>'
            f"<literalExpression><text>{text}</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>"
        )

    parts = [knowledge(0, "n")] + [knowledge(n, f"k{n - 1}(n) + k{n - 1}(n)") for n in range(1, 30)]

    with pytest.raises(DecisionRefused, match="too many times"):
        model_of(*parts, expression("a", "A", "k29(1)"))


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "fees.dmn"
    path.write_text(
        HEAD
        + given("amount", "number")
        + given("paid on", "date")
        + expression("fee", "Fee", "amount * 0.075", needing("amount"))
        + expression("due", "Due", 'paid on + duration("P28D")', needing("paid on"))
        + expression("all", "All", "[Fee, Due, null]", needing(decisions=("fee", "due")))
        + "</definitions>"
    )
    return path


def decided(file, **options) -> str:
    out = StringIO()
    call_command("decide", str(file), stdout=out, **options)
    return out.getvalue().strip()


@pytest.mark.parametrize(
    ("decision", "values", "wanted"),
    [
        ("fee", '{"amount": 1234567890123456789.01}', "92592591759259259.17575"),
        ("Fee", '{"amount": 200}', "15.000"),
        ("due", '{"paid on": "2026-12-31"}', '"2027-01-28"'),
        ("all", '{"amount": 200, "paid on": "2026-12-31"}', '[15.000, "2027-01-28", null]'),
        ("fee", '{"amount": null}', "null"),
    ],
)
def test_decide_prints_the_answer_as_json_with_every_digit(file, decision, values, wanted):
    assert decided(file, decision=decision, input=values) == wanted
    json.loads(wanted, parse_float=Decimal)


@pytest.mark.parametrize(
    ("decision", "values", "words"),
    [
        ("fee", '{"amount": "lots"}', "“amount” must be a number. It is “lots”."),
        ("due", '{"paid on": "yesterday"}', "“paid on” must be a date, such as 2026-11-22."),
        ("fee", "{}", "There is no value called “amount”."),
        ("fee", "[1]", "must be a JSON object"),
        ("fee", "{amount: 1}", "The input is not JSON"),
        ("fee", '{"amount": NaN}', "NaN is not a number"),
        ("fee", "[" * 100, "The input is not JSON"),
        ("other", "{}", "There is no decision “other” in the file. It has: fee \\(Fee\\)"),
        (None, "{}", "Say which decision"),
    ],
)
def test_decide_says_what_is_wrong_with_what_it_was_given(file, decision, values, words):
    with pytest.raises(CommandError, match=words):
        decided(file, decision=decision, input=values)


def test_decide_refuses_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        decided(tmp_path / "none.dmn", input="{}")


def cases(*results: str) -> str:
    return (
        '<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        '<modelName>fees.dmn</modelName><testCase id="1"><inputNode name="amount"><value>200</value></inputNode>'
        '<inputNode name="paid on"><value xsi:nil="true"/></inputNode>' + "".join(results) + "</testCase></testCases>"
    )


def result(name: str, inside: str) -> str:
    return f'<resultNode name="{name}" type="decision"><expected>{inside}</expected></resultNode>'


def test_test_cases_in_the_tck_format_are_run_and_counted(file):
    (file.parent / "fees-test-01.xml").write_text(
        cases(
            result("Fee", "<value>15</value>"),
            result("Due", '<value xsi:nil="true"/>'),
            result("Fee", "<value>16</value>"),
        )
    )
    out = StringIO()

    with pytest.raises(SystemExit) as stopped:
        call_command("run_decision_cases", str(file.parent), stdout=out)

    assert stopped.value.code == 1
    assert "fees-test-01: 2 of 3" in out.getvalue()
    assert "2 passed, 1 failed, 3 in all" in out.getvalue()
