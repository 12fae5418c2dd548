from datetime import datetime, timedelta

from django.conf import settings
from django.db import models

SAME_VISIT = timedelta(minutes=30)


class Visit(models.Model):
    """When a person last looked at the home page, told by a POST from the page itself.

    Looks less than half an hour apart are one visit, so that a reload does not hide what is new.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="visit"
    )
    at = models.DateTimeField()
    before = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%Y-%m-%d %H:%M}"

    def since(self, now: datetime) -> datetime | None:
        """The end of the visit before this one; None when there was none."""
        return self.before if now - self.at < SAME_VISIT else self.at

    @classmethod
    def mark(cls, user: models.Model, now: datetime) -> None:
        visit, new = cls.objects.get_or_create(user_id=user.pk, defaults={"at": now})
        if not new and now > visit.at:
            before = visit.since(now)
            cls.objects.filter(pk=visit.pk, at=visit.at).update(at=now, before=before)
