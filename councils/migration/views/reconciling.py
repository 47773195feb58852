"""Control totals and the signature under them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from .. import rules, services
from ..choices import BatchStatus
from ..forms import TotalsForm, VersionedForm
from ..models import ControlTotal, ImportBatch
from .batches import BatchAction


def totals_of(batch: ImportBatch) -> list[ControlTotal]:
    """File by file, the rows first."""
    totals = ControlTotal.objects.filter(file__batch=batch).select_related("file", "stated_by")
    return sorted(totals, key=lambda one: (one.file.name, one.measure != "rows", one.measure))


class StateTotals(BatchAction):
    """What the legacy system says, beside what was read."""

    template_name = "pages/councils/migration/totals.html"
    form_class = TotalsForm
    button = "Save figures"

    def get_title(self) -> str:
        return f"Control totals of {self.batch.reference}"

    def prepare(self) -> None:
        super().prepare()
        self.totals = totals_of(self.batch)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"totals": self.totals}

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        is_open = self.batch.status in (BatchStatus.CHECKED, BatchStatus.LOADED)
        return super().get_context(
            totals=self.totals, may_state=is_open and rules.may_load_something(self.actor), **kwargs
        )

    def act(self, form: TotalsForm) -> HttpResponse:
        batch = services.state_totals(
            actor=self.actor, batch=self.batch, figures=form.figures, version=form.cleaned_data["version"]
        )
        return self.done("The figures are kept.", to=batch)


class SignOff(BatchAction):
    """A second person says by name that the totals agree."""

    permission = "migration.sign_off"
    template_name = "pages/councils/migration/sign_off.html"
    button = "Sign off"

    def get_title(self) -> str:
        return f"Sign off {self.batch.reference}"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(totals=totals_of(self.batch), **kwargs)

    def act(self, form: VersionedForm) -> HttpResponse:
        batch = services.sign_off(actor=self.actor, batch=self.batch, version=form.cleaned_data["version"])
        return self.done(f"You signed off the control totals of {batch.reference}.", to=batch)
