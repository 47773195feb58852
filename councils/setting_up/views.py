"""Setting the council's portal up: the task list, tables as files, the first matrix, the allowed networks."""

from __future__ import annotations

import csv
import io
from typing import Any

from allauth.account.adapter import get_adapter
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from shared_services.access.permissions import SIGNED_IN, may
from shared_services.govuk.errors import forbidden
from shared_services.govuk.exports import BYTE_ORDER_MARK
from shared_services.govuk.refusals import MissingPermission
from shared_services.govuk.views import ActionView, FormPage, GuardedView, Page
from shared_services.govuk.words import counted
from shared_services.tenancy.errors import NotAllowed

from . import networks
from .forms import NetworkForm, TableForm, TemplateForm
from .loading import Fault, load_table
from .matrix_templates import MAY_MANAGE as MAY_MANAGE_MATRIX
from .matrix_templates import TEMPLATES, use_template
from .models import NetworkRange
from .scim import keys
from .tables import TABLES, Table
from .task_list import sections

PAGES = "pages/councils/setting_up"
CRUMBS = [("Set up your portal", "setting_up:task_list")]
FAULTS_SHOWN = 200


class TaskList(Page):
    """What is left to set up, and who does it."""

    permission = "accounts.view_officers"
    template_name = f"{PAGES}/task_list.html"
    title = "Set up your portal"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        found = sections()
        needed = [task for section in found for task in section.tasks if not task.optional]
        return super().get_context(
            sections=[(section.title, [task.item(self.actor) for task in section.tasks]) for section in found],
            done=sum(task.done for task in needed),
            needed=len(needed),
            **kwargs,
        )


class TablePage:
    """Whichever table the address names, for who may bring it."""

    kwargs: dict[str, Any]

    @property
    def table(self) -> Table:
        try:
            return TABLES[self.kwargs["key"]]
        except KeyError:
            raise Http404 from None


class LoadTable(TablePage, FormPage):
    """Bring a table as a CSV file: all of it, or every fault of every row."""

    permission = SIGNED_IN
    form_class = TableForm
    template_name = f"{PAGES}/load_table.html"
    button = "Bring in"
    breadcrumbs = CRUMBS
    faults: tuple[Fault, ...] = ()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        actor = getattr(request, "actor", None)
        if actor is not None and not may(actor, self.table.permission):
            return forbidden(request, MissingPermission(self.table.permission))
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> str:
        return self.table.title

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        standing = self.table.standing() if self.table.standing else []
        return super().get_context(table=self.table, standing=standing, **kwargs)

    def act(self, form: TableForm) -> HttpResponse:
        sent = form.cleaned_data["table"]
        try:
            found = load_table(actor=self.actor, table=self.table, content=sent.read(3 * 1024 * 1024))
        except NotAllowed as refusal:
            form.add_error("table", refusal.message)
            return self.show_form(422)
        if found.faults:
            wrong = len({fault.line for fault in found.faults})
            form.add_error("table", f"{wrong} of {counted(found.rows, 'row')} cannot be used. Nothing was kept")
            return self._show_faults(found.faults)
        done = f"{found.count('added')} added, {found.count('changed')} changed, {found.count('unchanged')} as before"
        if self.table.standing:  # Then this page shows what came of it.
            return self.done(f"{self.table.title}: {done}")
        return self.done(f"{self.table.title}: {done}", to="setting_up:task_list")

    def _show_faults(self, faults: tuple[Fault, ...]) -> HttpResponse:
        self.faults = faults
        return self.show_form(422)

    def show(self, status: int = 200, **more: Any) -> HttpResponse:
        rows = [
            [
                {"text": str(fault.line), "label": "Line"},
                {"text": fault.column, "label": "Column"},
                {"text": fault.value or "(empty)", "label": "Value"},
                {"text": fault.message, "label": "What to do"},
            ]
            for fault in self.faults[:FAULTS_SHOWN]
        ]
        headings = ["Line", "Column", "Value", "What to do"]
        return super().show(status, faults=rows, fault_headings=headings, fault_count=len(self.faults), **more)


class TableTemplate(TablePage, GuardedView):
    """An empty file of a table: its columns, and one row to show how they are filled in."""

    permission = SIGNED_IN

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        table = self.table
        file = io.StringIO()
        writer = csv.writer(file)
        writer.writerow([column.name for column in table.columns])
        writer.writerow([column.example for column in table.columns])
        response = HttpResponse(BYTE_ORDER_MARK + file.getvalue(), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{table.key}.csv"'
        return response


class UseTemplate(FormPage):
    """Start from a ready authority matrix."""

    permission = MAY_MANAGE_MATRIX
    form_class = TemplateForm
    template_name = f"{PAGES}/use_template.html"
    title = "Authority matrix"
    button = "Use this matrix from tomorrow"
    breadcrumbs = CRUMBS

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(templates=list(TEMPLATES.values()), **kwargs)

    def act(self, form: TemplateForm) -> HttpResponse:
        count = use_template(actor=self.actor, key=form.cleaned_data["key"])
        return self.done(f"The matrix of {count} lines holds from tomorrow", to="authority:matrix")


class Networks(FormPage):
    """From where the portal may be used."""

    permission = networks.MAY_MANAGE
    form_class = NetworkForm
    template_name = f"{PAGES}/networks.html"
    title = "Allowed networks"
    button = "Allow this network"
    breadcrumbs = CRUMBS

    def get_initial(self) -> dict[str, Any]:
        return {} if NetworkRange.objects.exists() else {"cidr": address_of(self.request) or ""}

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(
            networks=list(NetworkRange.objects.all()), address=address_of(self.request), **kwargs
        )

    def act(self, form: NetworkForm) -> HttpResponse:
        try:
            kept = networks.add_network(actor=self.actor, address=address_of(self.request), **form.cleaned_data)
        except NotAllowed as refusal:
            if refusal.code != "locked_out":
                raise
            form.add_error("cidr", refusal.message)
            return self.show_form(422)
        return self.done(f"{kept} is allowed")


class IdentityProvider(FormPage):
    """The key with which the council's identity provider keeps its officers."""

    permission = keys.MAY_MANAGE
    template_name = f"{PAGES}/identity_provider.html"
    title = "Officers from your identity provider"
    button = "Make a key"
    breadcrumbs = CRUMBS

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        address = self.request.build_absolute_uri("/scim/v2")
        return super().get_context(key=keys.live_key(), address=address, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        secret = keys.make_key(actor=self.actor)
        address = self.request.build_absolute_uri("/scim/v2")
        shown = {"title": "Your new key", "secret": secret, "address": address}
        return render(self.request, f"{PAGES}/scim_key_once.html", shown)


class RevokeScimKey(FormPage):
    permission = keys.MAY_MANAGE
    title = "Revoke the identity provider’s key"
    button = "Revoke the key"
    button_style = "warning"
    breadcrumbs = CRUMBS

    def get_back_url(self) -> str:
        return reverse("setting_up:identity_provider")

    def act(self, form: Any) -> HttpResponse:
        keys.revoke_key(actor=self.actor)
        return self.done("The key is revoked", to="setting_up:identity_provider")


class RemoveNetwork(ActionView):
    permission = networks.MAY_MANAGE
    button = "Remove"
    button_style = "warning"
    breadcrumbs = CRUMBS

    def get_subject(self) -> NetworkRange:
        return get_object_or_404(NetworkRange, pk=self.kwargs["pk"])

    def get_title(self) -> str:
        return f"Remove {self.subject} from the allowed networks"

    def get_back_url(self) -> str:
        return reverse("setting_up:networks")

    def act(self, form: Any) -> HttpResponse:
        networks.remove_network(actor=self.actor, network_id=self.subject.pk, address=address_of(self.request))
        return self.done("The network was removed", to="setting_up:networks")


def address_of(request: HttpRequest) -> str | None:
    """Where the request comes from, past the proxies that are trusted."""
    return get_adapter(request).get_client_ip(request)
