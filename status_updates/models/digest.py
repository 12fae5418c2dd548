from django.conf import settings
from django.db import models

from recruiting.lib.text import check_prose

LINE_MAX = 600


class PersonalLine(models.Model):
    """What a recruiter adds by hand to one manager's digest of one period."""

    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="personal_lines"
    )
    client = models.ForeignKey("accounts.Client", models.CASCADE, related_name="+")
    period = models.CharField(max_length=10)
    text = models.CharField(max_length=LINE_MAX, validators=[check_prose])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["manager", "client", "period"], name="personal_line_unique"
            )
        ]

    def __str__(self) -> str:
        return self.text
