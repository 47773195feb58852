"""The auditor's pages: everything that was done, one line of it, and whether the record still stands as written."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime

from shared_services.audit.events import words_of
from shared_services.audit.models import AuditEntry, Verification
from shared_services.audit.selectors import entries_for, link_of, with_words
from shared_services.audit.verifying import count_links
from shared_services.govuk.forms import GovukForm
from shared_services.govuk.page_links import page_links
from shared_services.govuk.paging import slice_of
from shared_services.govuk.views import Column, FormPage, ListPage, Page
from shared_services.govuk.words import spoken_instant
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import current_council

from . import heads, services
from .filters import EntryFilter
from .models import AuditHead
from .shown import changes_of, other_facts, page_of, summary_of

TEMPLATES = "pages/shared_services/assurance"
CRUMBS = [("Audit", "audit:list_entries")]
STATUS_COLOURS = {
    Verification.Status.RUNNING: "blue",
    Verification.Status.SOUND: "green",
    Verification.Status.BROKEN: "red",
    Verification.Status.FAILED: "yellow",
}
HEADS_A_PAGE = 31


class ListEntries(ListPage):
    """Everything done in this room: by whom, what, to which record, when, old and new values."""

    permission = services.MAY_READ
    template_name = f"{TEMPLATES}/list_entries.html"
    title = "Audit"
    noun = "line"
    columns = [
        Column("at", "When", kind="datetime", sort="at", link=True),
        Column("actor_name", "Who"),
        Column("event", "What was done", value=lambda entry: words_of(entry.event)),
        Column("subject_label", "Record"),
        Column("values", "Old and new values", value=summary_of),
        Column("subject_type", "Kind of record", shown=False),
        Column("event_name", "Event", value=lambda entry: entry.event, shown=False),
    ]
    filterset_class = EntryFilter
    search_fields = ["facts"]
    search_label = "Search old and new values, names and records (whole words)"
    default_sort = "-at"
    tie_break = "id"
    export_name = "audit"
    export_event = "assurance.entries.exported"
    empty_text = "Nothing has been recorded yet."

    def get_queryset(self) -> Any:
        return entries_for(self.actor)

    @cached_property
    def rows(self) -> Any:
        """Every line that matches, in order. Words are looked up in the chain's own index."""
        rows = self.get_queryset() if self.filterset is None else self.filterset.qs
        if self.search_text:
            rows = with_words(rows, self.search_text)
        return self._sorted(rows)


class ShowEntry(Page):
    """One line of the record, with its place in the chain."""

    permission = services.MAY_READ
    template_name = f"{TEMPLATES}/show_entry.html"
    breadcrumbs = CRUMBS

    @cached_property
    def entry(self) -> AuditEntry:
        return get_object_or_404(entries_for(self.actor), pk=self.kwargs["pk"])

    def get_title(self) -> str:
        return words_of(self.entry.event)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        entry = self.entry
        link = link_of(entry)
        return super().get_context(
            entry=entry,
            facts_about=[
                ("When", spoken_instant(entry.at)),
                ("Who", entry.actor_name),
                ("What was done", words_of(entry.event)),
                ("Record", entry.subject_label),
                ("Event", entry.event),
            ],
            changes=changes_of(entry),
            facts=other_facts(entry),
            link=link,
            link_hash=bytes(link.hash).hex() if link else "",
            page_url=page_of(entry),
            history_url=f"{reverse('audit:list_entries')}?{urlencode({'record': entry.subject_id})}",
            officer_url=f"{reverse('audit:list_entries')}?{urlencode({'officer': entry.actor_card_id or 'portal'})}",
            **kwargs,
        )


class ShowChain(Page):
    """Whether the record is as it was written: the last check, the head of each day and who holds a copy."""

    permission = services.MAY_READ
    template_name = f"{TEMPLATES}/show_chain.html"
    title = "Is the record as it was written?"
    breadcrumbs = CRUMBS

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        own = AuditHead.objects.filter(owner_id=current_council().number).order_by("-day")
        page = slice_of(own, asked=self.request.GET.get("page"), size=HEADS_A_PAGE)
        receipts = heads.receipts()
        last = Verification.objects.order_by("-started_at").first()
        return super().get_context(
            last=last,
            finding=_finding_of(last),
            last_colour=STATUS_COLOURS[Verification.Status(last.status)] if last else "",
            lines=count_links(),
            days=[(head, _witnesses(head, receipts)) for head in page.records],
            page=page,
            page_links=page_links(page, ""),
            contradictions=heads.contradictions()[:HEADS_A_PAGE],
            form_token=new_key(),
            **kwargs,
        )


class StartCheck(FormPage):
    """Check the record now."""

    permission = services.MAY_READ
    title = "Check the record now"
    button = "Check the record now"
    breadcrumbs = [*CRUMBS, ("Is the record as it was written?", "audit:show_chain")]

    def act(self, form: GovukForm) -> HttpResponse:
        verification = services.start_verification(actor=self.actor)
        return self.done(to=reverse("audit:show_check", args=[verification.pk]))


class ShowCheck(Page):
    """How far a check has come and what it found."""

    permission = services.MAY_READ
    template_name = f"{TEMPLATES}/show_check.html"
    title = "Checking the record"
    breadcrumbs = [*CRUMBS, ("Is the record as it was written?", "audit:show_chain")]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.verification = get_object_or_404(Verification, pk=self.kwargs["pk"])
        if "HX-Request" in request.headers:
            return render(request, f"{TEMPLATES}/_check.html", self.get_context())
        return super().get(request, *args, **kwargs)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        check = self.verification
        return super().get_context(
            check=check,
            colour=STATUS_COLOURS[Verification.Status(check.status)],
            under_way=check.status == Verification.Status.RUNNING,
            finding=_finding_of(check),
            **kwargs,
        )


def _witnesses(head: AuditHead, receipts: list[Any]) -> list[str]:
    """The rooms that say they hold a copy of this day's head."""
    return [
        heads.name_of(receipt.owner_id) for receipt in receipts if receipt.first_day <= head.day <= receipt.last_day
    ]


def _finding_of(check: Verification | None) -> dict[str, Any] | None:
    """What a check found, as the pages show it; nothing when the record was sound."""
    if check is None or not check.finding:
        return None
    found = check.finding
    line = found["line"]
    at = parse_datetime(found["at"]) if found["at"] else None
    is_there = bool(line) and AuditEntry.objects.filter(pk=line).exists()
    return {
        "sentence": found["sentence"],
        "seq": found["seq"],
        "at": spoken_instant(at) if at else "",
        "line": line,
        "words": f"{words_of(found['event'])}, {found['subject']}" if found["event"] else line,
        "line_url": reverse("audit:show_entry", args=[line]) if is_there else "",
    }
