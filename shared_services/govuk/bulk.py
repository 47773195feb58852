"""One action on many rows: choose, see what will happen, confirm, and read what could not be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render

from shared_services.access.permissions import may
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.errors import NotAllowed

from .forms import ConfirmForm, error_links
from .receipts import claim_receipt, receipt_for
from .table_rows import table_rows
from .words import counted, spoken_money

if TYPE_CHECKING:
    from .lists import ListPage

MOST_ROWS = 200


def always(_row: Any) -> bool:
    return True


@dataclass(frozen=True)
class BulkAction:
    """One action on chosen rows. `handler(actor=, row=, **answers)` does it to one row and may raise NotAllowed.

    `check(actor, row)` raises NotAllowed beforehand, so that the confirm page names the rows left out.
    `amount` names the column whose sum the officer confirms. `form_class` asks once for all rows (a reason).
    """

    key: str
    label: str
    handler: Callable[..., Any]
    permission: str = ""
    check: Callable[[Any, Any], None] | None = None
    fits: Callable[[Any], bool] = always
    """Whether it can be done to a row at all, told from the row alone: a page where none fits does not offer it."""
    form_class: type[forms.BaseForm] = ConfirmForm
    amount: str = ""
    past: str = "done"
    """Completes "3 requisitions ...": approved, cancelled."""
    warning: bool = False

    def open_to(self, actor: Any) -> bool:
        return not self.permission or may(actor, self.permission)


class BulkRun:
    """One run of a bulk action: the confirm page, then the rows one by one, each done whole or not at all."""

    def __init__(self, page: ListPage, action: BulkAction) -> None:
        self.page, self.action = page, action
        self.request = page.request

    def respond(self) -> HttpResponse:
        rows = self._chosen()
        if not rows:
            messages.warning(self.request, f"Choose at least one {self.page.noun} first.")
            return redirect(self.page.address())
        confirmed = "confirmed" in self.request.POST
        form = self.action.form_class(self.request.POST if confirmed else None)
        if not confirmed or not form.is_valid():
            return self._confirm_page(rows, form, confirmed)
        return self._run(rows, form)

    def _chosen(self) -> list[Any]:
        keys = self.request.POST.getlist("selected")[:MOST_ROWS]
        try:
            # Only rows of the officer's own list: whatever else a form may name is not found.
            return list(self.page.rows.filter(pk__in=keys))
        except (ValidationError, ValueError):
            return []

    def _sort_out(self, rows: list[Any]) -> tuple[list[Any], list[tuple[Any, str]]]:
        if self.action.check is None:
            return rows, []
        may_be_done, left_out = [], []
        for row in rows:
            try:
                self.action.check(self.page.actor, row)
            except NotAllowed as refusal:
                left_out.append((row, refusal.message))
            else:
                may_be_done.append(row)
        return may_be_done, left_out

    def _confirm_page(self, rows: list[Any], form: Any, confirmed: bool) -> HttpResponse:
        rows, left_out = self._sort_out(rows)
        columns = self.page.shown_columns
        amount = next((one for one in self.page.get_columns() if one.key == self.action.amount), None)
        total = spoken_money(sum((amount.read(row) or Decimal(0) for row in rows), Decimal(0))) if amount else ""
        context = {
            "view": self.page,
            "title": self._title(rows, total),
            "back_url": self.page.address(),
            "action": self.action,
            "columns": [{"label": column.label, "is_number": column.is_number} for column in columns],
            "keys": [row.pk for row in rows],
            "table_rows": table_rows(rows, columns),
            "left_out": left_out,
            "total_amount": total,
            "form": form,
            "errors": error_links(form) if confirmed else [],
            "form_token": new_key(),
            "button_style": "warning" if self.action.warning else "",
        }
        return render(self.request, "layouts/bulk.html", context, status=422 if confirmed else 200)

    def _title(self, rows: list[Any], total: str) -> str:
        """Approve 3 tasks worth £1,300; Nothing to approve"""
        if not rows:
            return f"Nothing to {self.action.label[:1].lower()}{self.action.label[1:]}"
        title = f"{self.action.label} {counted(len(rows), self.page.noun, self.page.noun_plural or None)}"
        return f"{title} worth {total}" if total else title

    def _run(self, rows: list[Any], form: Any) -> HttpResponse:
        from .pages import DONE_ALREADY, token_of

        token = token_of(self.request)
        claim = claim_receipt(self.request.user, token)
        if claim is None:
            first = receipt_for(self.request.user, token)
            messages.info(self.request, f"{DONE_ALREADY} {first.message if first else ''}".strip())
            return redirect(self.page.address())
        # The confirm page left these out; a form that names them all the same changes nothing.
        rows, left_out = self._sort_out(rows)
        done, refused = 0, [f"{row}: {reason}" for row, reason in left_out]
        for row in rows:
            try:
                with transaction.atomic():
                    self.action.handler(actor=self.page.actor, row=row, **form.cleaned_data)
                done += 1
            except NotAllowed as refusal:
                refused.append(f"{row}: {refusal.message}")
        message = f"{counted(done, self.page.noun, self.page.noun_plural or None)} {self.action.past}."
        if done:
            messages.success(self.request, message)
        for line in refused:
            messages.warning(self.request, line)
        claim.keep(url=self.page.address(), message=message)
        return redirect(self.page.address())
