"""What every council's room starts with."""

from __future__ import annotations

from typing import Any

from .models import CouncilSettings


def load_room(council: Any) -> None:
    """Give a new room its one row of settings; running it again changes nothing."""
    CouncilSettings.objects.get_or_create(only_row=True)
