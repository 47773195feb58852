"""The platform operator's pages: one council's room from outside. No page here opens a room."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse

from shared_services.access.permissions import may
from shared_services.govuk.forms import ConfirmForm, GovukForm
from shared_services.govuk.views import ActionView, Column, ListPage, Page
from shared_services.govuk.words import spoken_date, spoken_instant
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER, Council

from ..choices import MERGERS, NEEDS_CONSENT, STATE_COLOURS, STATUS_COLOURS, Kind, Status
from ..forms import AccessForm, ConfirmedForm, MergerForm, ReasonForm, RenameForm, RestoreForm, SucceedForm
from ..models import Operation
from ..presenters import show
from ..rules import MAY_OPERATE, predecessors_of
from ..selectors import backups_of, operations_of, rooms
from ..services.asking import ask_for, try_again, withdraw
from ..services.register import removal_day

TEMPLATES = "pages/shared_services/operating"
MAY_VIEW = "operating.view_operations"
CRUMBS = [("Councils’ portals", "operations:list_rooms")]
TAGS = {status.label: colour for status, colour in STATUS_COLOURS.items()}
RELEASES = {"Up to date": "green", "Waiting for changes": "yellow", "Change failed": "red"}


def crumbs_to(room: Council) -> list[tuple[str, str]]:
    return [
        ("Home", reverse("govuk:home")),
        *((label, reverse(name)) for label, name in CRUMBS),
        (room.short_name, reverse("operations:show_room", args=[room.pk])),
    ]


def find_room(number: Any) -> Council:
    return get_object_or_404(rooms(), pk=number)


def find_operation(key: Any) -> Operation:
    found = Operation.objects.filter(owner_id=SHARED_SERVICE_NUMBER).select_related("council", "backup")
    return get_object_or_404(found, pk=key)


class ListRooms(ListPage):
    """Every council's room: its state, release, size, last backup and last restore drill."""

    permission = MAY_VIEW
    template_name = f"{TEMPLATES}/list_rooms.html"
    title = "Councils’ portals"
    columns = [
        Column("name", "Council", sort="name", url=lambda row: reverse("operations:show_room", args=[row.pk])),
        Column("state", "State", kind="tag", value=lambda row: row.get_state_display(), tags=STATE_COLOURS),
        Column("release", "Release", kind="tag", value=lambda row: row.get_release_state_display(), tags=RELEASES),
        Column(
            "room_bytes", "Size on disk", value=lambda row: filesizeformat(row.room_bytes) if row.room_bytes else ""
        ),
        Column("last_backup", "Last backup", kind="datetime", sort="last_backup"),
        Column("last_drill", "Last restore drill", kind="datetime", sort="last_drill"),
    ]
    search_fields = ["name", "short_name"]
    default_sort = "name"
    noun = "council"
    empty_text = "No council has joined yet."

    def get_queryset(self) -> Any:
        return rooms()


class ShowRoom(Page):
    """One council's room: figures, what can be done to it, and everything that was."""

    permission = MAY_VIEW
    template_name = f"{TEMPLATES}/show_room.html"
    breadcrumbs = CRUMBS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.room = find_room(self.kwargs["number"])
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        return self.room.name

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        room, backups = self.room, backups_of(self.room)
        host = room.get_primary_domain()
        facts = [
            ("State", room.get_state_display()), ("Since", spoken_instant(room.state_since) if room.state_since else ""),
            ("Address", host.domain if host else ""), ("Release", room.get_release_state_display()),
            ("Size on disk", filesizeformat(room.room_bytes) if room.room_bytes else "Not known before the first backup"),
            ("Last restore drill", spoken_instant(room.last_drill) if room.last_drill else "None has passed yet"),
            ("Leaves on", spoken_date(room.leaves_on) if room.leaves_on else ""),
            ("Portal removed on or after", spoken_date(removal_day(room.leaves_on)) if room.leaves_on else ""),
        ]  # fmt: skip
        return super().get_context(
            room=room,
            facts=[{"label": label, "value": value} for label, value in facts if value],
            actions=_actions(room, backups) if may(self.actor, MAY_OPERATE) else [],
            backups=backups[:10],
            operations=[
                (one, STATUS_COLOURS[Status(one.status)]) for one in operations_of(room.pk).worth_reading()[:50]
            ],
            **kwargs,
        )


def _actions(room: Council, backups: list[Any]) -> list[tuple[str, str, str]]:
    """What can be done to a room as it stands: its name, where, and who is asked first."""
    if room.state == Council.State.ENDED:
        return []
    suspended = room.state == Council.State.SUSPENDED
    if room.sandbox_of_id is not None:
        return [("Remove the sandbox", reverse("operations:remove_sandbox", args=[room.pk]), "")]
    succeeds = room.state == Council.State.LIVE and bool(predecessors_of(room))
    offered = [
        (Kind.BACK_UP, "back_up", True),
        (Kind.DRILL, "drill", bool(backups)),
        (Kind.RESTORE, "restore", bool(backups) and not suspended),
        (Kind.RENAME, "rename", room.state != Council.State.LEAVING),
        (Kind.SUCCEED, "succeed", room.state == Council.State.LIVE),
        *((kind, str(kind), succeeds) for kind in MERGERS),
        (Kind.CLONE, "clone", room.state == Council.State.LIVE),
        (Kind.SUSPEND, "suspend", not suspended),
        (Kind.RESUME, "resume", suspended),
        (Kind.ACCESS, "access", not suspended),
    ]
    return [
        (kind.label, reverse(f"operations:{name}", args=[room.pk]), _who_agrees(kind))
        for kind, name, fits in offered
        if fits
    ]


def _who_agrees(kind: Kind) -> str:
    if kind in MERGERS:
        return "Both councils have to agree"
    return "The council has to agree" if kind in NEEDS_CONSENT else ""


class ShowOperation(Page):
    """One operation, live while it runs."""

    permission = MAY_VIEW
    template_name = f"{TEMPLATES}/show_operation.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.operation = find_operation(self.kwargs["pk"])
        if "HX-Request" in request.headers:
            return render(request, f"{TEMPLATES}/_progress.html", self.get_context())
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        return f"{self.operation.get_kind_display()}: {self.operation.council.short_name}"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return crumbs_to(self.operation.council)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        host = self.operation.council.get_primary_domain()
        return super().get_context(
            operation=self.operation,
            shown=show(self.operation, for_team=True),
            room_url=reverse("operations:show_room", args=[self.operation.council_id]),
            may_operate=may(self.actor, MAY_OPERATE),
            host=host.domain if host else "",
            is_let_in=self.operation.details.get("work_email") == self.actor.work_email,
            **kwargs,
        )


class AskFor(ActionView):
    """The form of one kind of operation on one council's room."""

    permission = MAY_OPERATE
    kind: str
    explained = ""
    template_name = f"{TEMPLATES}/ask.html"

    def get_subject(self) -> Council:
        return find_room(self.kwargs["number"])

    def get_title(self) -> str:
        return f"{Kind(self.kind).label}: {self.subject.name}"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return crumbs_to(self.subject)

    def get_back_url(self) -> str:
        return reverse("operations:show_room", args=[self.subject.pk])

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(explained=self.explained.split("\n"), **kwargs)
        # The frame is the shared service's own: the council that the form is about is its subject.
        del context["council"]
        return context

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        if issubclass(self.form_class, ConfirmedForm):
            kwargs["slug"] = self.subject.slug
        return kwargs

    def wanted(self, given: dict[str, Any]) -> dict[str, Any]:
        """What the service is asked with, from what the form gave."""
        return given

    def act(self, form: GovukForm) -> HttpResponse:
        operation = ask_for(
            actor=self.actor, kind=self.kind, council_number=self.subject.number, **self.wanted(form.cleaned_data)
        )
        asked = "The council is asked" if len(operation.rooms) == 1 else "Both councils are asked"
        said = asked if operation.status == Status.ASKED else f"{Kind(self.kind).label}: asked for"
        return self.done(said, to=reverse("operations:show_operation", args=[operation.pk]))


class BackUp(AskFor):
    kind = Kind.BACK_UP
    form_class = ConfirmForm
    button = "Back up now"
    explained = (
        "The council’s private tables, its own rows of the shared tables and its files are kept as they are at one "
        "instant. Nobody in the council notices. A backup is taken every night too."
    )


class Drill(AskFor):
    kind = Kind.DRILL
    form_class = ConfirmForm
    button = "Try the latest backup"
    explained = (
        "The latest backup is restored into an empty database beside, compared table by table with what the backup "
        "recorded, and removed. The council’s portal itself is not touched."
    )


class Restore(AskFor):
    kind = Kind.RESTORE
    form_class = RestoreForm
    button = "Ask the council"
    explained = (
        "The council’s private tables become those of the backup. The council’s administrator or section 151 officer "
        "has to agree in its own portal; nothing happens before. A backup of the present is taken first.\n"
        "Shared rows stay as they are today: cases, tasks and joint purchases that partners work on are not set back. "
        "The audit record is never set back."
    )

    def get_form_kwargs(self) -> dict[str, Any]:
        backups = [
            (str(one.pk), f"{spoken_instant(one.taken_at)}, {one.rows:,} rows") for one in backups_of(self.subject)
        ]
        return {**super().get_form_kwargs(), "backups": backups}

    def wanted(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"backup_id": given["backup"], "reason": given["reason"], "confirmation": given["confirmation"]}


class Rename(AskFor):
    kind = Kind.RENAME
    form_class = RenameForm
    button = "Rename"
    explained = (
        "The earlier address leads to the new one for a time. Passkeys belong to an address: officers who use one have "
        "to add it again, and single sign-on needs the new address at the identity provider."
    )
    fields: tuple[str, ...] = ("name", "short_name", "slug", "colour")

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.subject, name) for name in ("name", "short_name", "slug", "colour")}

    def wanted(self, given: dict[str, Any]) -> dict[str, Any]:
        details = {name: given[name] for name in self.fields}
        return {"details": details, "reason": given["reason"], "confirmation": given["confirmation"]}


class Succeed(Rename):
    kind = Kind.SUCCEED
    form_class = SucceedForm
    button = "Ask the council"
    fields = ("gss_code", "name", "short_name", "slug", "colour")
    explained = (
        "When councils are reorganised and one goes on as its successor, the portal stays with everything in it and is "
        "entered in the register under the successor’s code. The council has to agree in its own portal.\n"
        "The earlier address leads to the new one for a time. References keep the letters that they have."
    )


class TryMerger(AskFor):
    kind = Kind.TRY_MERGER
    form_class = MergerForm
    button = "Ask both councils"
    explained = (
        "When several councils become one, the successor takes over the records of each predecessor that is here. A "
        "trial does it and takes it all back: it lists every code that both have, every record that is joined and what has "
        "to be settled first, with counts and sums. Both councils have to agree, and read the list in their own portals."
    )

    def get_form_kwargs(self) -> dict[str, Any]:
        found = [(str(one.number), one.name) for one in predecessors_of(self.subject)]
        return {**super().get_form_kwargs(), "predecessors": found}

    def wanted(self, given: dict[str, Any]) -> dict[str, Any]:
        details = {"predecessor": int(given["predecessor"])}
        return {"details": details, "reason": given["reason"], "confirmation": given["confirmation"]}


class Merge(TryMerger):
    kind = Kind.MERGE
    explained = (
        "What the last trial listed is done: the successor gets the predecessor’s officers, organisation, codes, budgets, "
        "suppliers, orders, requisitions, employments and leave. An archive of everything goes with them, and the "
        "predecessor’s portal is closed.\n"
        "The section 151 officers of both councils have to agree, and sign the control totals by it. The predecessor must "
        "have given notice to leave. It can be undone until the successor goes live or somebody works with the records."
    )


class Unmerge(TryMerger):
    kind = Kind.UNMERGE
    explained = (
        "The records that were taken over are removed from the successor’s portal, and the predecessor’s is opened again "
        "until its last day. It is refused once the successor has gone live or somebody has worked with the records. "
        "Administrators of the predecessor still come in to its closed portal to agree."
    )


class Clone(AskFor):
    kind = Kind.CLONE
    form_class = ConfirmedForm
    button = "Ask the council"
    explained = (
        "A second portal with a copy of the council’s own records, to try things in. Names, addresses, telephone "
        "numbers, bank details, dates of people and free text are masked while they are copied; files, accounts and "
        "the audit record are left out. It shares nothing with anybody and sends no emails.\n"
        "The council has to agree in its own portal. Whoever agrees becomes the sandbox’s administrator."
    )


class RemoveSandbox(AskFor):
    kind = Kind.REMOVE
    form_class = ConfirmedForm
    button = "Remove the sandbox"
    button_style = "warning"
    explained = "The sandbox and everything in it is removed. The council’s own portal is not touched."


class Suspend(AskFor):
    kind = Kind.SUSPEND
    form_class = ConfirmedForm
    button = "Suspend"
    button_style = "warning"
    explained = (
        "Nobody of the council can sign in or act, and no program of it either. Its jobs wait and go on when it is "
        "resumed. Its address says since when and by whom it is suspended; the reason is written into its record."
    )


class Resume(AskFor):
    kind = Kind.RESUME
    form_class = ReasonForm
    button = "Resume"
    explained = "The council’s officers can sign in again, and the jobs that waited go on."


class Access(AskFor):
    kind = Kind.ACCESS
    form_class = AccessForm
    button = "Ask the council"
    explained = (
        "The council’s administrator or section 151 officer has to agree in its own portal. An account of your own is "
        "then made in the council’s portal: you choose a password and set up a second factor there.\n"
        "You can read and change nothing. Every page that you open is written into the council’s record and shown to "
        "it live. The access ends by itself, or when the council ends it."
    )

    def wanted(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"details": {"hours": given["hours"]}, "reason": given["reason"]}


class OperationAction(ActionView):
    """Something about one operation."""

    permission = MAY_OPERATE
    template_name = f"{TEMPLATES}/ask.html"
    explained = ""

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return crumbs_to(self.subject.council)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(explained=[self.explained], **kwargs)

    def get_subject(self) -> Operation:
        return find_operation(self.kwargs["pk"])

    def get_back_url(self) -> str:
        return reverse("operations:show_operation", args=[self.subject.pk])


class WithdrawOperation(OperationAction):
    title = "Withdraw what was asked"
    button = "Withdraw"
    explained = "The council can no longer agree to it, and sees that it was withdrawn. You can ask again at any time."

    def act(self, form: Any) -> HttpResponse:
        withdraw(actor=self.actor, operation_id=self.subject.pk)
        return self.done("Withdrawn", to=self.get_back_url())


class TryAgain(OperationAction):
    title = "Try again"
    button = "Try again"
    explained = "It is done once more from the beginning. What the council agreed to is agreed to still."

    def act(self, form: Any) -> HttpResponse:
        try_again(actor=self.actor, operation_id=self.subject.pk)
        return self.done("Asked for again", to=self.get_back_url())
