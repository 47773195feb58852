"""Sign-in and permissions of one room, through Django's own backend interface."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from shared_services.access.permissions import PERMISSIONS, may, permissions_of
from shared_services.tenancy.statements import JoinedRows

from .models import Account

BY_KEY = JoinedRows("accounts.Account", "card", where="t0.id = %s")


class RoomBackend(AuthenticationBackend):
    """Accounts of the room the request is in; permissions come from the roles on the officer's card."""

    def get_user(self, user_id: Any) -> Account | None:
        account: Account | None = BY_KEY.find(user_id)
        return account if account is not None and self.user_can_authenticate(account) else None

    def user_can_authenticate(self, user: Account) -> bool:
        return user.is_active and user.card.active

    def has_perm(self, user_obj: Account, perm: str, obj: Any = None) -> bool:
        # Django asks for permissions of its own naming too (app.change_model): we grant none of those.
        if perm not in PERMISSIONS or not self.user_can_authenticate(user_obj):
            return False
        return may(user_obj.card, perm)

    def has_module_perms(self, user_obj: Account, app_label: str) -> bool:
        return any(name.startswith(f"{app_label}.") for name in self.get_all_permissions(user_obj))

    def get_user_permissions(self, user_obj: Account, obj: Any = None) -> set[str]:
        return set()

    def get_group_permissions(self, user_obj: Account, obj: Any = None) -> set[str]:
        return self.get_all_permissions(user_obj, obj)

    def get_all_permissions(self, user_obj: Account, obj: Any = None) -> set[str]:
        if obj is not None or user_obj.is_anonymous or not self.user_can_authenticate(user_obj):
            return set()
        return set(permissions_of(tuple(user_obj.card.roles)))
