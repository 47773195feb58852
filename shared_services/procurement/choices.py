"""The states of demand and of joint proposals, and their labels."""

from __future__ import annotations

from django.db import models


class DemandStatus(models.TextChoices):
    OPEN = "open", "Open"
    PROPOSED = "proposed", "In a joint proposal"
    ORDERED = "ordered", "Ordered"
    RETURNED = "returned", "Handed back"


class ProposalStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    AWAITING_COUNCILS = "awaiting_councils", "Waiting for councils"
    AGREED = "agreed", "Agreed"
    NOT_AGREED = "not_agreed", "Not agreed"
    ORDERED = "ordered", "Ordered"
    CANCELLED = "cancelled", "Cancelled"


class ShareStatus(models.TextChoices):
    """How far one council's own order has come."""

    NOT_ORDERED = "not_ordered", "Not ordered yet"
    ORDER_REQUESTED = "order_requested", "Order being raised"
    ORDERED = "ordered", "Ordered"
    FAILED = "failed", "Order could not be raised"


LIVE_PROPOSAL_STATUSES = (
    ProposalStatus.DRAFT,
    ProposalStatus.AWAITING_COUNCILS,
    ProposalStatus.AGREED,
    ProposalStatus.ORDERED,
)
"""A line in a proposal of one of these states is taken: no other proposal may have it."""
