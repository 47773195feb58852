"""The files of a draft as text: read safely, checked to be what they should, given a title. Nothing in them is lost."""

from __future__ import annotations

from lxml import etree

from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow.diagrams import BPMN
from shared_services.workflow.safe_xml import XmlRefused, local, read_xml


def check_drawing(text: str, *, key: str = "") -> etree._Element:
    """The one executable process of a BPMN file. Raises NotAllowed when there is none, or it is another than `key`."""
    root = _read(text, "The BPMN file")
    found = _executable(root)
    if len(found) != 1:
        raise NotAllowed("The BPMN file must hold exactly one process that is marked as executable.", code="bpmn")
    if key and found[0].get("id") != key:
        raise NotAllowed(
            f"The process in the file has the ID “{found[0].get('id', '')}”. This draft is of “{key}”: keep that ID, "
            "or import the file as a new draft.",
            code="bpmn",
        )
    return found[0]


def check_table_file(text: str, name: str = "The DMN file") -> None:
    """Raises NotAllowed for a file that is not DMN. What is wrong inside its tables is a finding of the draft."""
    root = _read(text, name)
    if local(root) != "definitions" or "DMN" not in (etree.QName(root).namespace or "").upper():
        raise NotAllowed(f"{name} is not a DMN file.", code="dmn")


def title_of(text: str) -> str:
    process = check_drawing(text)
    return (process.get("name") or process.get("id") or "Process")[:200]


def titled(text: str, title: str) -> str:
    """The same drawing under another title; comments and everything else stay as they are."""
    if title_of(text) == title:
        return text
    check_drawing(text)
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    root = etree.fromstring(text.encode(), parser)
    _executable(root)[0].set("name", title)
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8").decode()


def _executable(root: etree._Element) -> list[etree._Element]:
    """The processes that are meant to run: those marked so, else those not marked otherwise."""
    every = root.findall(f"{BPMN}process")
    marked = [process for process in every if process.get("isExecutable") == "true"]
    return marked or [process for process in every if process.get("isExecutable") != "false"]


def _read(text: str, name: str) -> etree._Element:
    try:
        return read_xml(text, name)
    except XmlRefused as refusal:
        raise NotAllowed(str(refusal), code="xml") from refusal
