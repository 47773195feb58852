from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="outcome",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
    ]
