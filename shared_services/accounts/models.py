from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import auth
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils import timezone

from shared_services.tenancy.bases import PrivateModel, pooled_key

from .querysets import AccountManager

FRESH_EMAIL = timedelta(hours=24)
"""For so long after a change of address neither password nor second factor is reset by it: a thief would be noticed."""
QUESTION_COUNTS = timedelta(minutes=10)
"""For so long an identity provider's answer to a question is awaited: people type a password and a code there."""


class Account(PrivateModel, AbstractBaseUser):
    """An officer's way into one room: email, password, and the card the room knows the officer by."""

    columns_left_out_of_packs: ClassVar[dict[str, tuple[str, str]]] = {
        "password": ("A secret of an officer: each sets a new one by the link for a forgotten password.", "'!'")
    }

    email = models.EmailField("work email address", unique=True)
    card = pooled_key("access.OfficerCard")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    former_email = models.EmailField(blank=True)
    """Where mail went before an administrator changed the address; told of the change."""
    email_changed_at = models.DateTimeField(null=True, blank=True)
    unread_notices = models.PositiveIntegerField(default=0, db_default=0)
    """Kept here, in the row that every page reads, by the app that writes notices."""

    objects = AccountManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(fields=["card"], name="one_account_per_card")]

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        super().clean()
        self.email = Account.objects.normalize(self.email)

    @property
    def email_is_fresh(self) -> bool:
        """Whether an administrator changed the address lately, so that its owner may not have noticed yet."""
        changed = self.email_changed_at
        return changed is not None and timezone.now() - changed < FRESH_EMAIL

    def get_full_name(self) -> str:
        return self.card.work_name

    def get_short_name(self) -> str:
        return self.card.work_name

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Asked of the backends, as Django's own code expects; the answer comes from the card's roles."""
        for backend in auth.get_backends():
            if not hasattr(backend, "has_perm"):
                continue
            try:
                if backend.has_perm(self, perm, obj):
                    return True
            except PermissionDenied:
                return False
        return False

    def has_perms(self, perm_list: list[str], obj: Any = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        return any(
            backend.has_module_perms(self, app_label)
            for backend in auth.get_backends()
            if hasattr(backend, "has_module_perms")
        )


class SignOnQuestion(PrivateModel):
    """One trip to the room's SAML identity provider: asked by a browser, answered once, taken by that browser once.

    A day after it was asked it is deleted; until then its assertion is not believed a second time.
    """

    left_out_of_packs: ClassVar[str] = "A sign-in that is under way: it is deleted within a day."

    app = models.ForeignKey("socialaccount.SocialApp", on_delete=models.CASCADE, related_name="+")
    """Which identity provider was asked: another, confirmed in the meantime, answers nothing."""
    reference = models.CharField(max_length=60, unique=True)
    """The ID of the question, which the answer must name. Cannot be guessed."""
    is_test = models.BooleanField(default=False)
    next_path = models.CharField(max_length=500, blank=True)
    """Where the officer wanted to go: kept here, so that nothing that comes back says where."""
    asked_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    assertion_id = models.CharField(max_length=300, blank=True)
    email = models.CharField(max_length=320, blank=True)
    provider_key = models.CharField(max_length=300, blank=True)
    problem = models.CharField(max_length=500, blank=True)
    """Why the answer was not believed; empty when it was."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["app", "assertion_id"], condition=~models.Q(assertion_id=""), name="an_assertion_counts_once"
            )
        ]
        indexes = [models.Index(fields=["asked_at"], name="sign_on_question_asked")]

    def __str__(self) -> str:
        return self.reference
