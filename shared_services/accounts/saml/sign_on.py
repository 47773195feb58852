"""One sign-in by SAML: a question, its answer, and the browser that asked coming back for it."""

from __future__ import annotations

import base64
import secrets
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from shared_services.accounts.models import QUESTION_COUNTS, SignOnQuestion

from .answers import believe, question_of
from .documents import MAX_MESSAGE, Refused, read_message
from .metadata import IdentityProvider, ServiceProvider
from .questions import question_url

UNASKED = "Nobody asked for this sign-in here, or it took too long. Begin on the portal’s own sign-in page."
USED = "This answer of the identity provider was used before."


def ask(*, app: Any, portal: ServiceProvider, is_test: bool, next_path: str) -> tuple[SignOnQuestion, str]:
    """Note down a question to the room's identity provider; gives it, and where to send the browser with it."""
    _forget_unanswered()
    question = SignOnQuestion.objects.create(
        app=app, is_test=is_test, next_path=next_path,
        # A name of XML begins with no digit; 160 random bits, as the standard asks (SAML 2.0 Core, 1.3.4).
        reference=f"_{secrets.token_hex(20)}",
    )  # fmt: skip
    provider = IdentityProvider.from_settings(app.settings)
    return question, question_url(to=provider, by=portal, reference=question.reference, now=timezone.now())


@transaction.atomic
def _forget_unanswered() -> None:
    """Anybody may ask, so what came to nothing goes with the questions that follow it: a few minutes' worth remain."""
    old = SignOnQuestion.objects.filter(asked_at__lte=timezone.now() - QUESTION_COUNTS, assertion_id="")
    # Whoever asks at the same moment sees to others, and nobody waits.
    some = old.select_for_update(skip_locked=True).order_by("asked_at").values("pk")[:100]
    SignOnQuestion.objects.filter(pk__in=some).delete()


@transaction.atomic
def take_in(*, sent: str, portal: ServiceProvider) -> SignOnQuestion:
    """Keep what an answer says with the question that it answers; each question takes one answer.

    Raises Refused for an answer to no open question. One that is not believed is kept with the reason why.
    """
    message = read_message(_unpacked(sent))
    now = timezone.now()
    open_since = now - QUESTION_COUNTS
    question = (
        SignOnQuestion.objects.select_for_update(of=("self",))
        .select_related("app")
        .filter(reference=question_of(message), asked_at__gt=open_since)
        .first()
    )
    if question is None:
        raise Refused(UNASKED)
    if question.answered_at is not None:
        raise Refused(USED)
    question.answered_at = now
    try:
        named = believe(
            message, provider=IdentityProvider.from_settings(question.app.settings), portal=portal,
            reference=question.reference, now=now,
        )  # fmt: skip
    except Refused as refusal:
        question.problem = str(refusal)[:500]
    else:
        question.assertion_id, question.email, question.provider_key = named.assertion_id, named.email, named.key
    _save_once(question)
    return question


@transaction.atomic
def take_out(*, reference: str) -> SignOnQuestion:
    """The answer to a question, for the browser that brought it: once, and soon. Raises Refused."""
    now = timezone.now()
    waiting = SignOnQuestion.objects.filter(
        reference=reference, answered_at__isnull=False, taken_at__isnull=True, asked_at__gt=now - QUESTION_COUNTS
    )
    if not waiting.update(taken_at=now):
        raise Refused(UNASKED)
    return SignOnQuestion.objects.select_related("app").get(reference=reference)


def _save_once(question: SignOnQuestion) -> None:
    """The database knows each assertion of the last day."""
    try:
        with transaction.atomic():
            question.save()
    except IntegrityError:
        question.assertion_id = question.email = question.provider_key = ""
        question.problem = USED
        question.save()


def _unpacked(sent: str) -> bytes:
    # Four characters hold three bytes; some providers break the lines.
    if len(sent) > MAX_MESSAGE * 3 // 2:
        raise Refused("The identity provider’s answer is too large.")
    try:
        return base64.b64decode("".join(sent.split()), validate=True)
    except ValueError:
        raise Refused("The identity provider’s answer cannot be read.") from None
