"""How much of each total comes from records of candidates. None does yet: nothing could be
recorded before this release."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("requisitions", "0005_counts_of_submissions"),
    ]

    operations = [
        migrations.AddField(
            model_name="funnel",
            name="recorded_accepted",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="funnel",
            name="recorded_approved",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="funnel",
            name="recorded_interviewed",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="funnel",
            name="recorded_offered",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="funnel",
            name="recorded_submitted",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name="funnel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("recorded_submitted__gte", 0),
                    ("submitted__gte", models.F("recorded_submitted")),
                ),
                name="funnel_submitted_holds_records",
            ),
        ),
        migrations.AddConstraint(
            model_name="funnel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved__gte", models.F("recorded_approved")), ("recorded_approved__gte", 0)
                ),
                name="funnel_approved_holds_records",
            ),
        ),
        migrations.AddConstraint(
            model_name="funnel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("interviewed__gte", models.F("recorded_interviewed")),
                    ("recorded_interviewed__gte", 0),
                ),
                name="funnel_interviewed_holds_records",
            ),
        ),
        migrations.AddConstraint(
            model_name="funnel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("offered__gte", models.F("recorded_offered")), ("recorded_offered__gte", 0)
                ),
                name="funnel_offered_holds_records",
            ),
        ),
        migrations.AddConstraint(
            model_name="funnel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("accepted__gte", models.F("recorded_accepted")), ("recorded_accepted__gte", 0)
                ),
                name="funnel_accepted_holds_records",
            ),
        ),
    ]
