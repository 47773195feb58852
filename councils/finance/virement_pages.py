"""Moving budget from one head to another: the answers, the balances they would leave, and the move itself."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import localdate

from shared_services.govuk.pages import INVALID, REFUSED
from shared_services.govuk.words import spoken_money, tabled_money
from shared_services.tenancy.errors import NotAllowed

from . import rules, services
from .budget_pages import AMOUNTS
from .forms import VirementForm, code_choices
from .models import CostCentre, FinanceSettings, SubjectiveCode
from .selectors import Balance, balances, cost_centres_held_by
from .upkeep_pages import HeadFormPage
from .years import year_label

MOVE, CHANGE = "move", "change"
"""The buttons of the second page: move the budget, or go back to the answers."""


class Vire(HeadFormPage):
    """Two pages at one address: the answers, then what they would do to both heads. Only the second moves anything."""

    permission = "finance.vire"
    title = "Move budget (virement)"
    form_class = VirementForm
    template_name = "pages/councils/finance/vire.html"
    button = "Continue"

    def get_back_url(self) -> str:
        return reverse("finance:list_virements")

    @cached_property
    def own_centres(self) -> list[Any]:
        return cost_centres_held_by(self.actor.pk)

    def prepare(self) -> None:
        if not rules.moves_any_budget(self.actor) and not self.own_centres:
            finance = rules.names_of("finance_officer") or "a finance officer"
            raise NotAllowed(
                f"You hold no cost centre’s budget, so there is none you may move. Ask {finance} to move it."
            )

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        if not rules.moves_any_budget(self.actor):
            held = CostCentre.objects.open_on(localdate()).filter(pk__in=self.own_centres)
            kwargs["cost_centres"] = code_choices(held)
        return kwargs

    def get_title(self) -> str:
        return "Check before you move this budget" if self.move else self.title

    @property
    def move(self) -> dict[str, Any] | None:
        """The answers as the service takes them, once they were checked."""
        return getattr(self, "_move", None)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if MOVE in request.POST:
            return super().post(request, *args, **kwargs)
        self.prepare()
        self.form, self.lines = self.get_form(request.POST), {}
        if CHANGE in request.POST:
            self.form.is_valid()
            return self.show_form()
        if not self.form.is_valid():
            return self.show_form(INVALID)
        move = asked_of(cast(VirementForm, self.form))
        try:
            services.check_virement(
                actor=self.actor, **{name: value for name, value in move.items() if name != "reason"}
            )
            self.check_available(move)
        except NotAllowed as refusal:
            return self.show_form(REFUSED, ({"text": refusal.message, "href": ""},))
        self._move = move
        return self.show_form()

    def check_available(self, move: dict[str, Any]) -> None:
        giving, _taking = balances_around(move)
        available = giving.available_amount if giving else None
        if available is None or available < move["amount"]:
            rules.refuse_virement(
                move["from_cost_centre"], move["from_subjective"], move["financial_year"], available=available
            )

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        checked = {"summary": summary_of(self.move), "balance_rows": balance_rows(self.move)} if self.move else {}
        return super().get_context(
            limits=FinanceSettings.objects.get(only=True),
            move=self.move,
            headings=[
                {"label": "Code"},
                {"label": "When"},
                *({"label": label, "number": True} for _, label in AMOUNTS),
            ],
            finance=rules.names_of("finance_officer"),
            section_151=rules.names_of("section_151_officer"),
            **checked,
            **kwargs,
        )

    def act(self, form: VirementForm) -> HttpResponse:
        virement = services.vire(actor=self.actor, **asked_of(form))
        return self.done(f"{spoken_money(virement.amount)} moved. Reference {virement.reference}.", to=virement)


def asked_of(form: VirementForm) -> dict[str, Any]:
    """The answers with the records behind their codes."""
    answers = form.cleaned_data
    centres = in_order(CostCentre, answers["from_cost_centre"], answers["to_cost_centre"])
    codes = in_order(SubjectiveCode, answers["from_subjective"], answers["to_subjective"])
    return {
        "financial_year": int(answers["financial_year"]),
        "from_cost_centre": centres[0],
        "from_subjective": codes[0],
        "to_cost_centre": centres[1],
        "to_subjective": codes[1],
        "amount": Decimal(answers["amount"]),
        "reason": answers["reason"],
    }


def summary_of(move: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        ("Amount", spoken_money(move["amount"])),
        ("From", f"{move['from_cost_centre']} / {move['from_subjective']}"),
        ("To", f"{move['to_cost_centre']} / {move['to_subjective']}"),
        ("Financial year", year_label(move["financial_year"])),
        ("Reason", move["reason"]),
    ]


def balances_around(move: dict[str, Any]) -> tuple[Balance | None, Balance | None]:
    """What the head that gives and the head that takes have now, in one query."""
    giving = move["from_cost_centre"].code, move["from_subjective"].code
    taking = move["to_cost_centre"].code, move["to_subjective"].code
    found = balances(financial_year=move["financial_year"], heads=[giving, taking])
    return found.get(giving), found.get(taking)


def balance_rows(move: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Both heads, each before and after."""
    rows = []
    for before, change in zip(balances_around(move), (-move["amount"], move["amount"]), strict=True):
        if before is None:
            continue
        after = replace(
            before,
            budget_amount=before.budget_amount + change,
            available_amount=before.available_amount + change,
        )
        rows += [_row(before, "Before"), _row(after, "After")]
    return rows


def _row(balance: Balance, when: str) -> list[dict[str, Any]]:
    return [
        {"text": f"{balance.cost_centre} / {balance.subjective}", "label": "Code"},
        {"text": when, "label": "When"},
        *({"text": tabled_money(getattr(balance, name)), "label": label, "number": True} for name, label in AMOUNTS),
    ]


def in_order(model: type[CostCentre | SubjectiveCode], first: str, second: str) -> tuple[Any, Any]:
    """Two records by their codes, in one query."""
    found = {row.code: row for row in model.objects.filter(code__in=[first, second])}
    return found[first], found[second]
