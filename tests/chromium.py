"""Which browser the tests drive, and how it is started."""

import os
import shutil

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str:
    """The path of a Chromium. Raises RuntimeError that names the package when there is none."""
    if path := os.environ.get("CHROMIUM"):
        return path
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            return found
    raise RuntimeError(
        "The browser tests need Chromium: install the package 'chromium' "
        "(Debian: apt-get install chromium), or set CHROMIUM to its path."
    )
