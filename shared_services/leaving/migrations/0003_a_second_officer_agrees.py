import django.db.models.deletion
from django.db import migrations, models

NOT_AGREED = """
UPDATE leaving_exitpack SET status = 'failed', fault = 'A second officer has to agree since this release.', written_at = now()
 WHERE status = 'writing';
UPDATE leaving_exitpack SET status = 'deleted', deleted_at = now() WHERE status = 'ready';
"""
"""Packs that one officer took alone are not kept: their files go with the next nightly tidying."""


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_initial"),
        ("leaving", "0002_take_overs"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="exitpack", name="one_exit_pack_under_way"),
        migrations.AddField(
            model_name="exitpack",
            name="answered_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="exitpack",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="access.officercard",
            ),
        ),
        migrations.AddField(
            model_name="exitpack",
            name="answered_by_name",
            field=models.CharField(blank=True, default="", max_length=200),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="exitpack",
            name="reason",
            field=models.CharField(blank=True, default="", max_length=500),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="exitpack",
            name="status",
            field=models.CharField(
                choices=[
                    ("asked", "Waiting for a second officer"),
                    ("writing", "Being written"),
                    ("ready", "Ready"),
                    ("failed", "Could not be written"),
                    ("deleted", "Deleted"),
                    ("refused", "Refused"),
                    ("withdrawn", "Withdrawn"),
                    ("lapsed", "Not answered in time"),
                ],
                default="asked",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="takeoverline",
            name="kind",
            field=models.CharField(
                choices=[
                    ("obstacle", "To be settled first"),
                    ("renamed", "Gets a prefix"),
                    ("same", "Joined"),
                    ("left", "Role not taken over"),
                    ("officer", "New officer"),
                ],
                max_length=8,
                verbose_name="what happens",
            ),
        ),
        migrations.RunSQL(NOT_AGREED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="exitpack",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["asked", "writing"])),
                fields=("status",),
                name="one_exit_pack_under_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="exitpack",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["writing", "ready"]), _negated=True),
                    models.Q(
                        ("answered_by__isnull", False),
                        models.Q(("answered_by", models.F("asked_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="exit_pack_by_two_officers",
            ),
        ),
    ]
