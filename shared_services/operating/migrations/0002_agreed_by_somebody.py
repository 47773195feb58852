from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("operating", "0001_operations_of_one_council"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="leavenotice",
            constraint=models.CheckConstraint(
                condition=Q(agreed_by=None, agreed_at=None) | Q(agreed_by__isnull=False, agreed_at__isnull=False),
                name="leaving_agreed_by_somebody",
            ),
        ),
    ]
