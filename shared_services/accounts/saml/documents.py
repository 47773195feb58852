"""Reading SAML documents that others send: nothing declared, nothing hidden, no more than a fixed size."""

from __future__ import annotations

from lxml import etree

ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion"
PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
NAMES = {"saml": ASSERTION, "samlp": PROTOCOL, "md": METADATA, "ds": SIGNATURE}
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
EMAIL_ADDRESS = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
MAX_MESSAGE, MAX_METADATA = 256 * 1024, 1024 * 1024
"""Bytes. An answer with 150 groups in it has some 40 KB; the metadata of AD FS some 80 KB."""
MOST_ELEMENTS, MOST_ATTRIBUTES = 5000, 32
"""Of a message, and of one element with its namespaces: canonicalisation takes the square of the latter in time."""


class Refused(ValueError):
    """A document that is not believed, with the reason in plain words."""


def tag(name: str) -> str:
    """`saml:Issuer` -> the name as lxml writes it."""
    prefix, _, local = name.partition(":")
    return f"{{{NAMES[prefix]}}}{local}"


def read_message(raw: bytes) -> etree._Element:
    """The root of a message. Raises Refused for anything that two readers could read in two ways."""
    root = _read(raw, "The identity provider’s answer", MAX_MESSAGE, remove_comments=False)
    for number, node in enumerate(root.getroottree().iter()):
        if number >= MOST_ELEMENTS or len(node.attrib) > MOST_ATTRIBUTES or len(node.nsmap) > MOST_ATTRIBUTES:
            raise Refused("The identity provider’s answer has too many parts.")
        # A comment is not signed: within a name it would cut the name in two for a careless reader.
        if not isinstance(node.tag, str):
            raise Refused("The identity provider’s answer holds comments or instructions, which are not signed.")
    return root


def read_metadata(raw: bytes) -> etree._Element:
    """The root of a metadata file. Comments in it are passed over."""
    return _read(raw, "The metadata", MAX_METADATA, remove_comments=True)


def text_of(element: etree._Element | None) -> str:
    """All text of an element that holds nothing else; empty where there is no element."""
    if element is None:
        return ""
    if len(element):
        raise Refused(f"{etree.QName(element).localname} holds other elements where a text belongs.")
    return (element.text or "").strip()


def _read(raw: bytes, name: str, largest: int, *, remove_comments: bool) -> etree._Element:
    if len(raw) > largest:
        raise Refused(f"{name} is larger than {largest // 1024} KB.")
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, dtd_validation=False, no_network=True, huge_tree=False,
        remove_comments=remove_comments, remove_pis=remove_comments,
    )  # fmt: skip
    if b"<!DOCTYPE" in raw.upper():
        raise Refused(f"{name} declares a document type, which is not read.")
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Refused(f"{name} is not well-formed XML.") from None
    # Once more, as the parser sees it: a document in UTF-16 has none of the bytes looked for above.
    if root.getroottree().docinfo.doctype or root.getroottree().docinfo.internalDTD is not None:
        raise Refused(f"{name} declares a document type, which is not read.")
    return root
