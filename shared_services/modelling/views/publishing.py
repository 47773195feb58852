"""Publishing a draft, putting it to the vote, trying it on real cases, and how a room publishes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from shared_services.access.permissions import may
from shared_services.govuk.views import ActionView, Page
from shared_services.govuk.words import spoken_money
from shared_services.tenancy.door import current_council

from .. import dry_runs, publishing, voting
from ..dry_runs import MAY_VIEW
from ..forms import PublishForm, RulesForm, SharedRulesForm, VersionedForm
from ..models import DryRun, ModellingRules
from ..readiness import Readiness, changes_since, readiness_of, rules_of_this_room
from .beginning import ChangeDraft
from .processes import PROCESSES


class _Publishing(ChangeDraft):
    """What would be published is shown once more: its changes, its warnings, how its tests went."""

    form_class = PublishForm
    template_name = "pages/shared_services/modelling/publish.html"
    found: Readiness

    def prepare(self) -> None:
        super().prepare()
        self.found = readiness_of(self.subject)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "warned": bool(self.found.warnings) and not self.subject.is_asked_for}

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        based_on = self.subject.based_on
        return super().get_context(
            found=self.found,
            changes=changes_since(based_on, self.subject),
            explanation=self.explanation,
            **kwargs,
        )

    explanation = ""

    def answers(self, form: PublishForm) -> dict[str, Any]:
        return {
            "actor": self.actor,
            "draft_id": self.subject.pk,
            "version": form.cleaned_data["version"],
            "warnings_seen": "yes" in form.cleaned_data.get("seen", []),
        }


class AskToPublish(_Publishing):
    title = "Ask for it to be published"
    button = "Ask another officer to publish it"
    explanation = (
        "Another officer must confirm before it is published. If the draft is changed, it must be asked for again."
    )

    def act(self, form: PublishForm) -> HttpResponse:
        publishing.ask_to_publish(**self.answers(form))
        return self.done("Asked for. Another officer can publish it now.", to=self.draft_url)


class PublishDraft(_Publishing):
    permission = publishing.MAY_PUBLISH
    title = "Publish"
    button = "Publish this version"
    explanation = (
        "New cases run it from now on. Running cases stay on their version. What is published can never be changed."
    )

    def act(self, form: PublishForm) -> HttpResponse:
        version = publishing.publish_draft(**self.answers(form))
        return self.done(f"Version {version.version} published", to=reverse("modelling:version", args=[version.pk]))


class ProposeDraft(_Publishing):
    title = "Put it to the vote"
    button = "Put it to the vote of the councils"
    explanation = (
        "Every council reads these changes and tries them on its own cases. What they vote on cannot be changed."
    )

    def act(self, form: PublishForm) -> HttpResponse:
        proposal = voting.propose_draft(**self.answers(form))
        return self.done("Put to the vote", to=reverse("modelling:proposal", args=[proposal.pk]))


class TryDraft(ChangeDraft):
    """Start a dry run of a draft."""

    permission = MAY_VIEW
    title = "Try it on last month’s cases"
    form_class = VersionedForm
    template_name = "pages/shared_services/modelling/try.html"
    button = "Start the dry run"

    def act(self, form: Any) -> HttpResponse:
        run = dry_runs.start_dry_run(actor=self.actor, draft_id=self.subject.pk)
        return self.done(to=reverse("modelling:dry_run", args=[run.pk]))


class ViewDryRun(Page):
    """How many cases would have gone another way, and which. While it runs the page says how far it is."""

    permission = MAY_VIEW
    template_name = "pages/shared_services/modelling/dry_run.html"
    breadcrumbs = [PROCESSES]
    run: DryRun

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        runs = DryRun.objects.filter(owner_id=current_council().number).select_related("draft", "proposal")
        self.run = get_object_or_404(runs, pk=kwargs["run_id"])
        response = self.show()
        if self.run.status == "running":
            # Works without a script: the browser asks again by itself.
            response.headers["Refresh"] = "5"
        return response

    def get_title(self) -> str:
        return f"Dry run of “{self.run.draft or self.run.proposal}”"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        run = self.run
        different = [row for row in run.found if not row["unclear"]]
        unclear = [row for row in run.found if row["unclear"]]
        back = (
            reverse("modelling:draft", args=[run.draft_id])
            if run.draft_id
            else reverse("modelling:proposal", args=[run.proposal_id])
        )
        return super().get_context(
            run=run, different=_rows(different), unclear=_rows(unclear), back=back,
            listed=len(run.found), found=run.different + run.unclear, **kwargs,
        )  # fmt: skip


def _rows(found: list[dict[str, Any]]) -> list[list[dict[str, str]]]:
    return [
        [
            {"label": "Case", "text": row["reference"], "url": reverse("workflow:case", args=[row["case"]])},
            {"label": "Amount", "text": spoken_money(row["amount"]) or "–"},
            {"label": "What would differ", "text": " ".join(row["text"])},
        ]
        for row in found
    ]


class SetRules(ActionView):
    """How this room publishes."""

    permission = publishing.MAY_SET_RULES
    title = "How processes are published"
    template_name = "pages/shared_services/modelling/rules.html"
    button = "Save"
    breadcrumbs = [PROCESSES]
    subject: ModellingRules

    def get_subject(self) -> ModellingRules:
        return rules_of_this_room()

    def get_form(self, data: Any = None, files: Any = None) -> Any:
        form_class = SharedRulesForm if current_council().is_shared_service else RulesForm
        return form_class(data, files, initial=self.get_initial())

    def get_initial(self) -> dict[str, Any]:
        rules = self.subject
        return {
            "second_officer": rules.second_officer,
            "authors_may_publish": rules.authors_may_publish,
            "quorum": rules.quorum,
            "days_to_vote": rules.days_to_vote,
            "version": rules.version,
        }

    def act(self, form: Any) -> HttpResponse:
        publishing.set_rules(actor=self.actor, **form.cleaned_data)
        return self.done("Saved", to="modelling:list_processes" if may(self.actor, MAY_VIEW) else "govuk:home")
