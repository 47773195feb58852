"""An officer reads the agreements of his role and signs them for the council."""

from __future__ import annotations

from django.db import transaction

from shared_services.audit.services import record
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from ..agreements import agreements_for, signatures_of
from ..choices import Purpose, Status
from ..models import Application, Signature
from .admission import decide_after_signatures
from .links import is_for_its_officer, use_link


@transaction.atomic
def sign_agreements(*, secret: str, digests: list[str], work_name: str) -> Application:
    """Sign every agreement of the link's role. The link is used up, and the last signature lets the council go on.

    Raises LinkIsDead, and NotAllowed when an agreement has a newer version than the one that was read.
    """
    link = use_link(secret, purposes=(Purpose.SIGN,))
    application = Application.objects.select_for_update(of=("self",)).get(pk=link.application_id)
    if application.status != Status.SIGNING:
        raise NotAllowed("This application is not waiting for signatures.")
    if not is_for_its_officer(link):
        raise NotAllowed("Another officer was named in this role, so you cannot sign in it.")
    agreements = agreements_for(link.role)
    if sorted(one.digest for one in agreements) != sorted(digests):
        raise NotAllowed("An agreement has changed since you opened this page. Read the new version below, then sign.")
    for agreement in agreements:
        Signature(
            owner_id=SHARED_SERVICE_NUMBER, application=application, agreement=agreement, role=link.role,
            work_name=work_name, work_email=link.work_email, digest=agreement.digest, link_id=link.pk,
        ).save(force_insert=True)  # fmt: skip
        record(
            None, "joining.agreement.signed", application, agreement=str(agreement), role=link.get_role_display(),
            digest=agreement.digest,
        )  # fmt: skip
    if all(wanted.signature for wanted in signatures_of(application)):
        decide_after_signatures(application)
    return application
