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

    def __str__(self) -> str:
        return f"{self.label} ({self.cidr})"
