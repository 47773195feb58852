"""What a room remembers of how its officers use pages: forms already sent, and lists as they like them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from shared_services.tenancy.bases import PrivateModel

from .choices import SavedViewKind
from .querysets import SavedViewQuerySet


class FormReceipt(PrivateModel):
    """A form that was sent once and done once: the same form sent again is shown this result."""

    left_out_of_packs = "Kept for a day, so that a form sent twice is done once."

    token = models.UUIDField(unique=True)
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+", db_index=False)
    url = models.CharField(max_length=500, blank=True)
    message = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.message or str(self.token)


class SavedView(PrivateModel):
    """A list as an officer wants to see it again: its filters, order and columns under a name.

    The choice of columns that an officer made on a list is kept here too, as the one row of kind `columns`.
    """

    Kind = SavedViewKind

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+", db_index=False)
    page = models.CharField(max_length=120)
    path = models.CharField(max_length=300)
    kind = models.CharField(max_length=10, choices=SavedViewKind.choices, default=SavedViewKind.VIEW)
    name = models.CharField(max_length=80, blank=True)
    query = models.CharField(max_length=2000, blank=True)
    columns = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    is_shared = models.BooleanField(default=False)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["page", "account", "kind", "name"], name="one_saved_view_per_name"),
            models.UniqueConstraint(
                fields=["page", "account"], condition=models.Q(is_default=True), name="one_default_view_per_page"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        return f"{self.path}?{self.query}" if self.query else f"{self.path}?view=all"
