"""Takes the picture in the README from the demo: `.venv/bin/python -m docs.screenshot`."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import ViewportSize, sync_playwright

from bench.installation import free_port, wait_for
from tests.chromium import FLAGS, chromium

PICTURE = Path("docs/screenshot.png")
SHOWN_JOB = "Senior Integration Engineer"
SHOWN = ViewportSize(width=1280, height=860)


def main() -> None:
    port = free_port()
    with tempfile.TemporaryDirectory() as state:
        environment = os.environ | {"VAR_DIR": state, "PORT": str(port), "DATABASE_URL": ""}
        for command in ("migrate", "createcachetable", "collectstatic --no-input", "demo"):
            subprocess.run(  # noqa: S603 - our own commands
                [sys.executable, "manage.py", *command.split(), "--verbosity", "0"],
                env=environment,
                check=True,
            )
        gunicorn = str(Path(sys.executable).parent / "gunicorn")
        server = subprocess.Popen([gunicorn, "recruiting.wsgi"], env=environment)  # noqa: S603
        try:
            wait_for(port)
            _take(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()
            server.wait()


def _take(site: str) -> None:
    """The page of one requisition, as its recruiter sees it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page(base_url=site, viewport=SHOWN, color_scheme="light")
        page.goto("/accounts/login/")
        page.fill("input[name=login]", "recruiter@demo.example")
        page.fill("input[name=password]", "same-page-demo")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{site}/")
        page.goto("/requisitions/?status=open")
        page.get_by_role("link", name=SHOWN_JOB).first.click()
        page.wait_for_load_state("networkidle")
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
