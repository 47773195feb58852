"""CPV codes as answers to a form."""

from __future__ import annotations

from shared_services.workflow.step_forms.choosers import Chosen, register_chooser

from .cpv import cpv_labels, find_cpv, search_cpv


class CpvCodes:
    """The whole vocabulary, by words or first digits."""

    def search(self, query: str, limit: int) -> list[Chosen]:
        return [Chosen(hit.code, f"{hit.code} {hit.label}") for hit in search_cpv(query, limit)]

    def find(self, key: str) -> Chosen | None:
        found = find_cpv(key)
        return (
            Chosen(found.code, f"{found.code} {cpv_labels([found.code]).get(found.code, '')}".strip())
            if found
            else None
        )


register_chooser("cpv", CpvCodes())
