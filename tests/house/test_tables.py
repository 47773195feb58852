"""The architecture, held: every table knows its room, and the path tells the schema."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from shared_services.tenancy.bases import CommonModel, PooledModel, PrivateModel

OURS = [model for model in apps.get_models() if model.__module__.startswith(("councils.", "shared_services."))]
BASES = (PrivateModel, PooledModel, CommonModel)


def _ids(model):
    return model._meta.label


@pytest.mark.parametrize("model", OURS, ids=_ids)
def test_every_model_stands_on_exactly_one_base(model):
    assert sum(issubclass(model, base) for base in BASES) == 1


def test_instances_need_nothing_but_their_values_and_their_room():
    """`tenancy.statements.JoinedRows` makes them from these alone."""
    plain = {base.__init__ for base in (models.Model, PrivateModel, PooledModel, CommonModel)}

    for model in [*OURS, apps.get_model("sessions.Session")]:
        assert model.__init__ in plain, model
        assert model.from_db.__func__ is models.Model.from_db.__func__, model
        for told in (models.signals.pre_init, models.signals.post_init):
            assert not told.has_listeners(model), model


@pytest.mark.parametrize("model", OURS, ids=_ids)
def test_the_path_of_a_model_tells_its_schema(model):
    app = model._meta.app_config.name

    if app in settings.FURNITURE_APPS or app.startswith("councils."):
        assert issubclass(model, PrivateModel)
    else:
        assert issubclass(model, PooledModel | CommonModel)


def test_no_app_is_in_two_rooms():
    assert not set(settings.TENANT_APPS) & set(settings.SHARED_APPS)
    assert set(settings.INSTALLED_APPS) == set(settings.TENANT_APPS) | set(settings.SHARED_APPS)


def test_accounts_sessions_and_content_types_are_never_public():
    for app in (
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "shared_services.accounts",
    ):
        assert app in settings.TENANT_APPS


@pytest.mark.parametrize("model", [m for m in OURS if issubclass(m, PrivateModel)], ids=_ids)
def test_no_private_table_has_a_database_key_into_the_shared_schema(model):
    for field in model._meta.concrete_fields:
        if field.remote_field and issubclass(field.related_model, PooledModel | CommonModel):
            assert field.db_constraint is False, field
            assert field.remote_field.on_delete is models.DO_NOTHING, field
            assert field.remote_field.related_name == "+", field


@pytest.mark.parametrize("model", [m for m in OURS if issubclass(m, PooledModel)], ids=_ids)
def test_unique_keys_and_indexes_of_pooled_tables_begin_with_the_council(model):
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields:
            assert constraint.fields[0] == "owner", f"{constraint.name} would tell one council what another has"
    for field in model._meta.concrete_fields:
        if not field.primary_key:
            assert not field.unique, field


@pytest.mark.parametrize("model", [m for m in OURS if issubclass(m, PooledModel)], ids=_ids)
def test_pooled_tables_point_to_shared_tables_only(model):
    for field in model._meta.concrete_fields:
        if field.remote_field:
            assert issubclass(field.related_model, PooledModel | CommonModel), field


@pytest.mark.parametrize("model", OURS, ids=_ids)
def test_money_is_decimal_with_two_places(model):
    for field in model._meta.concrete_fields:
        if field.name.endswith("_amount"):
            # A column that the database works out says in its output field what it holds.
            kind = getattr(field, "output_field", field)
            assert isinstance(kind, models.DecimalField) and kind.decimal_places == 2, field
        assert not isinstance(field, models.FloatField), field
