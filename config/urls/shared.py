"""What the shared service's host serves."""

from __future__ import annotations

from django.urls import include, path

from shared_services.joining.views.front import FrontPage

urlpatterns = [
    # First, because programs ask most often and every pattern before theirs would be tried in vain.
    path("api/v1/", include("shared_services.api.shared_urls")),
    path("", FrontPage.as_view()),
    path("join/", include("shared_services.joining.urls")),
    path("", include("shared_services.govuk.urls")),
    path("account/", include("shared_services.accounts.urls")),
    path("files/", include("shared_services.annexes.urls")),
    path("notices/", include("shared_services.notices.urls")),
    path("webhooks/", include("shared_services.webhooks.urls")),
    path("unfinished-work/", include("shared_services.messaging.urls")),
    path("", include("shared_services.workflow.urls")),
    path("processes/", include("shared_services.modelling.urls")),
    path("deputies/", include("shared_services.workflow.deputy_urls")),
    path("", include("shared_services.procurement.urls")),
    path("figures/", include("shared_services.insight.urls")),
    path("operations/", include("shared_services.operating.urls")),
    path("audit/", include("shared_services.assurance.urls")),
]
handler403 = "shared_services.govuk.errors.forbidden"
handler404 = "shared_services.govuk.errors.not_found"
handler500 = "shared_services.govuk.errors.server_error"
