"""SCIM 2.0 (RFC 7643, RFC 7644): the council's identity provider keeps its officers."""
