"""What a council should have of its data before it leaves."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from shared_services.operating.before_leaving import LeavingCheck, leaving_check

from .choices import PackStatus
from .models import ExitPack
from .services import MAY_TAKE


@leaving_check
def exit_pack_was_taken() -> LeavingCheck:
    """A pack that can be downloaded now: an older one may lack what has happened since."""
    ready = ExitPack.objects.filter(status=PackStatus.READY, expires_at__gt=timezone.now()).exists()
    found = () if ready else ("None is ready to download. A council administrator asks for one",)
    return LeavingCheck("An exit pack is ready", found, reverse("leaving:list_packs"), MAY_TAKE)
