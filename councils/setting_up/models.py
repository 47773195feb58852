"""From where a council's officers may use its portal."""

from __future__ import annotations

from django.db import models

from shared_services.tenancy.bases import PrivateModel, pooled_key


class NetworkRange(PrivateModel):
    """Addresses from which the portal may be used. None kept: it may be used from anywhere."""

    cidr = models.CharField("network", max_length=43, unique=True)
    """In the form 192.0.2.0/24 or 2001:db8::/32."""
    label = models.CharField(max_length=80)
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = pooled_key("access.OfficerCard")

    class Meta:
        ordering = ["label", "cidr"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(cidr__regex=r"^[0-9a-f.:]+/[0-9]{1,3}$"), name="network_is_written_as_one"
            )
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.cidr})"


class ScimKey(PrivateModel):
    """The key with which the council's identity provider adds, changes and deactivates officers. One is live at most."""

    left_out_of_packs = "A secret of the identity provider: it is given a new key."

    digest = models.CharField(max_length=64, unique=True, db_index=False)
    """SHA-256 of the key, in hexadecimal: the key itself is shown once."""
    made_by = pooled_key("access.OfficerCard")
    """In whose name it acts: an administrator who stays one."""
    made_at = models.DateTimeField(auto_now_add=True)
    last_used_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["revoked_at"], condition=models.Q(revoked_at__isnull=True), nulls_distinct=False,
                name="one_live_scim_key",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"Key of {self.made_at:%d %B %Y}"


class ScimUser(PrivateModel):
    """What the identity provider calls an officer, and whether it has removed him."""

    card = pooled_key("access.OfficerCard")
    external_id = models.CharField(max_length=200, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    closed_version = models.PositiveIntegerField(null=True, blank=True)
    """The version of the officer's card since the identity provider ended the access: any other was closed by a person."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["card"], name="one_scim_user_a_card")]
        indexes = [models.Index(fields=["external_id"], name="scim_users_by_external_id")]

    def __str__(self) -> str:
        return self.external_id or str(self.card_id)
