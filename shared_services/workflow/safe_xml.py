"""Reading XML that someone drew: no entities, no document types, no network, no more than a fixed size."""

from __future__ import annotations

import re

from lxml import etree

MAX_BYTES = 1024 * 1024
MAX_ELEMENTS = 20_000
MAX_DEPTH = 100


_DECLARED = re.compile(r"""\A(\ufeff?<\?xml[^>]*?)(\s+encoding\s*=\s*["']([^"']*)["'])""")
"""A text is decoded already, so what it once was encoded in no longer counts."""


class XmlRefused(ValueError):
    """A file that may not be read, with the reason in plain words."""


def read_xml(text: str | bytes, name: str = "The file") -> etree._Element:
    """The root of an XML document. Raises XmlRefused for anything that could harm the reader."""
    raw = _DECLARED.sub(r"\1", text, count=1).encode() if isinstance(text, str) else text
    if len(raw) > MAX_BYTES:
        raise XmlRefused(f"{name} is larger than {MAX_BYTES // 1024} KB.")
    head = raw[:4096].upper()
    if b"<!DOCTYPE" in head or b"<!ENTITY" in raw.upper():
        raise XmlRefused(f"{name} declares a document type or entities. Save it again without them.")
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, dtd_validation=False, no_network=True, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise XmlRefused(f"{name} is not well-formed XML: {error}") from error
    if root.getroottree().docinfo.doctype:
        raise XmlRefused(f"{name} declares a document type. Save it again without it.")
    _check_shape(root, name)
    return root


def _check_shape(root: etree._Element, name: str) -> None:
    count, stack = 0, [(root, 1)]
    while stack:
        element, depth = stack.pop()
        count += 1
        if count > MAX_ELEMENTS:
            raise XmlRefused(f"{name} has more than {MAX_ELEMENTS} elements.")
        if depth > MAX_DEPTH:
            raise XmlRefused(f"{name} is nested deeper than {MAX_DEPTH} levels.")
        if not isinstance(element.tag, str):
            raise XmlRefused(f"{name} uses an entity. Save it again without entities.")
        stack.extend((child, depth + 1) for child in element)


def local(element: etree._Element) -> str:
    """An element's name without its namespace."""
    return etree.QName(element).localname


def declared_encoding(text: str) -> str:
    """What a file says it is encoded in; UTF-8 when it says nothing."""
    found = _DECLARED.match(text)
    return found[3] if found else "utf-8"


def text_of(raw: bytes, name: str = "The file") -> str:
    """A file's text, exactly: `bytes_of` gives the same bytes back. Raises XmlRefused."""
    encoding = declared_encoding(raw[:200].decode("latin-1").replace("\xef\xbb\xbf", "\ufeff"))
    try:
        text = raw.decode(encoding)
    except (LookupError, UnicodeDecodeError) as problem:
        raise XmlRefused(f"{name} is not in the encoding that it says, {encoding}. Save it as UTF-8.") from problem
    if not text.isprintable() and "\x00" in text:
        raise XmlRefused(f"{name} is not in an encoding that is read here. Save it as UTF-8.")
    return text


def bytes_of(text: str) -> bytes:
    """A file as it came: in the encoding that it says of itself."""
    return text.encode(declared_encoding(text))
