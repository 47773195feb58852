"""The page kit. Apps import their bases from here; below are the pages that belong to no app."""

from __future__ import annotations

from .bulk import BulkAction
from .columns import Column
from .lists import ListPage
from .pages import ActionView, FormPage, GuardedView, Page

__all__ = ["ActionView", "BulkAction", "Column", "FormPage", "GuardedView", "ListPage", "Page"]
