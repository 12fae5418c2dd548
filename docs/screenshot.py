"""Takes the picture in the README from the demo: `.venv/bin/python -m docs.screenshot`."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from bench.installation import free_port, wait_for
from tests.chromium import FLAGS, chromium

PICTURE = Path("docs/screenshot.png")
SHOWN_JOB = "Senior Integration Engineer"
SHOWN = ViewportSize(width=1280, height=860)
PHONE = ViewportSize(width=390, height=860)
GAP = 40
"""Pixels between the two."""


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
    """The page of one requisition as its recruiter sees it, and beside it the review on the
    hiring manager's phone."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        shots = [Path(folder, "page.png"), Path(folder, "phone.png")]
        page = _signed_in(browser, site, "recruiter", SHOWN)
        page.goto("/requisitions/?status=open")
        page.get_by_role("link", name=SHOWN_JOB).first.click()
        page.wait_for_load_state("networkidle")
        page.screenshot(path=shots[0])
        phone = _signed_in(browser, site, "manager", PHONE)
        phone.get_by_role("link", name="Review 5 resumes").click()
        for hint in phone.get_by_role("button", name="Got it").all():
            hint.click()
        phone.wait_for_load_state("networkidle")
        phone.screenshot(path=shots[1])
        browser.close()
        _put_side_by_side(*shots)


def _signed_in(browser: Browser, site: str, login: str, size: ViewportSize) -> Page:
    page = browser.new_page(base_url=site, viewport=size, color_scheme="light")
    page.goto("/accounts/login/")
    page.fill("input[name=login]", f"{login}@demo.example")
    page.fill("input[name=password]", "same-page-demo")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/")
    return page


def _put_side_by_side(left: Path, right: Path) -> None:
    with Image.open(left) as page, Image.open(right) as phone:
        whole = Image.new("RGB", (page.width + GAP + phone.width, page.height), "white")
        whole.paste(page.convert("RGB"), (0, 0))
        whole.paste(phone.convert("RGB"), (page.width + GAP, 0))
        whole.quantize(256, dither=Image.Dither.NONE).save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()
