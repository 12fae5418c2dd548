import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Mail can be held, and sent again by hand. Whatever the older code writes has a default."""

    dependencies = [
        ("accounts", "0001_initial"),
        ("mailing", "0002_mail_calendar"),
    ]

    operations = [
        migrations.CreateModel(
            name="SendingHold",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("since", models.DateTimeField()),
                ("why", models.CharField(max_length=300)),
                ("ended", models.JSONField(default=list)),
                ("released_at", models.DateTimeField(null=True)),
                ("sends_what_was_due", models.BooleanField(default=False)),
                (
                    "released_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-since"],
                "constraints": [
                    models.UniqueConstraint(
                        models.Case(models.When(released_at=None, then=models.Value(1))),
                        name="sending_hold_one_open",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="sweepbeat",
            name="lineage",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="sweepbeat",
            name="place",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="sweepbeat",
            name="sweeps",
            field=models.PositiveBigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="mail",
            name="again_of",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="again",
                to="mailing.mail",
            ),
        ),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(
                condition=models.Q(("again_of__isnull", False)),
                fields=["again_of"],
                name="mail_again",
            ),
        ),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(fields=["-due_at", "-id"], name="mail_order"),
        ),
    ]
