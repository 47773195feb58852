"""Applying: the link that proves an address, the parts of the application, and how far it has come."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.text import slugify

from shared_services.access.permissions import PUBLIC
from shared_services.accounts.limits import count_use
from shared_services.govuk.forms import ConfirmForm
from shared_services.govuk.views import FormPage, Page
from shared_services.tenancy.errors import NotAllowed

from .. import rules
from ..choices import NamedRole, Purpose, Status
from ..forms import CheckForm, ComeBackForm, PeopleForm, PortalForm, ServicesForm, SignatoryForm, StartForm
from ..models import Link
from ..progress import parts_of, progress_of, summary_of
from ..rules import Person
from ..services import applying, links
from ..services.opening import open_again
from .applicant import ApplicantPage, remember

TEMPLATES = "pages/shared_services/joining"
AN_HOUR = 60 * 60
DIVISION_OF_NATION = {"Scotland": "scotland", "Northern Ireland": "northern-ireland"}


class StartApplication(FormPage):
    """Which council, and a mailbox that proves it."""

    permission = PUBLIC
    template_name = f"{TEMPLATES}/start.html"
    title = "Apply for your council to join"
    form_class = StartForm
    button = "Send me the link"

    def get_back_url(self) -> str:
        return "/"

    def act(self, form: StartForm) -> HttpResponse:
        count_use(self.request, "start", times=20, seconds=AN_HOUR)
        asked = form.cleaned_data
        try:
            applying.start_application(
                registered=asked["council"], work_name=asked["work_name"], work_email=asked["work_email"]
            )
        except NotAllowed as refusal:
            if refusal.code == "email_domain":
                form.add_error("work_email", refusal.message)
                return self.show_form(422)
            if refusal.code in ("joined", "abolished", "no_domain"):
                form.add_error("council", refusal.message)
                return self.show_form(422)
            raise
        return self.done(to="joining:link_sent")


class LinkSent(Page):
    permission = PUBLIC
    template_name = f"{TEMPLATES}/link_sent.html"
    title = "Check your email"


class ComeBack(FormPage):
    """Ask for a link to an application that was begun."""

    permission = PUBLIC
    template_name = f"{TEMPLATES}/come_back.html"
    title = "Come back to an application"
    form_class = ComeBackForm
    button = "Send me the link"

    def get_back_url(self) -> str:
        return "/"

    def act(self, form: ComeBackForm) -> HttpResponse:
        count_use(self.request, "come_back", times=20, seconds=AN_HOUR)
        applying.send_return_link(work_email=form.cleaned_data["work_email"])
        return self.done(to="joining:link_sent")


class LinkPage(FormPage):
    """What a mailed link opens; a dead one says why, and how to get another."""

    permission = PUBLIC
    link: Link

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().get(request, *args, **kwargs)
        except links.LinkIsDead as dead:
            return dead_link(request, dead, self.kwargs["secret"])

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().post(request, *args, **kwargs)
        except links.LinkIsDead as dead:
            return dead_link(request, dead, self.kwargs["secret"])

    def prepare(self) -> None:
        count_use(self.request, "link", times=120, seconds=AN_HOUR)
        self.link = links.find_link(self.kwargs["secret"])
        if not self.opens(self.link.purpose):
            raise Http404

    @abstractmethod
    def opens(self, purpose: str) -> bool:
        """Whether links of this purpose lead here."""


class OpenLink(LinkPage):
    """A mailed link. Looking uses nothing up, as mail scanners look; the button does."""

    form_class = ConfirmForm
    template_name = f"{TEMPLATES}/open_link.html"
    button = "Continue"
    title = "Open the application"

    def opens(self, purpose: str) -> bool:
        return purpose != Purpose.SIGN

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(link=self.link, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        application = applying.enter_by_link(secret=self.kwargs["secret"])
        remember(self.request, application)
        return self.done(to="joining:application")


class SendLinkAgain(FormPage):
    """A dead link's mailbox gets a new one."""

    permission = PUBLIC
    title = "Send a new link"
    button = "Send a new link"

    def act(self, form: Any) -> HttpResponse:
        count_use(self.request, "again", times=20, seconds=AN_HOUR)
        links.send_again(secret=self.kwargs["secret"])
        return self.done(to="joining:link_sent")


def dead_link(request: HttpRequest, dead: links.LinkIsDead, secret: str) -> HttpResponse:
    """410: the link opens nothing; where its mailbox is known, another can be sent there."""
    again = reverse("joining:send_again", args=[secret]) if dead.link is not None else ""
    context = {"title": "This link no longer works", "reason": dead.message, "again": again}
    return render(request, f"{TEMPLATES}/dead_link.html", context, status=410)


class ShowApplication(ApplicantPage):
    """What is left to do, then how far it has come."""

    template_name = f"{TEMPLATES}/application.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "HX-Request" in request.headers:
            return render(request, f"{TEMPLATES}/_progress.html", self.get_context())
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        return f"{self.application.registered.name}: application to join"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        application = self.application
        return super().get_context(
            filling=application.status == Status.OPEN,
            parts=parts_of(application) if application.status == Status.OPEN else [],
            progress=progress_of(application),
            own=True,
            **kwargs,
        )


class PartPage(ApplicantPage, FormPage):
    """One part of the application, open while it is being filled in."""

    def prepare(self) -> None:
        rules.check_open(self.application)

    def get_back_url(self) -> str:
        return reverse("joining:application")

    def kept(self) -> HttpResponse:
        return self.done("Saved", to="joining:application")


class NameOfficers(PartPage):
    form_class = PeopleForm
    title = "Name the officers"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "registered": self.application.registered}

    def get_initial(self) -> dict[str, Any]:
        initial: dict[str, Any] = {"version": self.application.version}
        for officer in self.application.named_officers.all():
            initial[f"{officer.role}_name"] = officer.work_name
            initial[f"{officer.role}_email"] = officer.work_email
        return initial

    def act(self, form: PeopleForm) -> HttpResponse:
        applying.name_officers(application_id=self.application.pk, **form.cleaned_data)
        return self.kept()


class ChooseServices(PartPage):
    form_class = ServicesForm
    title = "Choose services"

    def get_initial(self) -> dict[str, Any]:
        return {"services": self.application.services, "version": self.application.version}

    def act(self, form: ServicesForm) -> HttpResponse:
        applying.choose_services(application_id=self.application.pk, **form.cleaned_data)
        return self.kept()


class DescribePortal(PartPage):
    form_class = PortalForm
    title = "Your council’s portal"

    def get_initial(self) -> dict[str, Any]:
        application, registered = self.application, self.application.registered
        return {
            "display_name": application.display_name or registered.name,
            "short_name": application.short_name or registered.short_name,
            "slug": application.slug or slugify(registered.short_name),
            "colour": application.colour,
            "contact_email": application.contact_email,
            "bank_holiday_division": application.bank_holiday_division
            or DIVISION_OF_NATION.get(registered.nation, "england-and-wales"),
            "leave_year_start_month": str(application.leave_year_start_month),
            "version": application.version,
        }

    def act(self, form: PortalForm) -> HttpResponse:
        try:
            applying.describe_portal(application_id=self.application.pk, **form.cleaned_data)
        except NotAllowed as refusal:
            if refusal.code not in ("web_name", "email_domain"):
                raise
            form.add_error("slug" if refusal.code == "web_name" else "contact_email", refusal.message)
            return self.show_form(422)
        return self.kept()


class CheckApplication(PartPage):
    """Everything once more, then it is sent and the officers get their links."""

    form_class = CheckForm
    template_name = f"{TEMPLATES}/check.html"
    title = "Check the application and send it"
    button = "Send the application"

    def prepare(self) -> None:
        super().prepare()
        rules.check_complete(self.application)

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.application.version}

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(rows=summary_of(self.application), **kwargs)

    def act(self, form: CheckForm) -> HttpResponse:
        applying.submit_application(application_id=self.application.pk, version=form.cleaned_data["version"])
        return self.done("The application is sent. The officers have been sent their links", to="joining:application")


class SignatoryPage(ApplicantPage, FormPage):
    """One role that has not signed."""

    def prepare(self) -> None:
        if self.kwargs["role"] not in NamedRole.values:
            raise Http404
        self.officer = get_object_or_404(self.application.named_officers.all(), role=self.kwargs["role"])

    def get_back_url(self) -> str:
        return reverse("joining:application")


class ReplaceSignatory(SignatoryPage):
    form_class = SignatoryForm
    button = "Save and send the link"

    def get_title(self) -> str:
        return f"Name another {NamedRole(self.kwargs['role']).label.lower()}"

    def act(self, form: SignatoryForm) -> HttpResponse:
        applying.replace_signatory(
            application_id=self.application.pk, role=self.kwargs["role"], person=Person(**form.cleaned_data)
        )
        return self.done("The link was sent", to="joining:application")


class RemindSignatory(SignatoryPage):
    button = "Send the link again"

    def get_title(self) -> str:
        return f"Send {self.officer.work_name} the link again"

    def act(self, form: Any) -> HttpResponse:
        if not applying.remind_signatory(application_id=self.application.pk, role=self.kwargs["role"]):
            raise NotAllowed("This mailbox has been sent five links in the last hour. Wait an hour, then try again.")
        return self.done("The link was sent again. The earlier one no longer works", to="joining:application")


class RetryOpening(ApplicantPage, FormPage):
    title = "Set the portal up again"
    button = "Try again"

    def get_back_url(self) -> str:
        return reverse("joining:application")

    def act(self, form: Any) -> HttpResponse:
        count_use(self.request, "retry", times=10, seconds=AN_HOUR, key=str(self.application.pk))
        open_again(actor=None, application_id=self.application.pk)
        return self.done("The portal is being set up again", to="joining:application")


class Withdraw(ApplicantPage, FormPage):
    title = "Withdraw the application"
    button = "Withdraw the application"
    button_style = "warning"

    def get_back_url(self) -> str:
        return reverse("joining:application")

    def act(self, form: Any) -> HttpResponse:
        applying.withdraw_application(application_id=self.application.pk)
        return self.done("The application is withdrawn", to="joining:application")
