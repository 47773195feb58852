"""Departments as answers to a form."""

from __future__ import annotations

from django.db.models import Q

from shared_services.workflow.step_forms.choosers import Chosen, register_chooser

from .models import Department


class Departments:
    """The council's open departments, by code or name."""

    def search(self, query: str, limit: int) -> list[Chosen]:
        found = Department.objects.open()
        for word in query.split():
            found = found.filter(Q(code__istartswith=word) | Q(name__icontains=word))
        return [self._chosen(one) for one in found.order_by("code")[:limit]]

    def find(self, key: str) -> Chosen | None:
        found = Department.objects.filter(code=key).first()
        return self._chosen(found) if found else None

    def _chosen(self, one: Department) -> Chosen:
        return Chosen(one.code, f"{one.code} {one.name}")


register_chooser("department", Departments())
