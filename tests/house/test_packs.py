"""Every table of a council is in its exit pack, or says why not; no secret is."""

from __future__ import annotations

import re

import pytest

from shared_services.leaving.pack.contents import (
    LIBRARIES_LEFT_OUT,
    every_model,
    hidden_columns,
    packed_models,
    packed_tables,
    why_left_out,
)

SOUNDS_SECRET = re.compile(r"password|secret|token|seal|seed|digest|private_key|api_key|credential|_hash$|fingerprint")
NO_SECRET = {
    "operating_consent.digest": "says what exactly was agreed to",
    "insight_suppliersharing.digest": "says what exactly was agreed to",
    "audit_chainlink.content_hash": "binds a line into the chain: anyone may know it",
    "audit_chainlink.sealed_at": "when a line was bound",
    "audit_verification.last_hash": "the link up to which the chain was checked",
    "migration_provenance.row_hash": "tells whether a row of the legacy system has changed",
    "purchasing_jointconsent.seen_digest": "a fingerprint of rows that the officer decided on",
}
"""Columns that sound like a secret and are none, each with the reason."""
NOT_OURS = [model for model in every_model() if not model.__module__.startswith(("councils.", "shared_services."))]


def _label(model) -> str:
    return model._meta.label


@pytest.mark.parametrize("model", every_model(), ids=_label)
def test_every_table_is_packed_or_says_in_a_sentence_why_not(model):
    reason = why_left_out(model)

    if reason:
        assert len(reason) > 30 and reason.endswith(".")
    else:
        assert model in {table.model for table in packed_tables()}


@pytest.mark.parametrize("model", NOT_OURS, ids=_label)
def test_a_table_of_a_library_is_packed_only_when_somebody_looked_at_it(model):
    looked_at = {"account.EmailAddress", "socialaccount.SocialAccount"}

    assert (model._meta.label in LIBRARIES_LEFT_OUT) != (model._meta.label in looked_at)


def test_no_reason_outlives_its_table():
    assert set(LIBRARIES_LEFT_OUT) <= {model._meta.label for model in every_model()}


@pytest.mark.parametrize("model", packed_models(), ids=_label)
def test_what_sounds_like_a_secret_is_left_out_or_named_as_none(model):
    hidden = hidden_columns(model)
    columns = {field.column for field in model._meta.concrete_fields}

    assert set(hidden) <= columns
    for column in columns - set(hidden):
        if SOUNDS_SECRET.search(column):
            assert f"{model._meta.db_table}.{column}" in NO_SECRET, f"{model._meta.db_table}.{column}"
