"""The question to an identity provider: an AuthnRequest in the address that the browser is sent to."""

from __future__ import annotations

import base64
import zlib
from datetime import datetime
from urllib.parse import urlencode

from lxml import etree

from .documents import ASSERTION, POST, PROTOCOL, tag
from .metadata import IdentityProvider, ServiceProvider
from .moments import written


def question_url(*, to: IdentityProvider, by: ServiceProvider, reference: str, now: datetime) -> str:
    """Where to send the browser, by the HTTP-Redirect binding (SAML 2.0 Bindings, 3.4).

    Not signed: the answer goes to the address that the provider knows already, whoever asks. No name format is asked
    for, because AD FS answers with an error where its rule has another.
    """
    root = etree.Element(
        tag("samlp:AuthnRequest"), nsmap={"samlp": PROTOCOL, "saml": ASSERTION}, ID=reference, Version="2.0",
        IssueInstant=written(now), Destination=to.sign_on_url, ProtocolBinding=POST,
        AssertionConsumerServiceURL=by.consumer_url,
    )  # fmt: skip
    etree.SubElement(root, tag("saml:Issuer")).text = by.entity_id
    # DEFLATE without a header, as the binding has it.
    press = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = press.compress(etree.tostring(root)) + press.flush()
    joint = "&" if "?" in to.sign_on_url else "?"
    return f"{to.sign_on_url}{joint}{urlencode({'SAMLRequest': base64.b64encode(packed).decode()})}"
