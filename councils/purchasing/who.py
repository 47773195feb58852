"""What a requisition's process asks of those at its two ends, for the rules on separated duties."""

from __future__ import annotations

from shared_services.workflow.duties import case_duties

case_duties("requisition_approval", request="purchasing.raise_requisition", approve="purchasing.approve_requisition")
