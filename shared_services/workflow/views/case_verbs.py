"""What officers do with a case: hold, go on, reopen, send back a step, comment, add and remove files; and a room's times."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from shared_services.access.models import OfficerCard
from shared_services.annexes.models import Attachment
from shared_services.govuk.forms import GovukForm
from shared_services.govuk.views import ActionView, FormPage
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed

from .. import casework, going_back, holds, remarks, selectors, verb_forms
from ..models import Case


class _OnCase(ActionView):
    """A form about one case that this officer may see; any other is not there."""

    permission = casework.MAY_TAKE_PART
    template_name = "pages/shared_services/workflow/verb.html"
    breadcrumbs = [("Cases", "workflow:list_cases")]
    verb = ""
    lead = ""

    def get_subject(self) -> Case:
        case = Case.objects.filter(pk=self.kwargs["case_id"]).first()
        if case is None or not selectors.may_view_case(self.actor, case):
            raise Http404
        self.check(case)
        return case

    def check(self, case: Case) -> None:
        """Refuse before the form is shown what the service would refuse anyway."""

    def get_title(self) -> str:
        return f"{self.verb}: {self.subject.reference}"

    def get_back_url(self) -> str:
        return reverse("workflow:case", args=[self.subject.pk])

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.subject.version}

    def get_lead(self) -> str:
        return self.lead

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(lead=self.get_lead(), rows=[("What it is about", self.subject.title)], **kwargs)

    def case_page(self, message: str) -> HttpResponse:
        return self.done(message, to=self.get_back_url())


class HoldCase(_OnCase):
    form_class = verb_forms.HoldForm
    verb = "Put on hold"
    button = "Put this case on hold"
    lead = "Its tasks leave inboxes, and their due dates stand still until it goes on."

    def check(self, case: Case) -> None:
        holds.check_may_hold(self.actor, case)

    def act(self, form: GovukForm) -> HttpResponse:
        case = holds.suspend_case(actor=self.actor, case_id=self.subject.pk, **form.cleaned_data)
        return self.case_page(f"{case.reference} is on hold")


class ContinueCase(_OnCase):
    form_class = verb_forms.ContinueForm
    verb = "Take off hold"
    button = "Take this case off hold"
    lead = "Its tasks go back to whoever may decide them today, due later by the working days it stood still."

    def check(self, case: Case) -> None:
        holds.check_may_hold(self.actor, case)

    def act(self, form: GovukForm) -> HttpResponse:
        case = holds.continue_case(actor=self.actor, case_id=self.subject.pk, **form.cleaned_data)
        return self.case_page(f"{case.reference} goes on")


class RedoStep(_OnCase):
    permission = casework.MAY_MANAGE
    form_class = verb_forms.RedoForm
    verb = "Send back to an earlier step"
    button = "Send this case back"
    button_style = "warning"
    lead = "What was decided stays in the history. Approvals from that step on are asked for again."

    def check(self, case: Case) -> None:
        self.steps = [(step.id, step.label) for step in going_back.steps_to_redo(case)]
        if not self.steps:
            raise NotAllowed(
                f"{case.reference} has no earlier step to go back to, or the portal has acted on it since. "
                "Withdraw it on its record instead, if that is what is needed."
            )

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "steps": self.steps}

    def act(self, form: GovukForm) -> HttpResponse:
        case = going_back.redo_step(actor=self.actor, case_id=self.subject.pk, **form.cleaned_data)
        return self.case_page(f"{case.reference} went back: {case.step}")


class ReopenCase(_OnCase):
    permission = casework.MAY_MANAGE
    form_class = verb_forms.ReopenForm
    verb = "Reopen"
    button = "Reopen this case"
    button_style = "warning"

    def check(self, case: Case) -> None:
        self.step = going_back.reopens_at(case)
        if self.step is None and not case.is_open:
            raise NotAllowed(f"{case.reference} cannot be reopened: its process has no way back from how it ended.")

    def get_lead(self) -> str:
        return f"It goes on at “{self.step.label}”. What was decided stays in the history." if self.step else ""

    def act(self, form: GovukForm) -> HttpResponse:
        case = going_back.reopen_case(actor=self.actor, case_id=self.subject.pk, **form.cleaned_data)
        return self.case_page(f"{case.reference} is open again")


class CommentOnCase(_OnCase):
    form_class = verb_forms.CommentForm
    verb = "Comment"
    button = "Add your comment"

    def get_initial(self) -> dict[str, Any]:
        return {}

    def get_form_kwargs(self) -> dict[str, Any]:
        here = OfficerCard.objects.of_council(current_council().number).active()
        return {
            **super().get_form_kwargs(),
            "others": here.exclude(pk=self.actor.pk).order_by("work_name"),
            "joint": bool({self.subject.owner_id, *self.subject.parts} - {current_council().number}),
        }

    def act(self, form: GovukForm) -> HttpResponse:
        answer = form.cleaned_data
        remarks.comment_on_case(
            actor=self.actor,
            case_id=self.subject.pk,
            text=answer["text"],
            mention_card_id=UUID(answer["mention_card_id"]) if answer["mention_card_id"] else None,
            to_all_parties=bool(answer.get("to_all_parties")),
        )
        return self.case_page("Comment added")


class AddCaseFile(_OnCase):
    form_class = verb_forms.FileForm
    verb = "Add a file"
    button = "Add this file"

    def get_initial(self) -> dict[str, Any]:
        return {}

    def act(self, form: GovukForm) -> HttpResponse:
        added = remarks.add_case_file(actor=self.actor, case_id=self.subject.pk, upload=form.cleaned_data["upload"])
        return self.case_page(f"{added.name} was added")


class RemoveCaseFile(_OnCase):
    verb = "Remove a file"
    button = "Remove this file"
    button_style = "warning"

    def prepare(self) -> None:
        super().prepare()
        self.attachment = get_object_or_404(
            Attachment.objects.of(self.subject).on_record(), pk=self.kwargs["attachment_id"]
        )

    def get_lead(self) -> str:
        return f"“{self.attachment.name}” is taken off the case. Only whoever added it can do this."

    def act(self, form: GovukForm) -> HttpResponse:
        gone = remarks.remove_case_file(actor=self.actor, case_id=self.subject.pk, attachment_id=self.attachment.pk)
        return self.case_page(f"{gone.name} was removed")


class ChangeTimes(FormPage):
    """How long claims hold here, and when waiting tasks are reminded of and passed up."""

    permission = casework.MAY_MANAGE
    title = "Times for tasks"
    form_class = verb_forms.TimesForm
    button = "Save these times"
    breadcrumbs = [("Cases", "workflow:list_cases")]

    def get_initial(self) -> dict[str, Any]:
        settings = casework.casework_settings()
        names = ("claim_days", "remind_after", "escalate_after", "version")
        return {name: getattr(settings, name) for name in names}

    def act(self, form: GovukForm) -> HttpResponse:
        casework.change_casework_settings(actor=self.actor, **form.cleaned_data)
        return self.done("Times saved", to="workflow:list_cases")
