"""What a successor takes over of a predecessor's tables is declared, or it says why it is in the archive alone."""

from __future__ import annotations

import pytest
from django.db import models

from shared_services.leaving.takeover.declared import ARCHIVED, TAKEN
from shared_services.tenancy import wall

PRIVATE = [model for model in wall.private_models() if model._meta.managed]


@pytest.mark.parametrize("model", PRIVATE, ids=lambda model: model._meta.label)
def test_a_private_table_is_taken_over_or_says_why_it_stays_in_the_archive(model):
    label, app = model._meta.label, model._meta.app_label
    left = ARCHIVED.get(label) or ARCHIVED.get(app)

    assert (label in TAKEN) != bool(left), f"Declare {label} in shared_services/leaving/takeover/declared.py, once"
    if how := TAKEN.get(label):
        names = {field.name for field in model._meta.concrete_fields} | {field.column for field in model._meta.fields}
        assert {*how.sets, *how.money, *how.only_of_new} - names == set()
        unique = {field.name for field in model._meta.concrete_fields if field.unique and not field.primary_key}
        unique -= {field.name for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)}
        met = {how.code} | ({"key"} if how.same else set()) | {"reference"}
        assert unique <= met, f"{label}: say what happens to a row whose {unique - met} the successor has already"


def test_nothing_is_declared_that_is_no_longer_there():
    known = {model._meta.label for model in PRIVATE} | {model._meta.app_label for model in PRIVATE}

    assert set(TAKEN) | set(ARCHIVED) <= known
    assert all(reason.strip() for reason in ARCHIVED.values())
