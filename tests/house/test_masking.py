"""What a sandbox gets of a council's tables is declared, field by field."""

from __future__ import annotations

import pytest
from django.apps import apps

from shared_services.operating.masking import COPIED, LEFT_OUT, must_be_declared
from shared_services.tenancy import wall

PRIVATE = [model for model in wall.private_models() if model._meta.managed]


def _ids(model):
    return model._meta.label


@pytest.mark.parametrize("model", PRIVATE, ids=_ids)
def test_a_private_table_is_copied_with_every_field_declared_or_left_out_with_a_reason(model):
    label, app = model._meta.label, model._meta.app_label
    left_out = LEFT_OUT.get(label) or LEFT_OUT.get(app)
    how = COPIED.get(label)

    assert bool(how) != bool(left_out), f"Declare {label} in shared_services/operating/masking.py, once"
    if how is not None:
        wanted = {field.name for field in model._meta.concrete_fields if must_be_declared(field)}
        declared = how.as_they_are | set(how.masked)
        assert wanted - declared == set(), f"{label}: say whether these tell of a person"
        assert declared - wanted == set(), f"{label} has no such field that must be declared"


def test_nothing_is_declared_that_is_no_longer_there():
    labels = {model._meta.label for model in PRIVATE} | {model._meta.app_label for model in PRIVATE}

    assert set(COPIED) | set(LEFT_OUT) <= labels
    assert all(apps.get_model(label) for label in COPIED)
    assert all(reason.strip() for reason in LEFT_OUT.values())
