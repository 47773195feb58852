"""Who may do what: every role, every permission and which role holds which, in this one file.

A permission is named `<app>.<what>` and its label completes the sentence "You may not ...".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured

from shared_services.tenancy.errors import NotAllowed

if TYPE_CHECKING:
    from .models import OfficerCard

SIGNED_IN = "signed_in"
"""Any active officer of the room."""
PUBLIC = "public"
"""Anybody, signed in or not: only for pages that say nothing of anyone."""
EVERY_OFFICER = "officer"
"""The role that everyone active holds without being given it."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role as officers know it, and the kind of room that hands it out."""

    key: str
    label: str
    pooled: bool = False
    temporary: bool = False
    """True: a service gives it for a time, and no administrator can."""


ROLES: dict[str, Role] = {
    role.key: role
    for role in (
        Role("requisitioner", "Requisitioner"),
        Role("budget_holder", "Budget holder"),
        Role("head_of_service", "Head of service"),
        Role("director", "Director"),
        Role("section_151_officer", "Section 151 officer"),
        Role("finance_officer", "Finance officer"),
        Role("hr_adviser", "HR adviser"),
        Role("council_administrator", "Council administrator"),
        Role("category_manager", "Category manager", pooled=True),
        Role("shared_service_manager", "Shared service manager", pooled=True),
        Role("partnership_administrator", "Partnership administrator", pooled=True),
        Role("platform_operator", "Platform operator", pooled=True),
        Role("platform_reader", "Platform’s team, reading only", temporary=True),
        Role("auditor", "Auditor"),
        Role("shared_service_auditor", "Shared service auditor", pooled=True),
    )
}

PERMISSIONS: dict[str, str] = {
    # Officers and access
    "accounts.view_officers": "see the list of officers",
    "accounts.manage_officers": "add, change or deactivate officers",
    "accounts.manage_roles": "give or end roles",
    "accounts.reset_second_factor": "reset an officer’s second factor",
    "accounts.confirm_single_sign_on": "confirm the identity provider that a colleague proposed",
    "audit.view_records": "read the audit record",
    # Organisation
    "organisation.view_structure": "see departments and posts",
    "organisation.manage_structure": "change departments and posts",
    "organisation.manage_settings": "change the council’s settings",
    "organisation.set_budget_check": "decide what happens when a budget is not enough",
    # Finance
    "finance.view_budgets": "see budgets and commitments",
    "finance.view_all_budgets": "see every cost centre’s budget",
    "finance.manage_cost_centres": "change cost centres and codes",
    "finance.manage_budgets": "set budgets",
    "finance.vire": "move budget from one code to another",
    "finance.set_virement_limits": "set how much budget each role may move (virement)",
    # Purchasing
    "purchasing.view_requisition": "see requisitions",
    "purchasing.view_all_requisitions": "see every requisition of the council",
    "purchasing.raise_requisition": "raise requisitions",
    "purchasing.approve_requisition": "approve requisitions",
    "purchasing.view_order": "see purchase orders",
    "purchasing.issue_order": "issue purchase orders",
    "purchasing.cancel_order": "cancel purchase orders",
    "purchasing.view_suppliers": "see suppliers",
    "purchasing.manage_suppliers": "change suppliers",
    # People
    "people.request_leave": "ask for leave",
    "people.view_own_leave": "see your own leave",
    "people.view_team_leave": "see your team’s leave",
    "people.approve_leave": "approve leave",
    "people.view_employments": "see employments",
    "people.manage_employments": "change employments",
    "people.adjust_leave": "adjust a leave ledger",
    # Migration from the legacy ERP
    "migration.view_batches": "see what was loaded from the legacy system",
    "migration.load_extracts": "load data from the legacy system",
    "migration.load_personal_data": "load staff data from the legacy system",
    "migration.sign_off": "sign off control totals",
    "migration.undo": "take back what was loaded from the legacy system",
    "migration.view_legacy_orders": "see orders of the legacy system",
    # Workflow
    "workflow.view_inbox": "see an inbox",
    "workflow.view_case": "see cases",
    "workflow.take_part_in_cases": "comment on cases, add files to them or put them on hold",
    "workflow.view_all_cases": "see every case of the council",
    "workflow.complete_task": "decide tasks",
    "workflow.manage_authority": "change the authority matrix",
    "workflow.manage_processes": "change processes",
    "workflow.manage_deputies": "name deputies for others",
    "workflow.start_request": "start requests",
    "workflow.manage_cases": "reopen cases, send them back to an earlier step or change the times for tasks",
    "workflow.sign_authority": "sign an authority matrix, a deputy’s higher limit or an exception to separated duties",
    "workflow.view_duties": "see which duties are kept apart",
    "workflow.manage_duties": "keep further duties apart",
    # Procurement (the shared service)
    "procurement.view_demand": "see the councils’ demand",
    "procurement.propose_joint_purchase": "propose a joint purchase",
    "procurement.manage_proposals": "change or withdraw joint purchase proposals",
    # Webhooks and work in the background
    "webhooks.manage_endpoints": "manage webhooks",
    "messaging.retry_work": "ask again for work that the portal gave up",
    # Insight
    "insight.view_figures": "see the shared figures",
    "insight.run_consolidation": "run the consolidation",
    # Design of processes
    "modelling.view_processes": "see how processes are drawn",
    "modelling.publish_process": "publish processes",
    "modelling.move_cases": "move running cases to another version of their process",
    "modelling.vote": "vote for your council on joint processes",
    "modelling.manage_rules": "change how processes are published",
    # Joining
    "joining.view_applications": "see councils’ applications to join",
    "joining.manage_admission": "change how councils are admitted",
    "joining.go_live": "let your council’s portal go live",
    "insight.share_suppliers": "share your council’s suppliers",
    "joining.vote": "vote for your council on admitting another",
    # Operations of one council
    "operating.view_operations": "see what is done to councils’ portals",
    "operating.operate": "back up, restore, rename or suspend a council’s portal",
    "operating.view_own_operations": "see what the platform’s team did to your council’s portal",
    "operating.answer_operation": "answer for your council what the platform’s team asks",
    "operating.give_notice": "give notice that your council leaves",
    "operating.agree_to_leave": "agree that your council leaves",
    # Leaving
    "leaving.open_archive": "open the archive of a council whose records yours took over",
    "leaving.agree_to_pack": "agree to an exit pack that a colleague asks for",
    "leaving.take_pack": "take an exit pack of everything your council keeps here",
}

_EVERYONE = {
    "accounts.view_officers",
    "organisation.view_structure",
    "purchasing.view_requisition",
    "purchasing.view_order",
    "people.request_leave",
    "people.view_own_leave",
    "workflow.view_inbox",
    "workflow.view_case",
    "workflow.take_part_in_cases",
    "workflow.complete_task",
    "workflow.start_request",
}
_MANAGER = {
    "finance.view_budgets",
    "purchasing.approve_requisition",
    "people.view_team_leave",
    "people.approve_leave",
}

GRANTS: dict[str, frozenset[str]] = {
    EVERY_OFFICER: frozenset(_EVERYONE),
    "requisitioner": frozenset(
        {"purchasing.raise_requisition", "purchasing.view_suppliers", "finance.view_budgets"},
    ),
    "budget_holder": frozenset(_MANAGER | {"finance.vire"}),
    "head_of_service": frozenset(_MANAGER | {"finance.vire"}),
    "director": frozenset(_MANAGER | {"finance.vire"}),
    "section_151_officer": frozenset(
        _MANAGER
        | {
            "finance.view_all_budgets",
            "finance.vire",
            "finance.set_virement_limits",
            "accounts.confirm_single_sign_on",
            "organisation.set_budget_check",
            "purchasing.view_all_requisitions",
            "workflow.view_all_cases",
            "workflow.manage_authority",
            "audit.view_records",
            "modelling.view_processes",
            "modelling.publish_process",
            "modelling.vote",
            "modelling.manage_rules",
            "workflow.manage_cases",
            "workflow.sign_authority",
            "workflow.view_duties",
            "workflow.manage_duties",
            "migration.view_batches",
            "migration.sign_off",
            "migration.view_legacy_orders",
            "purchasing.view_suppliers",
            "joining.vote",
            "joining.go_live",
            "insight.share_suppliers",
            "operating.view_own_operations",
            "operating.answer_operation",
            "operating.agree_to_leave",
            "leaving.agree_to_pack",
            "leaving.open_archive",
        }
    ),
    "finance_officer": frozenset(
        {
            "migration.view_batches",
            "migration.load_extracts",
            "migration.sign_off",
            "migration.undo",
            "migration.view_legacy_orders",
            "purchasing.view_suppliers",
            "purchasing.manage_suppliers",
            "finance.view_budgets",
            "finance.view_all_budgets",
            "finance.manage_cost_centres",
            "finance.manage_budgets",
            "finance.vire",
            "purchasing.view_all_requisitions",
            "purchasing.issue_order",
            "purchasing.cancel_order",
            "workflow.manage_authority",
        }
    ),
    "hr_adviser": frozenset(
        {
            "migration.view_batches",
            "migration.load_personal_data",
            "migration.sign_off",
            "migration.undo",
            "people.view_team_leave",
            "people.view_employments",
            "people.manage_employments",
            "people.adjust_leave",
            "organisation.manage_structure",
        }
    ),
    # An administrator runs the room and decides nothing in it: no spending, no leave, no budgets.
    "council_administrator": frozenset(
        {
            "migration.view_batches",
            "migration.load_extracts",
            "migration.load_personal_data",
            "migration.sign_off",
            "migration.undo",
            "migration.view_legacy_orders",
            "purchasing.view_suppliers",
            "accounts.manage_officers",
            "accounts.manage_roles",
            "accounts.reset_second_factor",
            "accounts.confirm_single_sign_on",
            "audit.view_records",
            "organisation.manage_structure",
            "organisation.manage_settings",
            "workflow.manage_processes",
            "workflow.manage_deputies",
            "workflow.view_all_cases",
            "modelling.view_processes",
            "modelling.publish_process",
            "modelling.move_cases",
            "modelling.vote",
            "workflow.manage_cases",
            "webhooks.manage_endpoints",
            "messaging.retry_work",
            "workflow.view_duties",
            "workflow.manage_duties",
            "joining.vote",
            "operating.view_own_operations",
            "operating.answer_operation",
            "operating.give_notice",
            "leaving.agree_to_pack",
            "leaving.take_pack",
            "leaving.open_archive",
        }
    ),
    "category_manager": frozenset(
        {
            "procurement.view_demand",
            "procurement.propose_joint_purchase",
            "procurement.manage_proposals",
            "insight.view_figures",
        }
    ),
    "shared_service_manager": frozenset(
        {
            "procurement.view_demand",
            "procurement.propose_joint_purchase",
            "procurement.manage_proposals",
            "insight.view_figures",
            "insight.run_consolidation",
            "workflow.view_all_cases",
            "modelling.view_processes",
            "modelling.publish_process",
            "modelling.manage_rules",
            "workflow.manage_cases",
        }
    ),
    "partnership_administrator": frozenset(
        {
            "accounts.manage_officers",
            "accounts.manage_roles",
            "accounts.reset_second_factor",
            "accounts.confirm_single_sign_on",
            "audit.view_records",
            "insight.view_figures",
            "insight.run_consolidation",
            "workflow.manage_processes",
            "workflow.manage_deputies",
            "modelling.view_processes",
            "modelling.publish_process",
            "modelling.move_cases",
            "webhooks.manage_endpoints",
            "messaging.retry_work",
            "joining.view_applications",
            "joining.manage_admission",
            "operating.view_operations",
        }
    ),
    # The operator works on rooms from outside: no permission of his opens one.
    "platform_operator": frozenset({"operating.view_operations", "operating.operate"}),
    # Let in by the council for a time: enough to find a fault, no staff files and no record of who did what.
    "platform_reader": frozenset(
        {
            "migration.view_batches",
            "migration.view_legacy_orders",
            "purchasing.view_suppliers",
            "finance.view_budgets",
            "finance.view_all_budgets",
            "purchasing.view_all_requisitions",
            "workflow.view_all_cases",
        }
    ),
    "auditor": frozenset(
        {
            "leaving.open_archive",
            "operating.view_own_operations",
            "migration.view_batches",
            "migration.view_legacy_orders",
            "purchasing.view_suppliers",
            "audit.view_records",
            "finance.view_budgets",
            "finance.view_all_budgets",
            "people.view_employments",
            "purchasing.view_all_requisitions",
            "workflow.view_all_cases",
        }
    ),
    "shared_service_auditor": frozenset(
        {
            "audit.view_records",
            "insight.view_figures",
            "procurement.view_demand",
            "workflow.view_all_cases",
            "joining.view_applications",
            "operating.view_operations",
        }
    ),
}

READ_ONLY_ROLES = frozenset({"auditor", "shared_service_auditor", "platform_reader"})
"""Who holds one of these reads and changes nothing, whatever other roles he holds: an auditor is nobody's colleague."""


def only_reads(permission: str) -> bool:
    """Permissions to see are named `<app>.view_<what>`."""
    return permission.partition(".")[2].startswith("view_")


@lru_cache(maxsize=4096)
def permissions_of(roles: tuple[str, ...]) -> frozenset[str]:
    """Everything these roles give together, with what every officer has."""
    given = frozenset().union(GRANTS[EVERY_OFFICER], *(GRANTS.get(role, frozenset()) for role in roles))
    if READ_ONLY_ROLES.isdisjoint(roles):
        return given
    return frozenset(permission for permission in given if only_reads(permission))


def may(card: OfficerCard | None, permission: str) -> bool:
    """Whether the officer holds the permission. A permission nobody has declared is a fault, not a refusal."""
    if permission == PUBLIC:
        return True
    if permission != SIGNED_IN and permission not in PERMISSIONS:
        raise ImproperlyConfigured(f"No permission is called {permission!r}: declare it in access/permissions.py.")
    if not card or not card.active:
        return False
    return permission == SIGNED_IN or permission in permissions_of(tuple(card.roles))


def check_may(card: OfficerCard | None, permission: str) -> None:
    """Refuse, naming the roles that would allow it, when the officer does not hold the permission."""
    if not may(card, permission):
        raise NotAllowed(refusal(permission), code="permission")


def roles_granting(permission: str) -> list[str]:
    """The roles that give a permission; none when every officer has it or nobody can."""
    return [key for key, granted in GRANTS.items() if key in ROLES and permission in granted]


def refusal(permission: str) -> str:
    """The sentence an officer reads who may not do something."""
    if permission in (SIGNED_IN, PUBLIC):
        return "Sign in first: only active officers may do this."
    roles = sorted(ROLES[key].label for key in roles_granting(permission))
    message = f"You may not {PERMISSIONS[permission]}."
    if not roles:
        return message
    return f"{message} Ask your administrator for one of these roles: {', '.join(roles)}."


def roles_for_room(*, pooled: bool) -> list[Role]:
    """The roles that a council's administrator, or the shared service's, can hand out."""
    return [role for role in ROLES.values() if role.pooled == pooled and not role.temporary]
