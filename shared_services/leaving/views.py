"""Exit packs: the list, asking for one, a second officer's answer, watching it being written, downloading and deleting it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from shared_services.access.permissions import may
from shared_services.govuk.forms import GovukForm
from shared_services.govuk.views import ActionView, Column, FormPage, GuardedView, ListPage, Page
from shared_services.govuk.words import spoken_instant, spoken_size

from . import second_officer, services
from .choices import PACK_COLOURS, PackStatus
from .forms import AnswerForm
from .models import ExitPack
from .pack.contents import NOT_A_COUNCIL_S, left_out
from .sending import send_archive

TEMPLATES = "pages/shared_services/leaving"
TRAIL: list[tuple[str, str]] = [("Exit packs", "leaving:list_packs")]


class ListPacks(ListPage):
    """Every pack that was asked for: by whom, who answered, how large, its hash, and until when it can be downloaded."""

    permission = second_officer.MAY_AGREE
    template_name = f"{TEMPLATES}/list_packs.html"
    title = "Exit packs"
    noun = "exit pack"
    queryset = ExitPack.objects.all()
    columns: ClassVar[list[Column]] = [
        Column("asked_at", "Asked for", kind="datetime", sort="asked_at", link=True),
        Column("asked_by_name", "By"),
        Column("answered_by_name", "Answered by"),
        Column("size", "Size", value=lambda pack: spoken_size(pack.size) if pack.size else ""),
        Column("sha256", "SHA-256 begins", value=lambda pack: pack.sha256[:16]),
        Column("expires_at", "Deleted after", kind="datetime"),
        Column("status", "Status", kind="tag", tags=PACK_COLOURS, sort="status"),
    ]
    default_sort = "-asked_at"
    empty_text = "No exit pack has been asked for yet."
    create_url_name = "leaving:ask_for_pack"
    create_label = "Ask for an exit pack"
    create_permission = services.MAY_TAKE


class AskForPack(FormPage):
    """Ask for a pack of everything."""

    permission = services.MAY_TAKE
    template_name = f"{TEMPLATES}/ask_for_pack.html"
    title = "Ask for an exit pack"
    button = "Ask a second officer to agree"
    breadcrumbs = TRAIL

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(
            days=settings.EXIT_PACK_DAYS,
            left_out=_by_reason(),
            open_request=services.open_request(),
            others=second_officer.others_who_may_agree(self.actor),
            nobody_else=second_officer.nobody_else(),
            **kwargs,
        )

    def get_back_url(self) -> str:
        return reverse("leaving:list_packs")

    def act(self, form: GovukForm) -> HttpResponse:
        return self.done(to=services.ask_for_pack(actor=self.actor))


class OfOnePack:
    """A form about one pack leads back to it."""

    kwargs: dict[str, Any]
    subject: Any
    breadcrumbs = TRAIL

    def get_subject(self) -> ExitPack:
        return get_object_or_404(ExitPack, pk=self.kwargs["pk"])

    def get_back_url(self) -> str:
        return str(self.subject.get_absolute_url())


class AnswerPack(OfOnePack, ActionView):
    """The second officer's word."""

    permission = second_officer.MAY_AGREE
    form_class = AnswerForm
    template_name = f"{TEMPLATES}/answer_pack.html"
    title = "A colleague asks for an exit pack"
    button = "Answer"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        pack = self.get_subject()
        if not pack.is_waiting or pack.asked_by_id == self.actor.pk:
            return redirect(pack)
        return super().get(request, *args, **kwargs)

    def act(self, form: AnswerForm) -> HttpResponse:
        given = form.cleaned_data
        if given["agreed"]:
            second_officer.agree_to_pack(actor=self.actor, pack_id=self.subject.pk)
            return self.done("You agreed. The pack is being written", to=self.subject)
        second_officer.refuse_pack(actor=self.actor, pack_id=self.subject.pk, reason=given["reason"])
        return self.done("You refused. Nothing is written", to=self.subject)


class WithdrawPack(OfOnePack, ActionView):
    """Take back what one has asked for."""

    permission = services.MAY_TAKE
    template_name = f"{TEMPLATES}/withdraw_pack.html"
    title = "Withdraw your request for an exit pack"
    button = "Withdraw the request"

    def act(self, form: GovukForm) -> HttpResponse:
        second_officer.withdraw_pack(actor=self.actor, pack_id=self.subject.pk)
        return self.done("Your request is withdrawn. Nothing is written", to="leaving:list_packs")


class ShowPack(Page):
    """Who asked and who answered, how far a pack is, and the way to its file."""

    permission = second_officer.MAY_AGREE
    template_name = f"{TEMPLATES}/show_pack.html"
    breadcrumbs = TRAIL

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.pack = get_object_or_404(ExitPack, pk=self.kwargs["pk"])
        if "HX-Request" in request.headers:
            return render(request, f"{TEMPLATES}/_pack.html", self.get_context())
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        return str(self.pack)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        pack = self.pack
        own = pack.asked_by_id == self.actor.pk
        may_take = may(self.actor, services.MAY_TAKE)
        return super().get_context(
            pack=pack,
            may_take=may_take,
            may_answer=pack.is_waiting and not own,
            may_withdraw=pack.is_waiting and own and may_take,
            others=second_officer.others_who_may_agree(self.actor) if own and pack.is_waiting else [],
            has_lapsed=pack.status == PackStatus.LAPSED or (pack.status == PackStatus.ASKED and not pack.is_waiting),
            refused=pack.status == PackStatus.REFUSED,
            colour=PACK_COLOURS[pack.status],
            under_way=pack.is_under_way and not pack.is_lost,
            facts=_facts_of(pack) if pack.sha256 else [],
            may_be_downloaded=pack.may_be_downloaded and may_take,
            contact=settings.PLATFORM_CONTACT,
            **kwargs,
        )


class DownloadPack(GuardedView):
    """The archive. Every download is in the record."""

    permission = services.MAY_TAKE

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        pack = get_object_or_404(ExitPack, pk=self.kwargs["pk"])
        content = services.open_pack(actor=self.actor, pack=pack)
        return send_archive(request, pack, content)


class DeletePack(OfOnePack, ActionView):
    """Delete a pack's file before its time."""

    permission = services.MAY_TAKE
    title = "Delete this exit pack"
    button = "Delete the file"
    button_style = "warning"
    template_name = f"{TEMPLATES}/delete_pack.html"

    def act(self, form: GovukForm) -> HttpResponse:
        services.delete_pack(actor=self.actor, pack=self.subject)
        return self.done("The file was deleted. The line stays in the list.", to="leaving:list_packs")


def _facts_of(pack: ExitPack) -> list[tuple[str, str]]:
    gone = pack.deleted_at is not None
    return [
        ("Written", spoken_instant(pack.written_at)),
        ("Rows", f"{pack.rows:,}"),
        ("Documents", f"{pack.documents:,}"),
        *([("Documents whose file was not found", f"{pack.missing_documents:,}")] if pack.missing_documents else []),
        ("Size", spoken_size(pack.size)),
        ("SHA-256 of the file", pack.sha256),
        ("SHA-256 of the manifest", pack.manifest_sha256),
        ("Deleted", spoken_instant(pack.deleted_at)) if gone else ("Deleted after", spoken_instant(pack.expires_at)),
    ]


def _by_reason() -> list[tuple[str, list[str]]]:
    """What of a council is left out of a pack, each reason once with its tables and columns."""
    found: dict[str, list[str]] = {}
    for one in left_out():
        if one["reason"] != NOT_A_COUNCIL_S:
            name = f"{one['table']}.{one['column']}" if "column" in one else one["table"]
            found.setdefault(one["reason"], []).append(name)
    return list(found.items())
