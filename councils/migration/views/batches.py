"""Batches: the list, the upload, the page on which one is watched and moved on."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from shared_services.access.permissions import may
from shared_services.govuk.errors import forbidden
from shared_services.govuk.refusals import MissingPermission
from shared_services.govuk.views import ActionView, Column, FormPage, ListPage, Page
from shared_services.govuk.words import counted, spoken_instant
from shared_services.messaging.causes import in_plain_words

from .. import rules, selectors, services
from ..choices import BATCH_COLOURS, UNDER_WAY, BatchStatus
from ..exports import PROBLEM_COLUMNS, PROBLEMS_EXPORTED
from ..filters import ProblemFilters
from ..forms import UploadForm, VersionedForm
from ..models import ControlTotal, ImportBatch, ImportFile, RowProblem
from ..tables import Table, all_tables
from ..uploads import ExtractUpload, fault_of_upload

TRAIL: list[tuple[str, str]] = [("Data from the legacy system", "migration:list_batches")]
VIEW = "migration.view_batches"


class ListBatches(ListPage):
    permission = VIEW
    template_name = "pages/councils/migration/list_batches.html"
    title = "Data from the legacy system"
    columns: ClassVar[list[Column]] = [
        Column("reference", "Batch", link=True, sort="reference"),
        Column("note", "Note", sort="note"),
        Column("created_at", "Brought", kind="datetime", sort="created_at"),
        Column("loaded_at", "Loaded", kind="datetime", sort="loaded_at"),
        Column("status", "Status", kind="tag", tags=BATCH_COLOURS, sort="status"),
    ]
    search_fields: ClassVar[list[str]] = ["reference", "note", "files__name"]
    search_label = "Search by batch, note or file name"
    default_sort = "-created_at"
    export_name = "import-batches"
    noun = "batch"
    noun_plural = "batches"
    empty_text = "Nothing has been loaded yet. Bring extracts of the legacy system, or fill in a template."

    def get_queryset(self) -> Any:
        return ImportBatch.objects.visible_to(self.actor).distinct()

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(
            may_load=rules.may_load_something(self.actor),
            to_match=sum(selectors.codes_to_match().values()),
            **kwargs,
        )


class LoadersPage(FormPage):
    """A page for whoever may load extracts or staff data: either permission is enough."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        actor = getattr(request, "actor", None)
        if actor is not None and not rules.may_load_something(actor):
            return forbidden(request, MissingPermission(rules.MAY_LOAD[0]))
        return super().dispatch(request, *args, **kwargs)


class BringFiles(LoadersPage):
    """Upload extracts or filled-in templates."""

    permission = VIEW
    template_name = "pages/councils/migration/bring_files.html"
    title = "Bring files"
    breadcrumbs = TRAIL
    form_class = UploadForm
    button = "Bring these files"
    upload_handlers = (ExtractUpload,)

    def get_form(self, data: Any = None, files: Any = None) -> Any:
        form = super().get_form(data, files)
        if data is not None and (fault := fault_of_upload(self.request)):
            form.fields["uploads"].error_messages["required"] = fault
        return form

    def act(self, form: UploadForm) -> HttpResponse:
        batch = services.receive_files(
            actor=self.actor, uploads=form.cleaned_data["uploads"], note=form.cleaned_data["note"]
        )
        return self.done(f"{batch.reference} is being checked. Nothing is loaded yet.", to=batch)


class OneBatch:
    """Finds the batch that a page is about; 404 when the officer may not see it."""

    actor: Any
    kwargs: dict[str, Any]

    @cached_property
    def batch(self) -> ImportBatch:
        return get_object_or_404(ImportBatch.objects.visible_to(self.actor), reference=self.kwargs["reference"])

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [
            ("Home", reverse("govuk:home")),
            (TRAIL[0][0], reverse(TRAIL[0][1])),
            (self.batch.reference, self.batch.get_absolute_url()),
        ]


class ShowBatch(OneBatch, Page):
    """Everything about a batch, and what comes next."""

    permission = VIEW
    template_name = "pages/councils/migration/show_batch.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "HX-Request" in request.headers:
            return render(request, "pages/councils/migration/_progress.html", self.get_context())
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        return self.batch.reference

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return super().get_breadcrumbs()[:2]

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        batch = self.batch
        files = list(batch.files.all())
        totals = list(ControlTotal.objects.filter(file__batch=batch).select_related("file"))
        is_under_way = batch.status in UNDER_WAY
        return super().get_context(
            batch=batch,
            colour=BATCH_COLOURS[batch.status],
            under_way=is_under_way,
            progress=selectors.progress_of(batch, files),
            files=[(one, self.facts_of(one), _title_of(one.table)) for one in files],
            words=self.words,
            steps=[] if is_under_way else self.steps(files, totals),
            may_load=rules.may_load_something(self.actor) and rules.may_load_all(self.actor, batch),
            may_undo=may(self.actor, "migration.undo") and rules.may_load_all(self.actor, batch),
            fault=in_plain_words(batch.fault),
            kept=sorted(batch.kept_reasons.items()),
            is_open=batch.status == BatchStatus.CHECKED,
            is_loaded=batch.status == BatchStatus.LOADED,
            is_gone=batch.status in (BatchStatus.UNDONE, BatchStatus.DISCARDED),
            **kwargs,
        )

    def facts_of(self, file: ImportFile) -> list[tuple[str, str]]:
        """The figures of a file: before the load what would happen, afterwards what happened."""
        if self.batch.status == BatchStatus.LOADED:
            became = (file.created_count, file.changed_count, file.left_unchanged_count)
        else:
            became = (file.create_count, file.change_count, file.unchanged_count)
        counts = (file.row_count, *became, file.quarantined_count, file.left_out_count)
        return [(word, f"{count:,}") for word, count in zip(self.words, counts, strict=True)]

    @property
    def words(self) -> tuple[str, ...]:
        became = ("Created", "Changed") if self.batch.status == BatchStatus.LOADED else ("To create", "To change")
        return ("Rows", *became, "Unchanged", "Quarantined", "Left out")

    def steps(self, files: list[ImportFile], totals: list[ControlTotal]) -> list[dict[str, Any]]:
        """The way to a load as a task list; nothing is shown of a batch that is gone."""
        batch = self.batch
        if batch.status not in (BatchStatus.CHECKED, BatchStatus.LOADED):
            return []
        problems = sum(one.quarantined_count for one in files)
        to_match = selectors.codes_to_match(batch)
        open_totals = sum(not one.is_reconciled for one in totals)
        loadable = any(one.table and not one.trouble for one in files)
        items = []
        if batch.status == BatchStatus.CHECKED and to_match:
            items.append(
                _step(
                    "Match codes",
                    reverse("migration:list_codes"),
                    counted(sum(to_match.values()), "code") + " without a match",
                    "yellow",
                )
            )
        items.append(
            _step(
                "Look at the problems",
                reverse("migration:problems", args=[batch.reference]),
                f"{counted(problems, 'row')} quarantined" if problems else "No row quarantined",
                "red" if problems else "green",
            )
        )
        if totals:
            items.append(
                _step(
                    "Reconcile the control totals",
                    reverse("migration:totals", args=[batch.reference]),
                    f"{open_totals} to reconcile" if open_totals else "Reconciled",
                    "yellow" if open_totals else "green",
                )
            )
            items.append(
                _step(
                    "Sign off",
                    "" if batch.signed_by_id or open_totals else reverse("migration:sign_off", args=[batch.reference]),
                    "Signed"
                    if batch.signed_by_id
                    else "Cannot start yet"
                    if open_totals
                    else "Waiting for a second person",
                    "green" if batch.signed_by_id else "grey" if open_totals else "yellow",
                    hint=f"By {batch.signed_by.work_name}, {spoken_instant(batch.signed_at)}"
                    if batch.signed_by_id
                    else "By somebody who did not bring the files or enter the figures.",
                )
            )
        if batch.status == BatchStatus.CHECKED:
            ready = bool(batch.signed_by_id) and loadable
            items.append(
                _step(
                    "Load",
                    reverse("migration:load", args=[batch.reference]) if ready else "",
                    "Ready" if ready else "Cannot start yet",
                    "blue" if ready else "grey",
                )
            )
        return items


def _title_of(table: str) -> str:
    """What a table holds, for whoever does not know it by SAP's name."""
    known = all_tables().get(table)
    return known.title if known is not None and known.title != table else ""


def _step(title: str, url: str, status: str, colour: str, hint: str = "") -> dict[str, Any]:
    return {"title": title, "url": url, "status": status, "colour": colour, "hint": hint}


class ListProblems(OneBatch, ListPage):
    """Every problem of every row, to filter and to download."""

    permission = VIEW
    sensitive = "migration.problems"
    template_name = "pages/councils/migration/list_problems.html"
    columns = PROBLEM_COLUMNS
    filterset_class = ProblemFilters
    search_fields: ClassVar[list[str]] = ["message", "value"]
    search_label = "Search in problems and values"
    export_name = "problems"
    export_event = PROBLEMS_EXPORTED
    noun = "problem"
    empty_text = "No row has a problem."

    def get_title(self) -> str:
        return f"Problems of {self.batch.reference}"

    def get_looked_at(self) -> ImportBatch | None:
        """Values of staff's rows are personal data; a supplier's are not."""
        return self.batch if self.batch.personal else None

    def get_queryset(self) -> Any:
        return RowProblem.objects.filter(batch=self.batch).select_related("file").order_by("file_id", "line")


class BatchAction(OneBatch, ActionView):
    """One step of a batch."""

    permission = VIEW
    form_class: ClassVar[type[forms.BaseForm]] = VersionedForm

    def get_subject(self) -> ImportBatch:
        return self.batch

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.batch.version}

    def get_back_url(self) -> str:
        return self.batch.get_absolute_url()


class LoadBatch(BatchAction):
    template_name = "pages/councils/migration/load.html"
    button = "Load"

    def get_title(self) -> str:
        return f"Load {self.batch.reference}"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(files=list(self.batch.files.all()), **kwargs)

    def act(self, form: VersionedForm) -> HttpResponse:
        rules.check_may_load_something(self.actor)
        rules.check_version(self.batch, form.cleaned_data["version"])
        batch = services.start_loading(actor=self.actor, batch=self.batch)
        return self.done(f"{batch.reference} is being loaded.", to=batch)


class CheckAgain(BatchAction):
    template_name = "pages/councils/migration/check_again.html"
    button = "Check again"

    def get_title(self) -> str:
        return f"Check {self.batch.reference} again"

    def act(self, form: VersionedForm) -> HttpResponse:
        batch = services.check_again(actor=self.actor, batch=self.batch)
        return self.done(f"{batch.reference} is being checked again.", to=batch)


class UndoBatch(BatchAction):
    permission = "migration.undo"
    template_name = "pages/councils/migration/undo.html"
    button = "Undo this load"
    button_style = "warning"

    def get_title(self) -> str:
        return f"Undo {self.batch.reference}"

    def act(self, form: VersionedForm) -> HttpResponse:
        batch = services.start_undoing(actor=self.actor, batch=self.batch)
        return self.done(f"{batch.reference} is being taken back.", to=batch)


class DiscardBatch(BatchAction):
    template_name = "pages/councils/migration/discard.html"
    button = "Discard"
    button_style = "warning"

    def get_title(self) -> str:
        return f"Discard {self.batch.reference}"

    def act(self, form: VersionedForm) -> HttpResponse:
        batch = services.discard(actor=self.actor, batch=self.batch)
        return self.done(f"{batch.reference} was discarded. Nothing of it was loaded.", to="migration:list_batches")


def templates_listed() -> list[Table]:
    return [table for table in all_tables().values() if table.is_template]
