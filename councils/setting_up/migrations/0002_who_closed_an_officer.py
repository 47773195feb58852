from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("setting_up", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="scimuser",
            name="closed_version",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
    ]
