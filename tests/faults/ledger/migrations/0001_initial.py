import shared_services.tenancy.bases
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Line",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=shared_services.tenancy.bases.new_key,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("work", models.CharField(max_length=20)),
                ("number", models.PositiveIntegerField()),
            ],
            options={"abstract": False},
        ),
    ]
