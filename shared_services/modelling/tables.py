"""Decision tables of a draft as a plain grid: read from the DMN file, changed in place, nothing else touched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from lxml import etree

from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow.safe_xml import local

from .drawings import check_table_file

HIT_POLICIES = {
    "UNIQUE": "Exactly one row may fit",
    "FIRST": "The first row that fits",
    "ANY": "Any row that fits; all must say the same",
    "COLLECT": "Every row that fits",
    "RULE ORDER": "Every row that fits, in order",
    "PRIORITY": "The row whose answer counts most",
    "OUTPUT ORDER": "Every row that fits, the answer that counts most first",
}
KINDS = {"string": "Text", "number": "Number", "boolean": "Yes or no", "date": "Date", "list": "List"}
MOST_ROWS, MOST_COLUMNS = 300, 20


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it looks at or answers."""

    label: str
    expression: str
    kind: str = "string"


@dataclass(frozen=True, slots=True)
class Grid:
    """One decision table as rows and columns; each row's last cell is its note."""

    decision: str
    name: str
    hit_policy: str
    inputs: tuple[Column, ...]
    outputs: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ListedTable:
    """One decision of a draft: which file it is in, and whether it is a table."""

    file: int
    decision: str
    name: str
    is_table: bool
    rows: int


def listed_tables(files: Iterable[str]) -> list[ListedTable]:
    found = []
    for number, text in enumerate(files):
        for decision in _children(_root(text), "decision"):
            table = _child(decision, "decisionTable")
            found.append(
                ListedTable(
                    file=number,
                    decision=decision.get("id", ""),
                    name=decision.get("name") or decision.get("id", ""),
                    is_table=table is not None,
                    rows=len(_children(table, "rule")) if table is not None else 0,
                )
            )
    return found


def read_grid(text: str, decision: str) -> Grid:
    element, table = _table(_root(text), decision)
    inputs = tuple(_input_column(one) for one in _children(table, "input"))
    outputs = tuple(
        Column(one.get("label") or one.get("name", ""), one.get("name", ""), one.get("typeRef", "string"))
        for one in _children(table, "output")
    )
    return Grid(
        decision=decision,
        name=element.get("name") or decision,
        hit_policy=table.get("hitPolicy", "UNIQUE"),
        inputs=inputs,
        outputs=outputs,
        rows=tuple(_row(rule, len(inputs), len(outputs)) for rule in _children(table, "rule")),
    )


def write_grid(text: str, grid: Grid) -> str:
    """The file with a table's rows, columns and name as the grid says. Rows that stay keep their id and what else is in them."""
    if len(grid.rows) > MOST_ROWS or len(grid.inputs) + len(grid.outputs) > MOST_COLUMNS:
        raise NotAllowed(f"A table can have {MOST_ROWS} rows and {MOST_COLUMNS} columns at most.", code="size")
    if not grid.inputs or not grid.outputs:
        raise NotAllowed("A table needs at least one column to look at and one to answer with.", code="columns")
    root = _root(text)
    element, table = _table(root, grid.decision)
    element.set("name", grid.name)
    table.set("hitPolicy", grid.hit_policy)
    new_id = _ids(root, grid.decision)
    _write_inputs(table, grid.inputs, new_id)
    _write_outputs(table, grid.outputs, new_id)
    _write_rules(table, grid, new_id)
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8").decode()


def with_column(grid: Grid, column: Column, *, output: bool) -> Grid:
    """One more column at the end of its kind; every row looks at anything there, and answers nothing."""
    inputs, outputs = (grid.inputs, (*grid.outputs, column)) if output else ((*grid.inputs, column), grid.outputs)
    place = len(grid.inputs) + (len(grid.outputs) if output else 0)
    rows = tuple((*row[:place], "" if output else "-", *row[place:]) for row in grid.rows)
    return Grid(grid.decision, grid.name, grid.hit_policy, inputs, outputs, rows)


def without_column(grid: Grid, place: int) -> Grid:
    inputs = tuple(one for number, one in enumerate(grid.inputs) if number != place)
    outputs = tuple(one for number, one in enumerate(grid.outputs) if number + len(grid.inputs) != place)
    rows = tuple(tuple(cell for number, cell in enumerate(row) if number != place) for row in grid.rows)
    return Grid(grid.decision, grid.name, grid.hit_policy, inputs, outputs, rows)


def new_table(decision: str, name: str) -> str:
    """A DMN file with one table that looks at one thing and answers one."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"'
        ' xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/" xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/"'
        f' id="{decision}_definitions" name="{decision}" namespace="urn:guildhall:decision:{decision}">\n'
        f'  <decision id="{decision}" name="{decision}">\n'
        f'    <decisionTable id="{decision}_table" hitPolicy="FIRST">\n'
        f'      <input id="{decision}_input_1" label="Amount"><inputExpression id="{decision}_expression_1" typeRef="number">'
        "<text>amount</text></inputExpression></input>\n"
        f'      <output id="{decision}_output_1" label="Answer" name="answer" typeRef="string" />\n'
        "    </decisionTable>\n  </decision>\n"
        f'  <dmndi:DMNDI><dmndi:DMNDiagram id="{decision}_drawing"><dmndi:DMNShape id="{decision}_shape"'
        f' dmnElementRef="{decision}"><dc:Bounds x="160" y="100" width="180" height="80" /></dmndi:DMNShape>'
        "</dmndi:DMNDiagram></dmndi:DMNDI>\n</definitions>\n"
    )


# -- Parts ----------------------------------------------------------------------------------------


def _root(text: str) -> etree._Element:
    check_table_file(text)
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    return etree.fromstring(text.encode(), parser)


def _children(element: etree._Element, name: str) -> list[etree._Element]:
    return [one for one in element if isinstance(one.tag, str) and local(one) == name]


def _child(element: etree._Element, name: str) -> etree._Element | None:
    return next(iter(_children(element, name)), None)


def _table(root: etree._Element, decision: str) -> tuple[etree._Element, etree._Element]:
    for element in _children(root, "decision"):
        if element.get("id") == decision:
            table = _child(element, "decisionTable")
            if table is None:
                raise NotAllowed(
                    "This decision is an expression, not a table. Change it in the drawing.", code="no_table"
                )
            return element, table
    raise NotAllowed("This table is no longer in the draft. Go back to the list of tables.", code="not_found")


def _text(element: etree._Element | None) -> str:
    found = _child(element, "text") if element is not None else None
    return (found.text or "").strip() if found is not None else ""


def _input_column(one: etree._Element) -> Column:
    expression = _child(one, "inputExpression")
    source = _text(expression)
    kind = expression.get("typeRef", "string") if expression is not None else "string"
    return Column(one.get("label") or source, source, kind)


def _row(rule: etree._Element, inputs: int, outputs: int) -> tuple[str, ...]:
    cells = [_text(one) for one in _children(rule, "inputEntry")][:inputs]
    cells += ["-"] * (inputs - len(cells))
    answers = [_text(one) for one in _children(rule, "outputEntry")][:outputs]
    answers += [""] * (outputs - len(answers))
    note = _child(rule, "description")
    return (*cells, *answers, (note.text or "").strip() if note is not None else "")


def _ids(root: etree._Element, decision: str) -> Callable[[str], str]:
    taken = set(root.xpath("//@id"))

    def new_id(what: str) -> str:
        number = 1
        while (key := f"{decision}_{what}_{number}") in taken:
            number += 1
        taken.add(key)
        return key

    return new_id


def _sub(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}", attributes)


def _set_text(parent: etree._Element, text: str) -> None:
    found = _child(parent, "text")
    if found is None:
        found = _sub(parent, "text")
    if (found.text or "").strip() != text:
        found.text = text


def _fit(table: etree._Element, name: str, wanted: int, make: Callable[[], etree._Element]) -> list[etree._Element]:
    """As many children of a kind as are wanted, new ones after the last of them."""
    found = _children(table, name)
    for gone in found[wanted:]:
        table.remove(gone)
    found = found[:wanted]
    while len(found) < wanted:
        element = make()
        if found:
            table.insert(table.index(found[-1]) + 1, element)
        found.append(element)
    return found


def _write_inputs(table: etree._Element, columns: Sequence[Column], new_id: Callable[[str], str]) -> None:
    for element, column in zip(
        _fit(table, "input", len(columns), lambda: _sub(table, "input", id=new_id("input"))), columns, strict=True
    ):
        element.set("label", column.label)
        expression = _child(element, "inputExpression")
        if expression is None:
            expression = _sub(element, "inputExpression", id=new_id("expression"))
        expression.set("typeRef", column.kind)
        _set_text(expression, column.expression)


def _write_outputs(table: etree._Element, columns: Sequence[Column], new_id: Callable[[str], str]) -> None:
    for element, column in zip(
        _fit(table, "output", len(columns), lambda: _sub(table, "output", id=new_id("output"))), columns, strict=True
    ):
        for name, value in (("label", column.label), ("name", column.expression), ("typeRef", column.kind)):
            element.set(name, value)


def _write_rules(table: etree._Element, grid: Grid, new_id: Callable[[str], str]) -> None:
    known = {_row(rule, len(grid.inputs), len(grid.outputs)): rule for rule in _children(table, "rule")}
    for rule in _children(table, "rule"):
        table.remove(rule)
    for cells in grid.rows:
        # A row that only moved, or had a column added or taken, is found by what is in it.
        rule = known.pop(cells, None)
        if rule is None:
            rule = _sub(table, "rule", id=new_id("rule"))
        else:
            table.append(rule)
        _write_rule(rule, cells, grid, new_id)


def _write_rule(rule: etree._Element, cells: tuple[str, ...], grid: Grid, new_id: Callable[[str], str]) -> None:
    *entries, note = cells
    found = _child(rule, "description")
    if note and found is None:
        found = etree.Element(f"{{{etree.QName(rule).namespace}}}description")
        rule.insert(0, found)
    if found is not None:
        found.text = note
    places = len(grid.inputs)
    for name, wanted in (("inputEntry", entries[:places]), ("outputEntry", entries[places:])):

        def make(name: str = name) -> etree._Element:
            return _sub(rule, name, id=new_id("entry"))

        for element, cell in zip(_fit(rule, name, len(wanted), make), wanted, strict=True):
            _set_text(element, cell)
