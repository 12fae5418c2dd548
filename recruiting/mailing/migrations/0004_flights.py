import uuid
from typing import Any

from django.db import migrations, models


def forget_in_a_crash(_apps: Any, schema_editor: Any) -> None:
    """What these tables hold matters only as long as the database has not crashed: a write to them
    waits for no disk, and after a crash they are empty."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE mailing_flight SET UNLOGGED")
        schema_editor.execute("ALTER TABLE mailing_pace SET UNLOGGED")


class Migration(migrations.Migration):
    """New tables only: code that does not know them writes on."""

    dependencies = [
        ("mailing", "0003_hold_and_again"),
    ]

    operations = [
        migrations.CreateModel(
            name="Flight",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("mails", models.JSONField()),
                ("place", models.PositiveSmallIntegerField(default=0)),
                ("on_wire", models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name="Pace",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("taken_until", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="mail_pace_one_row")
                ],
            },
        ),
        migrations.RunPython(forget_in_a_crash, migrations.RunPython.noop),
    ]
