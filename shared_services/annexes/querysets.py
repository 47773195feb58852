from __future__ import annotations

from typing import Any, Self

from django.db import models


class AttachmentQuerySet(models.QuerySet[Any]):
    def on_record(self) -> Self:
        return self.filter(removed_at__isnull=True)

    def of(self, subject: models.Model) -> Self:
        return self.filter(subject_id=subject.pk, subject_type=subject._meta.label_lower)
