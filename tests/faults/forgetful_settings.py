"""A server's settings with a queue that hands out again, soon, what is still being worked on."""

import os

from recruiting.settings import *  # noqa: F403
from recruiting.settings import CELERY_BROKER_TRANSPORT_OPTIONS

CELERY_BROKER_TRANSPORT_OPTIONS["ack_emulation"] = True
CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] = int(os.environ["FAULTS_VISIBILITY"])
