"""A council says, at its own host, whether its orders count among the suppliers in common."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from shared_services.govuk.views import FormPage
from shared_services.govuk.words import spoken_date
from shared_services.insight.sharing import MAY_SHARE, live_sharing, stop_sharing

from ..forms import ShareSuppliersForm
from ..services.sharing import share_under_terms, sharing_terms

TEMPLATES = "pages/shared_services/joining"


class ShareSuppliers(FormPage):
    permission = MAY_SHARE
    form_class = ShareSuppliersForm
    template_name = f"{TEMPLATES}/share_suppliers.html"
    title = "Suppliers in common"
    button = "Share our suppliers"

    def get_back_url(self) -> str:
        return reverse("govuk:home")

    def prepare(self) -> None:
        self.terms = sharing_terms()

    def get_initial(self) -> dict[str, Any]:
        return {"digest": self.terms.agreement.digest if self.terms else ""}

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        terms, sharing = self.terms, live_sharing()
        rows = (
            [
                ("What is shared", ", ".join(terms.fields)),
                ("With whom", terms.shared_with),
                ("What for", terms.purpose),
                ("Lawful basis", terms.lawful_basis),
                (
                    "Shown only when",
                    f"at least {sharing.least_councils if sharing else terms.minimum_group_size} councils order from the same supplier",
                ),
                ("Until", spoken_date(sharing.expires_on if sharing else terms.expires_on)),
            ]
            if terms
            else []
        )
        return super().get_context(terms=terms, rows=rows, sharing=sharing, **kwargs)

    def act(self, form: ShareSuppliersForm) -> HttpResponse:
        share_under_terms(actor=self.actor, digest=form.cleaned_data["digest"])
        return self.done("Your council’s orders now count among the suppliers in common")


class StopSharingSuppliers(FormPage):
    permission = MAY_SHARE
    template_name = f"{TEMPLATES}/stop_sharing.html"
    title = "Stop sharing your suppliers"
    button = "Stop sharing"
    button_style = "warning"
    breadcrumbs = [("Suppliers in common", "admission:share_suppliers")]

    def get_back_url(self) -> str:
        return reverse("admission:share_suppliers")

    def act(self, form: Any) -> HttpResponse:
        stop_sharing(actor=self.actor)
        return self.done("Your council’s orders no longer count", to="admission:share_suppliers")
