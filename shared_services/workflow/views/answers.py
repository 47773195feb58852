"""Pages on which a step's form is answered."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from shared_services.access.permissions import SIGNED_IN
from shared_services.govuk.home import request_actions_for
from shared_services.govuk.lines import LineSet
from shared_services.govuk.views import FormPage, GuardedView, Page

from ..answering import start_request
from ..starting import MAY_START, StartableProcess, check_may_start, find_startable, startable_processes
from ..step_forms import choosers
from ..step_forms.rendering import AnswerForm, form_class_for, line_sets_for, parts_of
from ..step_forms.spec import CHOSEN_KINDS, StepForm


class AnswersForm(FormPage):
    """A form page that asks a step's questions first, if there are any, and then its own."""

    spec: StepForm | None = None

    def get_line_sets(self) -> list[tuple[str, LineSet]]:
        return line_sets_for(self.spec) if self.spec is not None else super().get_line_sets()

    def get_form(self, data: Any = None, files: Any = None) -> Any:
        if self.spec is None:
            return super().get_form(data, files)
        behind = () if self.form_class is AnswerForm else (self.form_class,)
        form = form_class_for(self.spec, *behind)(data, files, **self.get_form_kwargs())
        form.line_source = lambda: self.lines
        _answer_without_asking(form)
        return form

    def show(self, status: int = 200, **more: Any) -> HttpResponse:
        if self.spec is not None and "form" in more:
            form = more["form"]
            more["parts"] = parts_of(form, self.lines)
            more["own_fields"] = [field for field in form.visible_fields() if field.name in form.own_names()]
        return super().show(status, **more)


def _answer_without_asking(form: Any) -> None:
    """Where a step has one outcome only, sending the form is that outcome."""
    field = form.fields.get("outcome")
    choices = list(getattr(field, "choices", []))
    if len(choices) == 1:
        field.widget = forms.HiddenInput()
        field.initial = form.initial["outcome"] = choices[0][0]
        if "note" in form.fields:
            form.fields["note"].label, form.fields["note"].help_text = "Comment (optional)", ""


class StartRequest(Page):
    """The requests that have pages of their own, and the council's own processes that begin with a form."""

    permission = MAY_START
    title = "Start a request"
    template_name = "pages/shared_services/workflow/start_request.html"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        items = [{"title": label, "hint": hint, "url": url} for label, url, hint in request_actions_for(self.actor)]
        found = startable_processes(self.actor)
        items += [
            {
                "title": process.title,
                "hint": process.documentation,
                "url": reverse("workflow:start_process", args=[process.key]),
            }
            for process in found.open
        ]
        return super().get_context(items=items, closed=found.closed, **kwargs)


class StartProcess(AnswersForm):
    """The start form of one process: answered, it opens a case."""

    permission = MAY_START
    template_name = "pages/shared_services/workflow/start_process.html"
    form_class = AnswerForm
    button = "Send"
    breadcrumbs = [("Start a request", "workflow:start_request")]
    process: StartableProcess

    def prepare(self) -> None:
        found = find_startable(self.kwargs["key"])
        if found is None:
            raise Http404
        check_may_start(self.actor, found)
        self.process, self.spec = found, found.form

    def get_title(self) -> str:
        return self.process.title

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(process=self.process, **kwargs)

    def act(self, form: AnswerForm) -> HttpResponse:
        case = start_request(actor=self.actor, process=self.process, answers=form.answers, files=form.files_kept)
        return self.done(f"{case.reference} was sent", to=reverse("workflow:case", args=[case.pk]))


class Suggest(GuardedView):
    """What fits a name or code that is being typed, for the page's script."""

    permission = SIGNED_IN

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        if kind not in CHOSEN_KINDS:
            raise Http404
        return JsonResponse({"found": [one.line for one in choosers.suggestions(kind, request.GET.get("q", ""))]})
