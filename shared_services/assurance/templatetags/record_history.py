"""A link from a record's page to everything that was done to it, for who may read the audit record."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import template
from django.db import models
from django.urls import reverse

from shared_services.access.permissions import may

from ..services import MAY_READ

register = template.Library()


@register.inclusion_tag("components/record_history.html", takes_context=True)
def record_history(context: Any, record: models.Model) -> dict[str, str]:
    """{% record_history requisition %}: draws nothing for who may not read the audit record."""
    if not may(getattr(context["request"], "actor", None), MAY_READ):
        return {"url": ""}
    return {"url": f"{reverse('audit:list_entries')}?{urlencode({'record': str(record.pk)})}"}
