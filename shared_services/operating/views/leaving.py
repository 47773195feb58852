"""A council's pages on leaving the partnership, and the partners' list of those that leave."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.timezone import localdate

from shared_services.access.permissions import may
from shared_services.govuk.views import Column, FormPage, ListPage, Page
from shared_services.tenancy.door import current_council

from ..before_leaving import leaving_checks_for
from ..forms import NoticeForm
from ..models import LeaveNotice
from ..rules import MAY_AGREE_TO_LEAVE, MAY_ANSWER, MAY_GIVE_NOTICE
from ..services.leaving import agree_to_leave, call_back, check_still_ahead, find_notice, give_notice, open_notice
from ..services.register import removal_day

TEMPLATES = "pages/shared_services/operating"
CRUMBS = [("Leaving the partnership", "notice:show_leaving")]


class ShowLeaving(Page):
    """Where the council stands: notice, agreement, what is open, the last day and the day of removal."""

    permission = "operating.view_own_operations"
    template_name = f"{TEMPLATES}/leaving.html"
    title = "Leaving the partnership"
    breadcrumbs = [("The platform’s team", "platform_team:list_operations")]

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        notice = open_notice()
        own = notice is not None and notice.given_by_id == self.actor.pk
        waiting = notice if notice is not None and not notice.agreed_at else None
        has_passed = waiting is not None and waiting.leaves_on <= localdate()
        return super().get_context(
            notice=notice,
            checks=leaving_checks_for(self.actor),
            closed=current_council().is_closed,
            removal_on=removal_day(notice.leaves_on) if notice else None,
            keep_days=settings.LEAVING_KEEP_DAYS,
            may_give=notice is None and may(self.actor, MAY_GIVE_NOTICE),
            has_passed=has_passed,
            may_agree=waiting is not None and not has_passed and not own and may(self.actor, MAY_AGREE_TO_LEAVE),
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
        return self.done("Notice is given. The section 151 officer finds it on the home page", to="notice:show_leaving")


class AgreeToLeave(FormPage):
    permission = MAY_AGREE_TO_LEAVE
    template_name = f"{TEMPLATES}/agree_to_leave.html"
    title = "Agree that the council leaves"
    button = "Agree to leave"
    button_style = "warning"
    breadcrumbs = CRUMBS

    def prepare(self) -> None:
        self.notice = find_notice()
        check_still_ahead(self.notice)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(
            notice=self.notice,
            removal_on=removal_day(self.notice.leaves_on),
            checks=leaving_checks_for(self.actor),
            **kwargs,
        )

    def get_back_url(self) -> str:
        return reverse("notice:show_leaving")

    def act(self, form: Any) -> HttpResponse:
        agree_to_leave(actor=self.actor)
        return self.done("Agreed. The partners see it within a few minutes", to="notice:show_leaving")


class CallBack(FormPage):
    permission = MAY_ANSWER
    template_name = f"{TEMPLATES}/call_back.html"
    title = "Withdraw the notice and stay"
    button = "Withdraw the notice"
    breadcrumbs = CRUMBS

    def prepare(self) -> None:
        self.notice = find_notice()

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(notice=self.notice, closed=current_council().is_closed, **kwargs)

    def get_back_url(self) -> str:
        return reverse("notice:show_leaving")

    def act(self, form: Any) -> HttpResponse:
        call_back(actor=self.actor)
        return self.done("The notice is withdrawn. The council stays", to="notice:show_leaving")


class ListLeaving(ListPage):
    """Partners that leave, and when."""

    permission = "accounts.view_officers"
    title = "Councils that are leaving"
    columns = [
        Column("council_name", "Council"),
        Column("leaves_on", "Leaves on", kind="date", sort="leaves_on"),
        Column("reason", "Reason"),
    ]
    default_sort = "leaves_on"
    noun = "council"
    empty_text = "No council is leaving."

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        above = CRUMBS if may(self.actor, ShowLeaving.permission) else []
        return [("Home", reverse("govuk:home")), *((label, reverse(name)) for label, name in above)]

    def get_queryset(self) -> Any:
        return LeaveNotice.objects.filter(withdrawn_at=None).exclude(agreed_at=None)
