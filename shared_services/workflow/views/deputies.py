"""Deputies: who stands in for the officer, for whom the officer stands in, and everybody's for who manages them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone

from shared_services.access.permissions import may
from shared_services.govuk.views import ActionView, Column, FormPage, ListPage, Page
from shared_services.govuk.words import spoken_date, spoken_money

from .. import authority, deputies
from ..authority_forms import HigherLimitForm, NameDeputyForm, VersionForm
from ..choices import DeputyStatus
from ..definitions import process_titles
from ..limits import own_limits
from ..models import Deputy

COLOURS = {
    DeputyStatus.ASKED.label: "yellow",
    DeputyStatus.ACCEPTED.label: "green",
    DeputyStatus.DECLINED.label: "red",
    DeputyStatus.ENDED.label: "grey",
    "Over": "grey",
}
CRUMBS = [("Your deputies", "deputies:mine")]


def status_of(found: Deputy) -> str:
    """Its state in words: what nobody ended is over when its days are."""
    if found.status in (DeputyStatus.ASKED, DeputyStatus.ACCEPTED) and found.to_on < timezone.localdate():
        return "Over"
    return found.get_status_display()


def scope_of(found: Deputy) -> str:
    """For what a deputy stands in, as a sentence."""
    titles = dict(process_titles())
    parts = [", ".join(titles.get(key, key) for key in found.decision_types) or "Every process"]
    if found.roles:
        parts.append("as " + ", ".join(authority.role_in_text(role) for role in found.roles))
    if found.cost_centres:
        parts.append("on cost centre " + ", ".join(found.cost_centres))
    if found.max_amount is not None:
        parts.append(f"up to {spoken_money(found.max_amount)}")
    return ", ".join(parts)


def days_of(found: Deputy) -> str:
    if found.from_on == found.to_on:
        return spoken_date(found.from_on)
    return f"{spoken_date(found.from_on)} to {spoken_date(found.to_on)}"


class MyDeputies(Page):
    """Who stands in for the officer, and for whom he does."""

    permission = "workflow.complete_task"
    title = "Your deputies"
    template_name = "pages/shared_services/workflow/deputies.html"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        today = timezone.localdate()
        mine = list(Deputy.objects.of_this_room().about(self.actor).order_by("-to_on", "-named_at")[:100])
        live = [one for one in mine if one.is_live]
        return super().get_context(
            asked=[_shown(one) for one in live if one.deputy_id == self.actor.pk and one.status == DeputyStatus.ASKED],
            for_me=[_shown(one) for one in live if one.principal_id == self.actor.pk],
            by_me=[
                _shown(one) for one in live if one.deputy_id == self.actor.pk and one.status == DeputyStatus.ACCEPTED
            ],
            past=[_shown(one) for one in mine if not one.is_live],
            limits=own_limits(self.actor, on=today),
            may_manage=may(self.actor, deputies.MAY_MANAGE) or may(self.actor, deputies.MAY_SIGN),
            **kwargs,
        )


def _shown(found: Deputy) -> dict[str, Any]:
    status = status_of(found)
    return {
        "deputy": found,
        "days": days_of(found),
        "scope": scope_of(found),
        "status": status,
        "colour": COLOURS[status],
    }


class ListDeputies(ListPage):
    """Every deputyship of the room, for who manages deputies or signs for them."""

    permission = "workflow.view_all_cases"
    title = "All deputies"
    columns = [
        Column(
            "principal_name", "For", sort="principal_name",
            url=lambda one: reverse("deputies:show", args=[one.pk]),
        ),
        Column("deputy_name", "Deputy", sort="deputy_name"),
        Column("from_on", "First day", kind="date", sort="from_on"),
        Column("to_on", "Last day", kind="date", sort="to_on"),
        Column("status", "Status", kind="tag", value=status_of, tags=COLOURS),
        Column("scope", "For what", value=scope_of),
    ]  # fmt: skip
    search_fields = ["principal_name", "deputy_name"]
    search_label = "Search by name"
    default_sort = "-from_on"
    breadcrumbs = CRUMBS
    noun = "deputy"
    noun_plural = "deputies"
    empty_text = "Nobody has named a deputy yet."
    create_url_name = "deputies:name_for"
    create_label = "Name a deputy for an officer"
    create_permission = deputies.MAY_MANAGE

    def get_queryset(self) -> Any:
        return Deputy.objects.of_this_room()


class NameDeputy(FormPage):
    """Name a deputy of one's own."""

    permission = "workflow.complete_task"
    form_class = NameDeputyForm
    title = "Name a deputy"
    button = "Ask this officer"
    breadcrumbs = CRUMBS

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "principal": self.actor}

    def get_initial(self) -> dict[str, Any]:
        return {"from_on": timezone.localdate()}

    def act(self, form: NameDeputyForm) -> HttpResponse:
        answers = dict(form.cleaned_data)
        principal = answers.pop("principal", None) or self.actor.pk
        found = deputies.name_deputy(
            actor=self.actor, principal_id=principal, deputy_id=answers.pop("deputy"), **answers
        )
        return self.done(f"{found.deputy_name} has been asked, and stands in once he or she accepts", to=_url(found))


class NameDeputyFor(NameDeputy):
    """Name a deputy for another officer."""

    permission = deputies.MAY_MANAGE
    title = "Name a deputy for an officer"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": self.get_initial()}


def _url(found: Deputy) -> str:
    return reverse("deputies:show", args=[found.pk])


class _OneDeputy:
    def find(self, actor: Any, key: Any) -> Deputy:
        found = Deputy.objects.of_this_room().filter(pk=key).first()
        if found is None or not deputies.may_see(actor, found):
            raise Http404
        return found


class ShowDeputy(_OneDeputy, Page):
    """One deputyship: for whom, when, for what, how far, and what can be done."""

    permission = "workflow.complete_task"
    template_name = "pages/shared_services/workflow/deputy.html"
    breadcrumbs = CRUMBS

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        self.found = self.find(self.actor, kwargs["deputy_id"])
        return self.show()

    def get_title(self) -> str:
        return str(self.found)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        found, actor = self.found, self.actor
        rows = [("Days", days_of(found)), ("For what", scope_of(found)), ("Named by", found.named_by_name)]
        if found.signed_cap_amount is not None:
            rows.append(("Higher limit", f"{spoken_money(found.signed_cap_amount)}, signed by {found.signed_by_name}"))
        if found.closed_by_name:
            rows.append((status_of(found), f"by {found.closed_by_name}, {spoken_date(found.closed_at)}"))
        concerned = actor.pk in (found.principal_id, found.deputy_id, found.named_by_id)
        return super().get_context(
            found=found,
            rows=rows,
            status=status_of(found),
            colour=COLOURS[status_of(found)],
            limits=own_limits(found.deputy, on=timezone.localdate()),
            may_answer=found.is_live and found.status == DeputyStatus.ASKED and found.deputy_id == actor.pk,
            may_end=found.is_live and (concerned or may(actor, deputies.MAY_MANAGE)),
            may_sign=found.is_live
            and may(actor, deputies.MAY_SIGN)
            and actor.pk not in (found.principal_id, found.deputy_id),
            **kwargs,
        )


class DeputyAction(_OneDeputy, ActionView):
    permission = "workflow.complete_task"
    form_class: ClassVar[Any] = VersionForm
    breadcrumbs = CRUMBS
    template_name = "pages/shared_services/workflow/authority_action.html"
    explanation: ClassVar[str] = ""

    def get_subject(self) -> Deputy:
        return self.find(self.actor, self.kwargs["deputy_id"])

    def get_back_url(self) -> str:
        return _url(self.subject)

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.subject.version}

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        rows = [
            ("For", self.subject.principal_name),
            ("Deputy", self.subject.deputy_name),
            ("Days", days_of(self.subject)),
            ("For what", scope_of(self.subject)),
        ]
        return super().get_context(explanation=self.explanation, rows=rows, **kwargs)


class AcceptDeputyship(DeputyAction):
    title = "Accept to stand in"
    button = "Accept"
    explanation = (
        "What waits for your colleague in these days comes to your inbox too, as far as your own limit reaches. "
        "The record says that you decided for your colleague."
    )

    def act(self, form: Any) -> HttpResponse:
        found = deputies.accept_deputyship(actor=self.actor, deputy_id=self.subject.pk, **form.cleaned_data)
        return self.done(f"You stand in for {found.principal_name}", to=_url(found))


class DeclineDeputyship(DeputyAction):
    title = "Decline to stand in"
    button = "Decline"
    button_style = "warning"
    explanation = "Your colleague can then ask somebody else."

    def act(self, form: Any) -> HttpResponse:
        found = deputies.decline_deputyship(actor=self.actor, deputy_id=self.subject.pk, **form.cleaned_data)
        return self.done("Declined", to=_url(found))


class EndDeputyship(DeputyAction):
    title = "End this deputyship"
    button = "End it now"
    button_style = "warning"
    explanation = "The deputy can decide nothing more for the colleague from this moment on."

    def act(self, form: Any) -> HttpResponse:
        found = deputies.end_deputyship(actor=self.actor, deputy_id=self.subject.pk, **form.cleaned_data)
        return self.done("Ended", to=_url(found) if deputies.may_see(self.actor, found) else "deputies:mine")


class SignHigherLimit(DeputyAction):
    permission = deputies.MAY_SIGN
    form_class = HigherLimitForm
    title = "Sign a higher limit"
    button = "Sign"
    explanation = (
        "A deputy decides only as far as his own authority reaches. Up to the amount that you sign here he may "
        "go beyond it, for this colleague and these days."
    )

    def act(self, form: Any) -> HttpResponse:
        found = deputies.sign_higher_limit(actor=self.actor, deputy_id=self.subject.pk, **form.cleaned_data)
        return self.done("The higher limit is signed", to=_url(found))
