"""The web server. It listens on this machine alone unless told otherwise: a proxy stands before it.

There is no access log: addresses may carry signed links, which belong in no log.
"""

import gc
import os
import signal
from typing import Any

bind = f"{os.environ.get('BIND_ADDRESS', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 4
timeout = 60  # seconds until a worker that hangs is replaced
graceful_timeout = 10  # seconds that requests under way get when the server stops
control_socket_disable = True


def when_ready(server: Any) -> None:
    """Ctrl-C stops as SIGTERM does: requests under way are finished."""
    signal.signal(signal.SIGINT, lambda *_: os.kill(os.getpid(), signal.SIGTERM))


def post_worker_init(worker: Any) -> None:
    """Ctrl-C reaches every process of the terminal; the server alone tells its workers.

    What was loaded at the start stays: the collector need not walk through it again and again,
    which held up one request in twenty for a tenth of a second.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
