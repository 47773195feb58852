"""What a council's manager sees of a joint proposal: his own council's share, and of others only what it states."""

from __future__ import annotations

from decimal import Decimal

from django.urls import reverse

from shared_services.access.models import OfficerCard
from shared_services.govuk.words import spoken_instant, spoken_money
from shared_services.tenancy.door import current_council
from shared_services.workflow.presenters import Presentation, presenter

from .models import JointProposal
from .selectors import lines_of, shares_of


@presenter("joint_purchase")
def present_joint_purchase(case, officer: OfficerCard) -> Presentation:
    """The proposal, this council's lines with old and agreed price, and what the others' shares come to."""
    proposal = JointProposal.objects.of_shared_service().select_related("category").get(pk=case.subject_id)
    room = current_council()
    summary = [
        ("Proposal", proposal.reference),
        ("Title", proposal.title),
        ("Category", f"{proposal.category.label} ({proposal.category_id})"),
        ("Supplier", proposal.supplier_name),
        ("Why buy together", proposal.justification),
        ("Sent to councils", spoken_instant(proposal.submitted_at)),
    ]
    if room.is_shared_service:
        summary.append(("Net total", spoken_money(proposal.net_amount)))
        return Presentation(summary=summary, url=reverse("procurement:view_proposal", args=[proposal.pk]))
    share = next(iter(shares_of(proposal)), None)
    lines = lines_of(proposal)
    estimate = share.estimated_amount if share else Decimal("0.00")
    net = share.net_amount if share else Decimal("0.00")
    summary += [
        ("Your council’s estimate", spoken_money(estimate)),
        ("Your council would pay (net)", spoken_money(net)),
    ]
    warnings = []
    if net > estimate:
        warnings.append(
            f"The agreed prices are {spoken_money(net - estimate)} above your council’s estimate. "
            "The order is raised only if the budget covers it."
        )
    elif net < estimate:
        summary.append(("Saving for your council", spoken_money(estimate - net)))
    return Presentation(
        summary=summary,
        template="pages/shared_services/procurement/case_facts.html",
        context={
            "proposal": proposal,
            "lines": lines,
            "totals": [
                {**total, "net_amount": Decimal(total["net_amount"]), "own": total["council"] == room.short_name}
                for total in proposal.shown_totals
            ],
        },
        warnings=warnings,
    )
