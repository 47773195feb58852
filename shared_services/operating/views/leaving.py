"""A council's pages on leaving the partnership, and the partners' list of those that leave."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse

from shared_services.access.permissions import may
from shared_services.govuk.views import Column, FormPage, ListPage, Page
from shared_services.tenancy.door import current_council

from ..before_leaving import leaving_checks
from ..forms import NoticeForm
from ..models import LeaveNotice
from ..rules import MAY_AGREE_TO_LEAVE, MAY_ANSWER, MAY_GIVE_NOTICE
from ..services.leaving import agree_to_leave, call_back, give_notice, open_notice
from ..services.register import removal_day

TEMPLATES = "pages/shared_services/operating"
CRUMBS = [("Leaving the partnership", "notice:show_leaving")]


class ShowLeaving(Page):
    """Where the council stands: notice, agreement, what is open, the last day and the day of removal."""

    permission = "operating.view_own_operations"
    template_name = f"{TEMPLATES}/leaving.html"
    title = "Leaving the partnership"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        notice = open_notice()
        own = notice is not None and notice.given_by_id == self.actor.pk
        return super().get_context(
            notice=notice,
            checks=leaving_checks(),
            closed=current_council().is_closed,
            removal_on=removal_day(notice.leaves_on) if notice else None,
            keep_days=settings.LEAVING_KEEP_DAYS,
            may_give=notice is None and may(self.actor, MAY_GIVE_NOTICE),
            may_agree=notice is not None and not notice.agreed_at and not own and may(self.actor, MAY_AGREE_TO_LEAVE),
            may_call_back=notice is not None and may(self.actor, MAY_ANSWER),
            **kwargs,
        )


class GiveNotice(FormPage):
    permission = MAY_GIVE_NOTICE
    form_class = NoticeForm
    template_name = f"{TEMPLATES}/give_notice.html"
    title = "Give notice to leave"
    button = "Give notice"
    breadcrumbs = CRUMBS

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(keep_days=settings.LEAVING_KEEP_DAYS, **kwargs)

    def get_back_url(self) -> str:
        return reverse("notice:show_leaving")

    def act(self, form: NoticeForm) -> HttpResponse:
        give_notice(actor=self.actor, **form.cleaned_data)
        return self.done("Notice is given. The section 151 officer has to agree", to="notice:show_leaving")


class AgreeToLeave(FormPage):
    permission = MAY_AGREE_TO_LEAVE
    template_name = f"{TEMPLATES}/agree_to_leave.html"
    title = "Agree that the council leaves"
    button = "Agree to leave"
    button_style = "warning"
    breadcrumbs = CRUMBS

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(notice=open_notice(), checks=leaving_checks(), **kwargs)

    def get_back_url(self) -> str:
        return reverse("notice:show_leaving")

    def act(self, form: Any) -> HttpResponse:
        agree_to_leave(actor=self.actor)
        return self.done("Agreed. The partners are told", to="notice:show_leaving")


class CallBack(FormPage):
    permission = MAY_ANSWER
    title = "Stay in the partnership"
    button = "Stay"
    breadcrumbs = CRUMBS

    def get_back_url(self) -> str:
        return reverse("notice:show_leaving")

    def act(self, form: Any) -> HttpResponse:
        call_back(actor=self.actor)
        return self.done("The notice is called back. The council stays", to="notice:show_leaving")


class ListLeaving(ListPage):
    """Partners that leave, and when."""

    permission = "accounts.view_officers"
    title = "Councils that leave"
    columns = [
        Column("council_name", "Council"),
        Column("leaves_on", "Leaves on", kind="date", sort="leaves_on"),
        Column("reason", "Reason"),
    ]
    default_sort = "leaves_on"
    noun = "council"
    empty_text = "No council is leaving."

    def get_queryset(self) -> Any:
        return LeaveNotice.objects.filter(withdrawn_at=None).exclude(agreed_at=None)
