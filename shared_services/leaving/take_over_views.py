"""What was taken over when councils became one: the trial's findings, counts and sums, and the predecessor's archive."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Count
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404

from shared_services.access.permissions import may
from shared_services.govuk.views import Column, GuardedView, ListPage
from shared_services.govuk.words import spoken_instant, spoken_size
from shared_services.tenancy.door import current_council

from . import services
from .choices import LINE_COLOURS, MEANINGS, TAKE_OVER_COLOURS, LineKind, TakeOverStatus
from .models import TakeOver, TakeOverLine

TEMPLATES = "pages/shared_services/leaving"
MAY_VIEW = "operating.view_own_operations"
OBSTACLES_SHOWN = 20


class ListTakeOvers(ListPage):
    """Every take-over that this council had a part in, tried or done."""

    permission = MAY_VIEW
    template_name = f"{TEMPLATES}/list_take_overs.html"
    title = "Records taken over"
    noun = "take-over"
    queryset = TakeOver.objects.all()
    columns = [
        Column("at", "When", kind="datetime", sort="at", link=True),
        Column("predecessor_name", "From"),
        Column("successor_name", "By"),
        Column("status", "Status", kind="tag", value=lambda row: row.get_status_display(), tags=TAKE_OVER_COLOURS),
    ]
    default_sort = "-at"
    empty_text = "Your council has had no part in a take-over yet."


class ShowTakeOver(ListPage):
    """One take-over: what became of each record that both councils had a word to say about, and the control totals."""

    permission = MAY_VIEW
    template_name = f"{TEMPLATES}/take_over.html"
    noun = "record"
    breadcrumbs = [("Records taken over", "leaving:list_take_overs")]
    columns = [
        Column("kind", "What happens", kind="tag", value=lambda row: row.get_kind_display(), tags=LINE_COLOURS, sort="kind"),
        Column("table", "Kind of record", sort="table"),
        Column("label", "Record", sort="label"),
        Column("before", "Predecessor"),
        Column("here", "Successor"),
    ]  # fmt: skip
    search_fields = ["label", "before", "here", "table"]
    default_sort = "place"
    empty_text = "No code, supplier or officer is in both councils."
    export_name = "take_over"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.take_over = get_object_or_404(TakeOver, pk=self.kwargs["pk"])
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        return str(self.take_over)

    def get_queryset(self) -> Any:
        return TakeOverLine.objects.filter(take_over=self.take_over)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        kept = self.take_over
        done = kept.status == TakeOverStatus.TAKEN
        facts = [
            ("When", spoken_instant(kept.at)), ("Agreed by", kept.signed_by),
            ("Undone", spoken_instant(kept.undone_at) if kept.undone_at else ""),
            ("SHA-256 of what was found", kept.digest),
            ("SHA-256 of the archive", kept.archive_sha256), ("SHA-256 of its manifest", kept.manifest_sha256),
            ("Size of the archive", spoken_size(kept.archive_size) if kept.archive_size else ""),
            ("Last link of the predecessor’s audit record", f"{kept.chain_seq:,}: {kept.chain_hash}" if kept.chain_hash else ""),
        ]  # fmt: skip
        return super().get_context(
            take_over=kept,
            is_trial=kept.status == TakeOverStatus.TRIED,
            colour=TAKE_OVER_COLOURS[kept.get_status_display()],
            facts=[fact for fact in facts if fact[1]],
            totals=_totals(kept),
            found=_found(kept),
            obstacles=list(kept.lines.filter(kind=LineKind.OBSTACLE)[:OBSTACLES_SHOWN]),
            obstacles_shown=OBSTACLES_SHOWN,
            has_archive=done and self._is_successor(),
            may_open=may(self.actor, services.MAY_OPEN_ARCHIVE),
            **kwargs,
        )

    def _is_successor(self) -> bool:
        return current_council().number != self.take_over.predecessor_number


class DownloadArchive(GuardedView):
    """The predecessor's archive. Every download is in the record."""

    permission = services.MAY_OPEN_ARCHIVE

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        kept = get_object_or_404(TakeOver, pk=self.kwargs["pk"])
        content = services.open_archive(actor=self.actor, take_over=kept)
        response = FileResponse(
            content, as_attachment=True, filename=f"archive-{kept.predecessor_number}-{kept.at:%Y-%m-%d}.zip",
            content_type="application/zip",
        )  # fmt: skip
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"
        return response


def _found(kept: TakeOver) -> list[tuple[str, str]]:
    """How many lines there are of each kind, and what the kind means."""
    counts = dict(kept.lines.order_by().values_list("kind").annotate(Count("pk")))
    return [(kind.label, f"{counts[kind]:,}: {MEANINGS[kind]}") for kind in LineKind if kind in counts]


def _totals(kept: TakeOver) -> list[dict[str, Any]]:
    """The control totals as rows of a table: first the counts of each kind of record, then its sums."""
    rows = []
    for one in kept.totals:
        if not one["there"]:
            continue
        behind = one["there"] - one["taken"] - one["same"]
        counts = {name: f"{one[name]:,}" for name in ("before", "taken", "after", "same")}
        rows.append({**one, **counts, "behind": f"{behind:,}", "is_sum": False})
        rows += [
            {"title": f"{one['title']}: {each['title'].lower()}", **{name: f"{Decimal(each[key]):,.2f}" for name, key in (("taken", "there"), ("before", "before"), ("after", "after"))}, "is_sum": True}
            for each in one["sums"]
        ]  # fmt: skip
    return rows
