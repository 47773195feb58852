"""What buying asks of those at its two ends, for the rules on separated duties."""

from __future__ import annotations

from shared_services.workflow.duties import case_duties

for process in ("requisition_approval", "joint_purchase"):
    case_duties(process, request="purchasing.raise_requisition", approve="purchasing.approve_requisition")
