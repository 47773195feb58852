"""A draft's process as a list of steps, changed by keyboard and without a script."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from shared_services.govuk.lines import LineSet
from shared_services.tenancy.errors import NotAllowed

from ..design_forms import KindForm, PlaceForm, StepFactsForm, VersionForm, WayForm
from ..drawing import steps
from ..drawing.listing import facts_of, label_of, listed_steps, places
from ..drawing.steps import ADDED, Way
from ..drawing.tree import GATEWAYS, STEPS, Drawing
from ..live_findings import findings_of
from ..models import ProcessDraft
from ..tables import listed_tables
from .designing import DraftChange, DraftPage, draft_of_this_room


class ListSteps(DraftPage):
    """Every step in order: what it is, who does it, what follows and when."""

    place = "modelling:list_steps"
    template_name = "pages/shared_services/modelling/list_steps.html"

    def get_title(self) -> str:
        return f"{self.draft.title}: steps"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        draft = self.draft
        return super().get_context(
            steps=listed_steps(draft.bpmn, draft.forms),
            findings=findings_of(draft.bpmn, draft.dmn, draft.forms),
            **kwargs,
        )


class ChooseKind(DraftPage):
    """The first half of adding a step: which kind."""

    place = "modelling:list_steps"
    title = "Add a step"
    template_name = "pages/shared_services/modelling/choose_kind.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.draft = draft_of_this_room(kwargs["draft_id"])
        asked = {name: request.GET.get(name, "") for name in ("flow", "after")}
        self.form = KindForm(request.GET if "kind" in request.GET else None, ends=not asked["flow"])
        if self.form.is_bound and self.form.is_valid():
            address = reverse("modelling:add_step", args=[self.draft.pk, self.form.cleaned_data["kind"]])
            return redirect(f"{address}?{urlencode(asked)}")
        return self.show(
            form=self.form, asked=asked, errors=self.form.error_links() if self.form.is_bound else [],
            cancel_url=reverse("modelling:list_steps", args=[self.draft.pk]),
        )  # fmt: skip


class _StepForm(DraftChange):
    form_class = StepFactsForm
    tag: str

    def get_form_kwargs(self) -> dict[str, Any]:
        drawing = Drawing(self.subject.bpmn)
        lanes = [(lane.get("id", ""), label_of(lane)) for lane in drawing.lanes()]
        decisions = [(one.decision, one.name) for one in listed_tables(self.subject.dmn)]
        return {**super().get_form_kwargs(), "tag": self.tag, "lanes": lanes, "decisions": decisions}


class AddStep(_StepForm):
    """The second half: what is said of it, and then it stands in its place."""

    button = "Add this step"

    def get_subject(self) -> ProcessDraft:
        self.tag = self.kwargs["tag"]
        if self.tag not in ADDED:
            raise Http404
        return super().get_subject()

    def get_title(self) -> str:
        return f"Add a step: {STEPS[self.tag].lower()}"

    def get_initial(self) -> dict[str, Any]:
        drawing = Drawing(self.subject.bpmn)
        flow, after = self.request.GET.get("flow", ""), self.request.GET.get("after", "")
        before = drawing.flow(flow).get("sourceRef", "") if flow else after
        lane = drawing.lane_of(before)
        return {**super().get_initial(), "outcomes": "done", "lane": lane.get("id") if lane is not None else ""}

    def act(self, form: StepFactsForm) -> HttpResponse:
        text, key = steps.add_step(
            self.subject.bpmn, flow=self.request.GET.get("flow", ""), after=self.request.GET.get("after", ""),
            tag=self.tag, facts=form.facts(),
        )  # fmt: skip
        to = reverse("modelling:list_steps", args=[self.subject.pk])
        return self.keep(form, "Step added", to=f"{to}#{key}", bpmn=text)


class ChangeStep(_StepForm):
    button = "Save"

    def get_subject(self) -> ProcessDraft:
        draft = super().get_subject()
        self.tag, self.label = step_of(draft, self.kwargs["step"])
        return draft

    def get_title(self) -> str:
        return f"Change “{self.label}”"

    def get_initial(self) -> dict[str, Any]:
        facts = facts_of(self.subject.bpmn, self.kwargs["step"])
        return {**super().get_initial(), **{name: getattr(facts, name) for name in facts.__slots__}}

    def act(self, form: StepFactsForm) -> HttpResponse:
        text = steps.change_step(self.subject.bpmn, self.kwargs["step"], form.facts())
        return self.keep(form, f"“{form.cleaned_data['name'] or self.label}” changed", bpmn=text)


class RemoveStep(DraftChange):
    form_class = VersionForm
    button, button_style = "Remove this step", "warning"
    template_name = "pages/shared_services/modelling/remove_step.html"

    def get_subject(self) -> ProcessDraft:
        draft = super().get_subject()
        _, self.label = step_of(draft, self.kwargs["step"])
        return draft

    def get_title(self) -> str:
        return f"Remove “{self.label}”?"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(has_form=self.kwargs["step"] in self.subject.forms, **kwargs)

    def act(self, form: VersionForm) -> HttpResponse:
        key = self.kwargs["step"]
        text = steps.remove_step(self.subject.bpmn, key)
        forms = {step: schema for step, schema in self.subject.forms.items() if step != key}
        return self.keep(form, f"“{self.label}” removed", bpmn=text, forms=forms)


class MoveStep(DraftChange):
    form_class = PlaceForm
    button = "Move this step"

    def get_subject(self) -> ProcessDraft:
        draft = super().get_subject()
        _, self.label = step_of(draft, self.kwargs["step"])
        return draft

    def get_title(self) -> str:
        return f"Move “{self.label}”"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "places": places(self.subject.bpmn, but=self.kwargs["step"])}

    def act(self, form: PlaceForm) -> HttpResponse:
        text = steps.move_step(self.subject.bpmn, self.kwargs["step"], flow=form.cleaned_data["place"])
        return self.keep(form, f"“{self.label}” moved", bpmn=text)


class ChangeWays(DraftChange):
    """What follows a step, and on which condition."""

    form_class = VersionForm
    button = "Save"
    template_name = "pages/shared_services/modelling/change_ways.html"

    def get_subject(self) -> ProcessDraft:
        draft = super().get_subject()
        self.tag, self.label = step_of(draft, self.kwargs["step"])
        return draft

    def get_title(self) -> str:
        return f"What follows “{self.label}”"

    def get_line_sets(self) -> list[tuple[str, LineSet]]:
        listed = listed_steps(self.subject.bpmn, {})
        targets = [(one.id, one.label) for one in listed if one.tag not in ("startEvent", "boundaryEvent")]
        gateway = self.tag in GATEWAYS
        return [
            (
                "ways",
                LineSet(
                    form_class=WayForm, prefix="ways", label="Way", add_label="Add another way", minimum=1,
                    maximum=12 if gateway else 1, form_kwargs={"targets": targets, "gateway": gateway},
                ),
            )
        ]  # fmt: skip

    def get_lines_initial(self, name: str) -> list[dict[str, Any]]:
        listed = next(one for one in listed_steps(self.subject.bpmn, {}) if one.id == self.kwargs["step"])
        return [
            {
                "flow": way.flow,
                "target": way.target,
                "name": way.name,
                "condition": way.condition,
                "default": way.default,
            }
            for way in listed.ways
        ]

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(
            variables=sorted(Drawing(self.subject.bpmn).variables()), gateway=self.tag in GATEWAYS, **kwargs
        )

    def act(self, form: VersionForm) -> HttpResponse:
        ways = [Way(**row) for row in self.lines["ways"].values()]
        if sum(way.default for way in ways) > 1:
            raise NotAllowed("Only one way can be taken when no other fits.", code="ways")
        text = steps.change_ways(self.subject.bpmn, self.kwargs["step"], ways)
        return self.keep(form, f"What follows “{self.label}” changed", bpmn=text)


def step_of(draft: ProcessDraft, key: str) -> tuple[str, str]:
    """(tag, label) of a step; another's step is not here."""
    found = next((one for one in listed_steps(draft.bpmn, draft.forms) if one.id == key), None)
    if found is None:
        raise Http404
    return found.tag, found.label
