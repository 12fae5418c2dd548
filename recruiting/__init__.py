"""The project: settings, routes, queue, and the apps that are about people and pages."""

import os

# Read when openpyxl is first imported: with lxml there, which we have for resumes, it would leave
# the parser that refuses entity bombs in workbooks.
os.environ["OPENPYXL_LXML"] = "False"

from recruiting.celery import app as celery_app

__all__ = ["celery_app"]
