"""Roles and permissions: one file says it all."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import (
    EVERY_OFFICER,
    GRANTS,
    PERMISSIONS,
    PUBLIC,
    ROLES,
    SIGNED_IN,
    check_may,
    may,
)
from shared_services.tenancy.errors import NotAllowed


def card(*roles: str, active: bool = True) -> OfficerCard:
    return OfficerCard(work_name="Test", roles=list(roles), active=active)


def test_every_grant_names_a_known_role_and_known_permissions():
    assert set(GRANTS) == set(ROLES) | {EVERY_OFFICER}
    assert {name for granted in GRANTS.values() for name in granted} <= set(PERMISSIONS)


def test_every_permission_is_granted_to_somebody():
    granted = {name for names in GRANTS.values() for name in names}

    assert set(PERMISSIONS) == granted


def test_a_role_gives_its_permissions_and_no_others():
    assert may(card("requisitioner"), "purchasing.raise_requisition")
    assert not may(card("budget_holder"), "purchasing.raise_requisition")


def test_an_inactive_officer_may_nothing_but_public_pages():
    leaver = card("council_administrator", active=False)

    assert not may(leaver, SIGNED_IN)
    assert not may(leaver, "accounts.manage_officers")
    assert may(leaver, PUBLIC) and may(None, PUBLIC)


def test_a_permission_nobody_declared_is_a_fault():
    with pytest.raises(ImproperlyConfigured):
        may(card(), "purchasing.print_money")


def test_a_refusal_names_the_roles_that_would_allow_it():
    with pytest.raises(NotAllowed, match="You may not raise requisitions.*Requisitioner"):
        check_may(card(), "purchasing.raise_requisition")


def test_an_administrator_decides_nothing_about_money_or_leave():
    administrator = card("council_administrator")

    for permission in ("purchasing.raise_requisition", "finance.manage_budgets", "finance.vire"):
        assert not may(administrator, permission)
