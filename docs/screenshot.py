"""Takes the pictures of the README and of docs/digest.md from the demo:
`.venv/bin/python -m docs.screenshot`, or with `digest` behind it the latter alone."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from bench.installation import free_port, wait_for
from tests.chromium import FLAGS, chromium

PICTURE = Path("docs/screenshot.png")
MANAGER = "Jonas Albrecht"
SHOWN_JOB = "Senior Integration Engineer"
SHOWN = ViewportSize(width=1280, height=860)
PHONE = ViewportSize(width=390, height=860)
DIGEST = Path("docs/digest.png")
DIGEST_SEEN = ((640, "light"), (640, "dark"), (320, "light"))
"""Widths and schemes in which the digest is shown."""
DIGEST_HEIGHT = 1500
GAP = 40
"""Pixels between two of them."""


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
            _take(f"http://127.0.0.1:{port}", only_digest=sys.argv[1:] == ["digest"])
        finally:
            server.terminate()
            server.wait()


def _take(site: str, *, only_digest: bool) -> None:
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        _put_side_by_side(DIGEST, _digest(browser, site, Path(folder)))
        if not only_digest:
            _put_side_by_side(PICTURE, _pages(browser, site, Path(folder)))
        browser.close()


def _pages(browser: Browser, site: str, folder: Path) -> list[Path]:
    """The page of one requisition as its recruiter sees it, and beside it the review on the
    hiring manager's phone."""
    shots = [folder / "page.png", folder / "phone.png"]
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
    return shots


def _digest(browser: Browser, site: str, folder: Path) -> list[Path]:
    """The digest that the manager would get now, as his recruiter sees it beforehand: in light, in
    dark, and on the narrowest phone."""
    page = _signed_in(browser, site, "recruiter", SHOWN)
    page.goto("/digests/preview/")
    page.get_by_role("link", name=MANAGER).first.click()
    body = page.locator("iframe.letter__frame").get_attribute("src") or ""
    shots = []
    for width, scheme in DIGEST_SEEN:
        context = browser.new_context(
            base_url=site,
            storage_state=page.context.storage_state(),
            viewport=ViewportSize(width=width, height=DIGEST_HEIGHT),
            color_scheme="dark" if scheme == "dark" else "light",
        )
        alone = context.new_page()
        alone.goto(body)
        shots.append(folder / f"digest-{width}-{scheme}.png")
        alone.screenshot(path=shots[-1])
    return shots


def _signed_in(browser: Browser, site: str, login: str, size: ViewportSize) -> Page:
    page = browser.new_page(base_url=site, viewport=size, color_scheme="light")
    page.goto("/accounts/login/")
    page.fill("input[name=login]", f"{login}@demo.example")
    page.fill("input[name=password]", "same-page-demo")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/")
    return page


def _put_side_by_side(picture: Path, shots: Sequence[Path]) -> None:
    images = [Image.open(shot).convert("RGB") for shot in shots]
    width = sum(one.width + GAP for one in images) - GAP
    whole = Image.new("RGB", (width, images[0].height), "white")
    left = 0
    for one in images:
        whole.paste(one, (left, 0))
        left += one.width + GAP
    whole.quantize(256, dither=Image.Dither.NONE).save(picture, optimize=True)


if __name__ == "__main__":
    main()
