"""What other drawing tools say in their own words, read as ours where ours is missing.

Camunda 7 and 8, Flowable, Activiti and Signavio put who acts, what is called and the like into extensions of
their own. Nothing of theirs is changed or lost: the file's text is kept; this only reads it.
"""

from __future__ import annotations

import re

from lxml import etree

from shared_services.access.permissions import ROLES

from .safe_xml import local

_WRAPPED = re.compile(r"^[#$]\{(?P<inside>.*)\}$", re.DOTALL)
_QUOTED = re.compile(r"(\"[^\"]*\"|'[^']*')")
_SIGNS = (
    (re.compile(r"&&"), " and "),
    (re.compile(r"\|\|"), " or "),
    (re.compile(r"!(?!=)"), " not "),
    (re.compile(r"(?<![=<>!])=(?![=])"), "=="),
)
FIELD_KINDS = {
    "long": "number", "int": "number", "integer": "number", "double": "number", "number": "number",
    "boolean": "boolean", "date": "date", "string": "text", "enum": "text", "text": "text",
}  # fmt: skip
CASE_ROLES = {"requester", "line_manager"}
"""Roles that somebody has for one case, not for good."""
_TOOLS = (
    ("camunda.org/schema/1.0", "Camunda 7"),
    ("camunda.org/schema/zeebe", "Camunda 8"),
    ("flowable.org", "Flowable"),
    ("activiti.org", "Activiti"),
    ("signavio.com", "Signavio"),
)


def drawn_with(root: etree._Element) -> str:
    """The tool that a file was drawn with, as far as its namespaces tell; empty when they do not."""
    spaces = {str(uri) for element in root.iter() if isinstance(element.tag, str) for uri in element.nsmap.values()}
    return next((name for part, name in _TOOLS if any(part in uri for uri in spaces)), "")


def plain_expression(text: str) -> str:
    """A condition as our evaluator reads it: `${a > 1 && b}` and `=a > 1 and b` say `a > 1 and b`."""
    text = text.strip()
    wrapped = _WRAPPED.match(text)
    if wrapped:
        text = wrapped["inside"]
    elif text.startswith("=") and not text.startswith("=="):
        text = text[1:]
    parts = _QUOTED.split(text)
    for index in range(0, len(parts), 2):
        for sign, word in _SIGNS:
            parts[index] = sign.sub(word, parts[index])
    return " ".join("".join(parts).split()) if "'" not in text and '"' not in text else "".join(parts).strip()


def role_of(element: etree._Element) -> str:
    """The role that a tool's candidate groups or assignee name, when it is one of ours."""
    names = _attribute(element, "candidateGroups") or _attribute(element, "assignee")
    for found in _extensions(element, "assignmentDefinition"):
        names = names or found.get("candidateGroups", "") or found.get("assignee", "")
    for name in re.split(r"[,;]", plain_expression(names) if names else ""):
        role = known_role(name.strip("\"' []"))
        if role:
            return role
    return ""


def known_role(name: str) -> str:
    """The role of that key or label, however it is spelt; empty when there is none."""
    key = _slug(name)
    if key in ROLES or key in CASE_ROLES:
        return key
    return next((role.key for role in ROLES.values() if _slug(role.label) == key), "") if key else ""


def job_of(element: etree._Element) -> str:
    """What a tool calls a service step's job: a topic, a job type, a delegate."""
    for found in _extensions(element, "taskDefinition"):
        if found.get("type"):
            return found.get("type", "")
    for name in ("topic", "type", "delegateExpression", "expression", "class"):
        value = _attribute(element, name)
        if value and value != "external":
            return plain_expression(value)
    return ""


def decision_of(element: etree._Element) -> str:
    for found in _extensions(element, "calledDecision"):
        return found.get("decisionId", "").strip('=" ')
    return _attribute(element, "decisionRef") or _attribute(element, "decisionTableReferenceKey")


def called_by(element: etree._Element) -> str:
    for found in _extensions(element, "calledElement"):
        return found.get("processId", "").strip('=" ')
    return ""


def repetition_of(many: etree._Element) -> tuple[str, str]:
    """(list, item) of a repetition, as the tools name them."""
    for found in _extensions(many, "loopCharacteristics"):
        return plain_expression(found.get("inputCollection", "")), found.get("inputElement", "")
    return plain_expression(_attribute(many, "collection")), _attribute(many, "elementVariable")


def form_fields(process: etree._Element) -> dict[str, str]:
    """The variables that a tool's own forms ask for, with their kinds."""
    found = {}
    for element in process.iter("{*}formField", "{*}formProperty"):
        kind = FIELD_KINDS.get((element.get("type") or "string").lower(), "text")
        if element.get("id"):
            found[element.get("id", "")] = kind
    return found


def _attribute(element: etree._Element, name: str) -> str:
    """An attribute of that name in a tool's own namespace."""
    return next((str(value) for key, value in element.attrib.items() if str(key).endswith("}" + name)), "")


def _extensions(element: etree._Element, name: str) -> list[etree._Element]:
    return [
        found
        for holder in element
        if isinstance(holder.tag, str) and local(holder) == "extensionElements"
        for found in holder.iter()
        if isinstance(found.tag, str) and local(found) == name
    ]


def _slug(name: str) -> str:
    return re.sub(r"\W+", "_", name.strip().lower()).strip("_")
