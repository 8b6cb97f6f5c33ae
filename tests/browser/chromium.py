"""Debian's Chromium for the tests: one browser, a context of its own for each person."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

#: A PC at a counter.
SCREEN = {"width": 1366, "height": 768}
_ARGUMENTS = [
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
]
_ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def chromium() -> Iterator[Any]:
    """The browser; the test is skipped, with the reason, where there is none."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("no chromium on this machine: apt-get install --no-install-recommends chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright's Python package is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=program, headless=True, args=_ARGUMENTS, chromium_sandbox=False
        )
        yield browser
        browser.close()


class Screens:
    """Where screenshots go, to be looked at afterwards."""

    def __init__(self, *, is_kept: bool) -> None:
        folder = os.environ.get("SATUATAP_TEST_SCREENSHOTS") or _ROOT / ".ci" / "artefacts" / "screens"
        self._folder, self._is_kept = Path(folder), is_kept
        self._folder.mkdir(parents=True, exist_ok=True)
        self._count = 0

    def take(self, page: Any, what: str) -> None:
        """The whole page, named by its turn and what it shows."""
        if not self._is_kept:
            return
        self._count += 1
        name = f"{self._count:02d}-{re.sub(r'[^a-z0-9]+', '-', what.lower()).strip('-')}.png"
        page.screenshot(path=self._folder / name, full_page=True)


class People:
    """Everybody in the walk, each with a browser context of their own; what their consoles say is kept."""

    def __init__(self, browser: Any, address: str, passwords: dict[str, str], *, javascript: bool) -> None:
        self._browser, self._address, self._passwords = browser, address.rstrip("/"), passwords
        self._javascript = javascript
        self.complaints: list[str] = []

    @contextmanager
    def visitor(self) -> Iterator[Any]:
        """Somebody of the public, on the start page."""
        context = self._browser.new_context(
            viewport=SCREEN, base_url=self._address, java_script_enabled=self._javascript, locale="id-ID"
        )
        page = context.new_page()
        page.on("console", lambda said: self._listen(said.type, said.text))
        page.on("pageerror", lambda error: self._listen("error", str(error)))
        page.goto("/")
        yield page
        context.close()

    @contextmanager
    def signed_in(self, account: str) -> Iterator[Any]:
        """An account of the demo, on the page where its work begins."""
        with self.visitor() as page:
            page.goto("/sign-in")
            page.get_by_label("Akun").fill(account)
            page.get_by_label("Kata sandi").fill(self._passwords[account])
            page.get_by_role("button", name="Masuk").click()
            yield page

    def _listen(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(f"{kind}: {text}")
