"""The bases of every page: who may open it, what it shows, and a form that is done once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import nullcontext
from typing import Any, ClassVar
from urllib.parse import urlsplit
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.views.generic import View

from shared_services.access.permissions import PUBLIC, may
from shared_services.audit.looking import record_look
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.errors import NotAllowed, Stale

from .errors import forbidden, refused
from .forms import ConfirmForm, error_links, leave_unchecked
from .lines import Lines, LineSet
from .receipts import claim_receipt, receipt_for
from .refusals import MissingPermission

TOKEN = "form_token"  # noqa: S105 - the name of a field, not a secret
DONE_ALREADY = "This was already done."
INVALID = 422
REFUSED = 409


class GuardedView(View):
    """A view that says which permission it asks for, and asks for it before anything else happens."""

    permission: ClassVar[str] = ""
    sensitive: ClassVar[str] = ""
    """What this page shows of a person ("people.employment"): each look at it is then recorded, here and nowhere else."""
    actor: Any

    def get_looked_at(self) -> Any:
        """The record that was shown, for a sensitive page; None when it is the officer's own, which is no look."""
        match = self.request.resolver_match
        return getattr(self, "subject", None) or ("page", match.view_name if match else self.request.path)

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        if not initkwargs.get("permission", cls.permission):
            raise ImproperlyConfigured(f"{cls.__module__}.{cls.__qualname__} names no permission.")
        return super().as_view(**initkwargs)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.actor = getattr(request, "actor", None)
        if self.permission != PUBLIC:
            if self.actor is None:
                return redirect_to_login(request.get_full_path())
            if not may(self.actor, self.permission):
                return forbidden(request, MissingPermission(self.permission))
        try:
            # What is half done when a rule refuses outside a form is taken back.
            with transaction.atomic() if request.method == "POST" else nullcontext():
                response = super().dispatch(request, *args, **kwargs)
            if self.sensitive and request.method == "GET":
                self._record_look(response)
            return response
        except NotAllowed as refusal:
            return refused(request, refusal)

    def _record_look(self, response: Any) -> None:
        """A look is a page that was shown; what is downloaded is recorded as an export already."""
        looked_at = None if response.status_code != 200 or response.streaming else self.get_looked_at()
        if looked_at is not None:
            asked = self.request.GET.urlencode()[:200]
            record_look(self.actor, self.sensitive, looked_at, **({"query": asked} if asked else {}))


class Page(GuardedView):
    """A page to read."""

    template_name: ClassVar[str] = "layouts/page.html"
    title: str = ""
    back_url: str = ""
    breadcrumbs: ClassVar[list[tuple[str, str]]] = []
    """(label, URL name) of the pages above this one; Home is put in front."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.show()

    def get_title(self) -> str:
        return self.title

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        """What the template gets; extend it with `{**super().get_context(), ...}`."""
        return kwargs

    def get_back_url(self) -> str:
        return self.back_url

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        """(label, address) pairs from Home down."""
        if not self.breadcrumbs:
            return []
        return [("Home", reverse("govuk:home")), *((label, resolve_url(name)) for label, name in self.breadcrumbs)]

    def show(self, status: int = 200, **more: Any) -> HttpResponse:
        context = {
            "view": self,
            "title": self.get_title(),
            "back_url": self.get_back_url(),
            "breadcrumbs": self.get_breadcrumbs(),
        }
        context.update(self.get_context())
        context.update(more)
        return render(self.request, self.template_name, context, status=status)


class FormPage(Page, ABC):
    """A page with a form that does one thing, once.

    Every form carries a token; what was done with it is kept in the same transaction, so the same form sent
    again, by a double click or the Back button, is shown the first result and does nothing.
    """

    form_class: ClassVar[type[forms.BaseForm]] = ConfirmForm
    template_name = "layouts/form.html"
    button = "Save and continue"
    button_style = ""
    """What cannot be undone has "warning"."""
    initial: ClassVar[dict[str, Any]] = {}
    line_sets: ClassVar[dict[str, LineSet]] = {}
    form: forms.BaseForm
    lines: dict[str, Lines]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.prepare()
        self.form = self.get_form()
        self.lines = {name: line_set.empty(self.get_lines_initial(name)) for name, line_set in self.get_line_sets()}
        return self.show_form()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        token = token_of(request)
        receipt = receipt_for(request.user, token)
        if receipt:
            messages.info(request, f"{DONE_ALREADY} {receipt.message}".strip())
            return redirect(receipt.url or request.path)
        self.prepare()
        self.form = self.get_form(request.POST, request.FILES)
        self.lines = {name: line_set.sent(request.POST) for name, line_set in self.get_line_sets()}
        if "edit_lines" in request.POST:
            return self._edit_lines(request.POST["edit_lines"])
        # Every part is checked, so that the officer sees all that is wrong at once.
        if not all([self.form.is_valid(), *(lines.is_valid() for lines in self.lines.values())]):
            return self.show_form(status=INVALID)
        return self._act_once(token)

    def prepare(self) -> None:
        """Before the form is made. A page about one record finds it here."""

    @abstractmethod
    def act(self, form: Any) -> HttpResponse:
        """Call one service and return `self.done(...)`. NotAllowed becomes an error summary."""

    def done(self, message: str = "", to: Any = None) -> HttpResponse:
        """The form was done: say so, and go to a URL, URL name or object (this page when none is given)."""
        if message:
            messages.success(self.request, message)
        self._message = message
        return HttpResponseRedirect(resolve_url(to) if to else self.request.path)

    def get_form(self, data: Any = None, files: Any = None) -> Any:
        return self.form_class(data, files, **self.get_form_kwargs())

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": self.get_initial()}

    def get_initial(self) -> dict[str, Any]:
        return dict(self.initial)

    def get_line_sets(self) -> list[tuple[str, LineSet]]:
        return list(self.line_sets.items())

    def get_cancel_url(self) -> str:
        """Where who changes his mind goes: back, or to the page above."""
        crumbs = self.get_breadcrumbs()
        return self.get_back_url() or (crumbs[-1][1] if crumbs else "")

    def get_lines_initial(self, name: str) -> list[dict[str, Any]]:
        """What the rows of a line set start with; none gives its minimum of empty rows."""
        return []

    def show_form(self, status: int = 200, refusals: tuple[dict[str, str], ...] = ()) -> HttpResponse:
        errors = list(refusals)
        if status != 200:
            errors += error_links(self.form)
            for lines in self.lines.values():
                errors += lines.error_links()
        return self.show(
            status=status,
            form=self.form,
            lines=self.lines,
            errors=errors,
            cancel_url=self.get_cancel_url(),
            form_token=new_key(),
            button=self.button,
            button_style=self.button_style,
            has_files=self.form.is_multipart() or any(lines.is_multipart() for lines in self.lines.values()),
        )

    def _edit_lines(self, change: str) -> HttpResponse:
        """The page again with one row more or fewer, without JavaScript: nothing checked, nothing lost."""
        self.lines = {name: lines.changed(change) for name, lines in self.lines.items()}
        leave_unchecked(self.form)
        return self.show_form()

    def _act_once(self, token: UUID | None) -> HttpResponse:
        self._message = ""
        try:
            with transaction.atomic():
                receipt = claim_receipt(self.request.user, token)
                if receipt is None:
                    first = receipt_for(self.request.user, token)
                    messages.info(self.request, f"{DONE_ALREADY} {first.message if first else ''}".strip())
                    return redirect((first and first.url) or self.request.path)
                response = self.act(self.form)
                receipt.keep(url=response.get("Location", ""), message=self._message)
                return response
        except Stale as refusal:
            latest = {"text": "Load the latest version", "href": urlsplit(self.request.get_full_path()).path}
            return self.show_form(REFUSED, ({"text": refusal.message, "href": ""}, latest))
        except NotAllowed as refusal:
            status = getattr(refusal, "status", REFUSED)
            if refusal.code in self.form.fields and not self.form[refusal.code].is_hidden:
                # It names the question, so it stands there.
                self.form.add_error(refusal.code, refusal.message)
                return self.show_form(status)
            return self.show_form(status, ({"text": refusal.message, "href": ""},))


class ActionView(FormPage):
    """A form about one record: approve it, change it, cancel it.

    `get_subject` raises 404 for a record that is not in this room. Templates get it as `subject` and under
    its model's name.
    """

    subject: Any = None

    @abstractmethod
    def get_subject(self) -> Any:
        """The record that the form is about; Http404 when this room has no such record."""

    def prepare(self) -> None:
        self.subject = self.get_subject()

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(subject=self.subject, **kwargs)
        meta = getattr(self.subject, "_meta", None)
        if meta is not None:
            context.setdefault(meta.model_name, self.subject)
        return context

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        if issubclass(self.form_class, forms.BaseModelForm):
            kwargs["instance"] = self.subject
        return kwargs


def token_of(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get(TOKEN, ""))
    except ValueError:
        return None
