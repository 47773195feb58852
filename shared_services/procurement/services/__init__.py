"""What can happen to demand and to joint proposals."""

from __future__ import annotations

from .demand import DemandLineInput, hand_over_demand, return_demand, take_back, withdraw_demand
from .orders import (
    ask_for_order_again,
    close_not_agreed,
    report_order,
    report_order_failure,
    request_orders,
    take_in_orders,
)
from .proposals import add_demand, cancel_proposal, change_proposal, draft_proposal, remove_demand, submit_proposal

__all__ = [
    "DemandLineInput",
    "add_demand",
    "ask_for_order_again",
    "cancel_proposal",
    "change_proposal",
    "close_not_agreed",
    "draft_proposal",
    "hand_over_demand",
    "remove_demand",
    "report_order",
    "report_order_failure",
    "request_orders",
    "return_demand",
    "submit_proposal",
    "take_back",
    "take_in_orders",
    "withdraw_demand",
]
