import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0003_council_states"),
    ]

    operations = [
        migrations.AddField(
            model_name="council",
            name="leaves_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="council",
            name="sandbox_of",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenancy.council",
            ),
        ),
        migrations.AddField(
            model_name="council",
            name="state_by",
            field=models.CharField(blank=True, max_length=150),
        ),
        migrations.AddField(
            model_name="council",
            name="state_since",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="councilhost",
            name="redirects_until",
            field=models.DateField(blank=True, null=True),
        ),
    ]
