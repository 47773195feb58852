"""Processes as they are published: the list and one process's page."""

from __future__ import annotations

from typing import Any

from shared_services.govuk.views import Page

from ..querysets import drafts_of_this_room
from ..services import MAY_MANAGE


class ListProcesses(Page):
    permission = MAY_MANAGE
    title = "Processes"
    template_name = "pages/shared_services/modelling/processes.html"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(drafts=list(drafts_of_this_room()), **kwargs)
