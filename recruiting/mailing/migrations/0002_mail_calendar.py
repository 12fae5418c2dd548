from django.db import migrations, models


class Migration(migrations.Migration):
    """A mail may be an invitation. The column has a default, so code that does not know it
    writes on."""

    dependencies = [
        ("mailing", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="mail",
            name="calendar",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
    ]
