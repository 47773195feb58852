"""The gate before going live: the checks in sight of everybody, the decision with its officer's name."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from shared_services.access.permissions import may
from shared_services.govuk.forms import GovukForm, TextAreaField
from shared_services.govuk.views import FormPage, Page
from shared_services.joining.services.going_live import MAY_GO_LIVE, go_live, own_decision
from shared_services.tenancy.errors import NotAllowed

from .readiness import checks

PAGES = "pages/councils/setting_up"
CRUMBS = [("Set up your portal", "setting_up:task_list")]


class Readiness(Page):
    """Every check as it stands now."""

    permission = "accounts.view_officers"
    template_name = f"{PAGES}/readiness.html"
    title = "Ready to go live?"
    breadcrumbs = CRUMBS

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        found = checks()
        return super().get_context(
            checks=found,
            red=sum(not check.ok for check in found),
            decision=own_decision(),
            may_go_live=may(self.actor, MAY_GO_LIVE),
            **kwargs,
        )


class GoLiveForm(GovukForm):
    mark_optional = False
    """The reason is asked for only while something is red, and then it is needed."""

    reason = TextAreaField(
        label="Reason for going live over what is red", required=False, max_length=1000,
        help_text="Every partner reads it, with your name and the checks",
    )  # fmt: skip


class GoLive(FormPage):
    permission = MAY_GO_LIVE
    form_class = GoLiveForm
    template_name = f"{PAGES}/go_live.html"
    title = "Go live"
    button = "Go live"
    breadcrumbs = CRUMBS

    def get_back_url(self) -> str:
        return reverse("setting_up:readiness")

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(red=[check for check in checks() if not check.ok], **kwargs)

    def act(self, form: GoLiveForm) -> HttpResponse:
        try:
            go_live(
                actor=self.actor, checks=[check.as_data() for check in checks()], reason=form.cleaned_data["reason"]
            )
        except NotAllowed as refusal:
            if refusal.code != "reason":
                raise
            form.add_error("reason", refusal.message)
            return self.show_form(422)
        return self.done("The council is live. The partners see the decision", to="setting_up:readiness")
