"""Refusals that become a page."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied


class MissingPermission(PermissionDenied):
    """The officer is signed in and does not hold the permission that a page asks for."""

    def __init__(self, permission: str) -> None:
        super().__init__(permission)
        self.permission = permission
