"""The project's settings, with what makes tests quick and independent of a build of the assets."""

import os

from recruiting.settings import *  # noqa: F403
from recruiting.settings import DATABASES, REDIS_URL, STORAGES, VAR_DIR

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in the embedded installation: threads then lock each other as they do there.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}

# Processes that run tests side by side do not read each other's queue.
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
CELERY_BROKER_URL = REDIS_URL.replace("virtual_host=0", f"virtual_host={_worker}")

# Nobody waits for a moment at which a mail may go; tests of the cap set one.
MAIL_PER_SECOND = 1_000_000.0
