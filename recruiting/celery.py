"""The queue. It only carries wake-ups: what is due stands in the database."""

import os

from celery import Celery
from celery.signals import beat_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recruiting.settings")

app = Celery("recruiting")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["recruiting.mailing", "recruiting.approvals"])


@beat_init.connect
def wake_sweeper_at_start(**_: object) -> None:
    """Do not let due mail and waiting resumes wait for the first tick."""
    app.send_task("recruiting.mailing.tasks.sweep", expires=55)
    app.send_task("recruiting.approvals.tasks.sweep", expires=55)
