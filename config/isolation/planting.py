"""Put one marked row into every table of every room, so that a leak shows wherever it happens.

Rows are made from the models themselves: a table written tomorrow is planted without anyone's doing.
The rows are senseless as business; the scratch database drops its business checks first.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.utils.functional import Promise

from shared_services.tenancy import wall
from shared_services.tenancy.bases import PooledModel
from shared_services.tenancy.directory import CouncilEntry, every_room

MARKS = {0: "Zqxharbour", 1: "Zqxmeadow", 2: "Zqxquarry"}
"""A word for each room that nothing else in the product contains."""
SKIPPED = {"django_migrations", "django_content_type", "auth_permission"}
"""The same rows in every room, by design."""


@dataclass(frozen=True)
class Planted:
    """A row that was planted: whose it is, its table, its key and the values it can be addressed by."""

    room: int
    label: str
    table: str
    pk: str
    pooled: bool
    names: dict[str, str]


def plant() -> list[Planted]:
    """Plant every room. Run as the owner of a scratch database."""
    _drop_business_checks()
    planted: list[Planted] = []
    for room in every_room():
        keys = {model: _key_for(model, room.number) for model in _models()}
        connection.set_tenant(room)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET session_replication_role = replica")
            for model in _models():
                if not (room.is_shared_service and getattr(model, "shared_service_rows_are_common", False)):
                    planted.append(_plant_row(model, room, keys))
            with connection.cursor() as cursor:
                cursor.execute("SET session_replication_role = origin")
        finally:
            connection.set_schema_to_public()
        _plant_file(room)
    return planted


def save(planted: list[Planted], path: Path) -> None:
    path.write_text(json.dumps([asdict(row) for row in planted]))


def load(path: Path) -> list[Planted]:
    return [Planted(**row) for row in json.loads(path.read_text())]


def _models() -> list[type[models.Model]]:
    private = [m for m in wall.private_models() if m._meta.managed and m._meta.db_table not in SKIPPED]
    return [*private, *wall.pooled_models()]


def _drop_business_checks() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname)
              FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
             WHERE contype IN ('c', 'x') AND conislocal AND coninhcount = 0
               AND (n.nspname = 'public' OR n.nspname ~ '^c[0-9]{4}$') AND conrelid <> 0
            """
        )
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)


def _key_for(model: type[models.Model], room: int) -> Any:
    key = model._meta.pk
    if isinstance(key, models.UUIDField):
        return uuid.uuid4()
    if isinstance(key, models.CharField):
        return f"{MARKS[room]}-key"[: key.max_length or 255]
    return 900_000 + room


def _plant_row(model: type[models.Model], room: CouncilEntry, keys: dict[type[models.Model], Any]) -> Planted:
    instance = model()
    pooled = issubclass(model, PooledModel)
    for item in model._meta.concrete_fields:
        if item.primary_key and not item.remote_field:
            value = keys[model]
        elif pooled and item.name == "owner":
            instance.owner_id = room.number
            continue
        elif pooled and item.name == "parts":
            value = []
        elif item.remote_field is not None:
            setattr(instance, item.attname, _related(item, keys))
            continue
        else:
            value = _value(item, MARKS[room.number])
        setattr(instance, item.attname, value)
    table: models.QuerySet[models.Model] = models.QuerySet(model)
    table.bulk_create([instance])
    names = {
        item.attname: str(getattr(instance, item.attname))
        for item in model._meta.concrete_fields
        if isinstance(item, models.CharField | models.SlugField | models.UUIDField | models.IntegerField)
        and getattr(instance, item.attname) is not None
    }
    return Planted(room.number, model._meta.label, model._meta.db_table, str(instance.pk), pooled, names)


def _related(item: Any, keys: dict[type[models.Model], Any]) -> Any:
    target = item.related_model
    if item.null and target not in keys:
        return None
    if target in keys:
        return keys[target]
    return target._base_manager.order_by("pk").values_list(item.target_field.attname, flat=True).first()


def _value(item: models.Field, mark: str) -> Any:
    if isinstance(item, ArrayField):
        return []
    if item.choices and not isinstance(item.choices, Promise):
        return next(iter(item.flatchoices))[0]
    kind = item.get_internal_type()
    limit = item.max_length or 10_000
    simple = {
        "BooleanField": False, "DateField": date(2026, 6, 1), "TimeField": time(9, 0), "JSONField": {"note": mark},
        "DateTimeField": datetime(2030, 1, 1, tzinfo=UTC), "DurationField": timedelta(hours=1),
        "DecimalField": Decimal("1"), "FloatField": 1.0, "UUIDField": uuid.uuid4(), "BinaryField": mark.encode(),
        "GenericIPAddressField": "192.0.2.1",
    }  # fmt: skip
    if kind in simple:
        return simple[kind]
    if "IntegerField" in kind:
        return 1
    if kind in ("FileField", "ImageField"):
        return f"{mark}.txt"
    if isinstance(item, models.EmailField):
        return f"{mark}@{mark}.test".lower() if limit >= 40 else mark
    if isinstance(item, models.SlugField):
        return mark.lower()[:limit]
    return f"{mark} {item.name}"[:limit]


def _plant_file(room: CouncilEntry) -> None:
    folder = Path(settings.PRIVATE_FILES_DIR) / room.key
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{MARKS[room.number]}.txt").write_text(MARKS[room.number])


def every_private_table() -> list[str]:
    """Tables that each room has, from the models that the apps declare."""
    return sorted({m._meta.db_table for m in wall.private_models() if m._meta.managed})


def every_pooled_table() -> list[str]:
    return sorted({m._meta.db_table for m in wall.pooled_models()})


def every_common_table() -> list[tuple[str, str]]:
    return sorted((m._meta.db_table, m.maintained_by) for m in wall.common_models())


def app_models(label: str) -> set[str]:
    return {model._meta.label for model in apps.get_app_config(label).get_models()}
