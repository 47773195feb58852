"""Whether an officer's leave leaves approvals waiting, and who stands in then."""

from __future__ import annotations

from dataclasses import dataclass

from councils.organisation.selectors import post_keys_of_card, reports_of_card
from shared_services.access.models import OfficerCard
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.statements import found_rows
from shared_services.workflow.deputies import covered_days
from shared_services.workflow.limits import is_approver
from shared_services.workflow.models import Deputy
from shared_services.workflow.selectors import inbox

from .models import LeaveCover, LeaveRequest


@dataclass(frozen=True, slots=True)
class Cover:
    """What is settled for the days of a leave request: a deputy, or why there is none."""

    deputy: Deputy | None
    reason: str
    by: str

    @property
    def text(self) -> str:
        if self.deputy is None:
            return f"Nobody: {self.reason}"
        return f"{self.deputy.deputy_name}, {self.deputy.get_status_display().lower()}"


def needs_cover(request: LeaveRequest) -> bool:
    """Whether others wait for this officer's approval: a line of the matrix names him, or he manages somebody."""
    card_id = request.employment.card_id
    if reports_of_card(card_id):
        return True
    roles = found_rows("SELECT roles FROM public.access_officercard WHERE id = %s", card_id)
    posts = [f"post:{key}" for key in post_keys_of_card(card_id)]
    return bool(roles) and is_approver([*roles[0][0], *posts], on=request.first_on)


def cover_of(request: LeaveRequest) -> Cover | None:
    """What is settled; a deputy that the officer named himself for all these days counts. None: nothing yet."""
    settled = LeaveCover.objects.filter(request=request).first()
    if settled is not None and settled.deputyship_id is None:
        return Cover(None, settled.reason, settled.settled_by_name)
    deputy = covered_days(request.employment.card_id, request.first_on, request.last_on)
    return Cover(deputy, "", deputy.named_by_name) if deputy is not None else None


def check_covered(request: LeaveRequest) -> None:
    """Refuse to approve an approver's leave before somebody has said who stands in."""
    if cover_of(request) is None and needs_cover(request):
        raise NotAllowed(
            "Others wait for this officer’s approval. Open the leave request, choose “Say who stands in” and name a "
            "deputy for these days or say why nobody need; then approve the leave.",
            code="cover",
        )


def may_settle(actor: OfficerCard, request: LeaveRequest) -> bool:
    """Whoever the leave waits for."""
    own = request.employment.card_id == actor.pk
    return not own and request.case_id is not None and inbox(actor).filter(case_id=request.case_id).exists()
