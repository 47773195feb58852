"""What a council's own host serves."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    # First, because programs ask most often and every pattern before theirs would be tried in vain.
    path("api/v1/", include("shared_services.api.urls")),
    path("", include("shared_services.govuk.urls")),
    path("account/", include("shared_services.accounts.urls")),
    path("files/", include("shared_services.annexes.urls")),
    path("notices/", include("shared_services.notices.urls")),
    path("webhooks/", include("shared_services.webhooks.urls")),
    path("unfinished-work/", include("shared_services.messaging.urls")),
    path("", include("shared_services.workflow.urls")),
    path("authority/", include("shared_services.workflow.authority_urls")),
    path("processes/", include("shared_services.modelling.urls")),
    path("deputies/", include("shared_services.workflow.deputy_urls")),
    path("duties/", include("shared_services.workflow.duty_urls")),
    path("", include("councils.purchasing.urls")),
    path("finance/", include("councils.finance.urls")),
    path("organisation/", include("councils.organisation.urls")),
    path("leave/", include("councils.people.urls")),
    path("imports/", include("councils.migration.urls")),
    path("joining/votes/", include("shared_services.joining.council_urls")),
    path("scim/v2/", include("councils.setting_up.scim.urls")),
    path("set-up/", include("councils.setting_up.urls")),
    path("platform-team/", include("shared_services.operating.council_urls")),
    path("notice-to-leave/", include("shared_services.operating.notice_urls")),
    path("exit-packs/", include("shared_services.leaving.urls")),
    path("audit/", include("shared_services.assurance.urls")),
]
handler403 = "shared_services.govuk.errors.forbidden"
handler404 = "shared_services.govuk.errors.not_found"
handler500 = "shared_services.govuk.errors.server_error"
