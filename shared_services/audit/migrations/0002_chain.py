"""The chain of a room's record, and what the database does itself for it.

`audit_wait` notes each new line as waiting, `audit_seal` binds what waits and is committed. Only these two write the
chain: they run with the schema owner's rights, the room's role may call `audit_seal` and change nothing. A line
waits instead of being bound at once because a chain has one end: binding inside the request would make every request
of a council queue for that end until the other commits.
"""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.serializers.json
import shared_services.tenancy.bases
from django.db import migrations, models

FUNCTIONS = """
CREATE FUNCTION audit_content(line audit_auditentry) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $f$
  SELECT sha256(convert_to(jsonb_build_array(
    (line).id, to_char((line).at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), (line).actor_card_id,
    (line).actor_name, (line).event, (line).subject_type, (line).subject_id, (line).subject_label, (line).facts
  )::text, 'UTF8'))
$f$;

CREATE FUNCTION audit_words(line audit_auditentry) RETURNS tsvector LANGUAGE sql STABLE PARALLEL SAFE AS $f$
  SELECT to_tsvector('simple', concat_ws(' ', (line).subject_label, (line).actor_name))
      || jsonb_to_tsvector('simple', (line).facts, '["string", "numeric", "boolean"]')
$f$;

CREATE FUNCTION audit_link_hash(seq bigint, id uuid, sealed_at timestamptz, content bytea, before bytea)
RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $f$
  SELECT sha256(convert_to(concat_ws('|', seq, id, to_char(sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
                                     encode(content, 'hex'), encode(before, 'hex')), 'UTF8'))
$f$;

CREATE FUNCTION audit_wait() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $f$
BEGIN
  INSERT INTO audit_waitingline (id) VALUES (NEW.id);
  RETURN NEW;
END $f$;

CREATE FUNCTION audit_seal(at_most integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER AS $f$
DECLARE
  line record;
  place bigint;
  bound bytea;
  moment timestamptz;
  done uuid[] := '{}';
BEGIN
  -- One at a time; who writes or reads lines waits for nothing.
  LOCK TABLE audit_chainlink IN SHARE ROW EXCLUSIVE MODE;
  SELECT l.seq, l.hash, l.sealed_at INTO place, bound, moment FROM audit_chainlink l ORDER BY l.seq DESC LIMIT 1;
  place := coalesce(place, 0);
  bound := coalesce(bound, ''::bytea);
  moment := greatest(clock_timestamp(), moment);
  FOR line IN
    SELECT w.id, audit_content(e) AS content, audit_words(e) AS words
      FROM audit_waitingline w
      JOIN audit_auditentry e ON e.id = w.id
     WHERE NOT EXISTS (SELECT FROM audit_chainlink l WHERE l.id = w.id)
     ORDER BY w.id LIMIT at_most
  LOOP
    place := place + 1;
    bound := audit_link_hash(place, line.id, moment, line.content, bound);
    INSERT INTO audit_chainlink (id, seq, sealed_at, content_hash, hash, words)
    VALUES (line.id, place, moment, line.content, bound, line.words);
    done := done || line.id;
  END LOOP;
  DELETE FROM audit_waitingline WHERE id = ANY (done);
  RETURN cardinality(done);
END $f$;
"""

TRIGGER = """
CREATE TRIGGER audit_wait BEFORE INSERT ON audit_auditentry FOR EACH ROW EXECUTE FUNCTION audit_wait();
"""

FIXED_PATHS = """
DO $d$
BEGIN
  EXECUTE format('ALTER FUNCTION audit_wait() SET search_path = pg_catalog, %I, pg_temp', current_schema());
  EXECUTE format('ALTER FUNCTION audit_seal(integer) SET search_path = pg_catalog, %I, pg_temp', current_schema());
END $d$;
"""

LINES_OF_BEFORE = """
INSERT INTO audit_waitingline (id) SELECT id FROM audit_auditentry;
"""

UNDO = """
DROP TRIGGER audit_wait ON audit_auditentry;
DROP FUNCTION audit_seal(integer);
DROP FUNCTION audit_wait();
DROP FUNCTION audit_link_hash(bigint, uuid, timestamptz, bytea, bytea);
DROP FUNCTION audit_words(audit_auditentry);
DROP FUNCTION audit_content(audit_auditentry);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChainLink",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=shared_services.tenancy.bases.new_key, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("seq", models.BigIntegerField(unique=True)),
                ("sealed_at", models.DateTimeField()),
                ("content_hash", models.BinaryField()),
                ("hash", models.BinaryField()),
                ("words", django.contrib.postgres.search.SearchVectorField()),
            ],
        ),
        migrations.CreateModel(
            name="Verification",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=shared_services.tenancy.bases.new_key, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("asked_by_name", models.CharField(max_length=200)),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("sound", "Sound"),
                            ("broken", "Broken"),
                            ("failed", "Could not finish"),
                        ],
                        default="running",
                        max_length=10,
                    ),
                ),
                ("lines", models.BigIntegerField(default=0)),
                ("checked", models.BigIntegerField(default=0)),
                ("last_seq", models.BigIntegerField(default=0)),
                ("last_hash", models.CharField(blank=True, max_length=64)),
                ("finding", models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
            ],
        ),
        migrations.CreateModel(
            name="WaitingLine",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=shared_services.tenancy.bases.new_key, editable=False, primary_key=True, serialize=False
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="WitnessedHead",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=shared_services.tenancy.bases.new_key, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("council", models.PositiveSmallIntegerField()),
                ("day", models.DateField()),
                ("seq", models.BigIntegerField()),
                ("lines", models.BigIntegerField()),
                ("hash", models.CharField(max_length=64)),
                ("witnessed_at", models.DateTimeField()),
            ],
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["event", "-at"], name="audit_by_event"),
        ),
        migrations.AddIndex(
            model_name="chainlink",
            index=models.Index(fields=["sealed_at", "seq"], name="chain_by_time"),
        ),
        migrations.AddIndex(
            model_name="chainlink",
            index=django.contrib.postgres.indexes.GinIndex(fields=["words"], name="chain_words"),
        ),
        migrations.AddIndex(
            model_name="verification",
            index=models.Index(fields=["-started_at"], name="verifications_by_time"),
        ),
        migrations.AddConstraint(
            model_name="witnessedhead",
            constraint=models.UniqueConstraint(fields=("council", "day"), name="one_witnessed_head_a_day"),
        ),
        migrations.RunSQL(FUNCTIONS + TRIGGER + FIXED_PATHS, UNDO),
        migrations.RunSQL(LINES_OF_BEFORE, migrations.RunSQL.noop),
    ]
