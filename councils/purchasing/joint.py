"""What this council's room does about a joint purchase: who may not decide, and what is kept of a consent."""

from __future__ import annotations

from uuid import UUID

from shared_services.procurement.selectors import terms_of_proposal
from shared_services.workflow.joint import HomeDecision, on_decision, own_interest
from shared_services.workflow.models import Case

from .models import Requisition
from .services import keep_consent

APPROVE = "approve"


@own_interest("joint_purchase")
def requesters(case: Case) -> set[UUID]:
    """Whoever raised one of this council's requisitions in the proposal: nobody agrees to his own request."""
    terms = terms_of_proposal(case.subject_id)
    if terms is None:
        return set()
    found = Requisition.objects.filter(pk__in=terms.requisition_ids)
    return set(found.values_list("requester_id", flat=True))


@on_decision("joint_purchase")
def keep_what_was_agreed(decision: HomeDecision) -> None:
    """Write the consent down in this council's own room; a refusal needs none."""
    if decision.outcome == APPROVE:
        keep_consent(
            actor=decision.actor,
            case_id=decision.case.pk,
            task_id=decision.task.pk,
            proposal_id=decision.case.subject_id,
            for_name=decision.for_name,
        )
