"""SAML 2.0 as a service provider: what is asked of an identity provider, and what is believed of its answer (ADR 0066)."""
