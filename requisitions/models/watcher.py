from django.conf import settings
from django.db import models


class Watcher(models.Model):
    """Sees a requisition but does not decide. Made and removed by `Requisition.watch` and
    `unwatch`, which check that the person is of the client."""

    requisition = models.ForeignKey(
        "requisitions.Requisition", models.CASCADE, related_name="watchers"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="watching")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["requisition", "user"], name="watcher_unique")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} watches {self.requisition_id}"
