"""The project: settings, routes, queue, and the apps that are about people and pages."""

from recruiting.celery import app as celery_app

__all__ = ["celery_app"]
