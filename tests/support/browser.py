"""Pages in a real browser: what runs it, at which widths, and axe's rules.

A test module that imports this is skipped, with the reason, where the browser's driver or axe is
not installed; its tests, with `MARKS`, where the browser is not.
"""

from __future__ import annotations

import shutil

import pytest

CHROMIUM = shutil.which("chromium")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
)

PHONE, DESK = 360, 1280
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
MARKS = [
    pytest.mark.system,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: apt install chromium"),
]


def violations(page):
    """What axe finds: each rule with the beginnings of its first elements."""
    found = axe.Axe().run(page, options=RULES).response["violations"]
    return [(one["id"], [node["html"][:90] for node in one["nodes"][:3]]) for one in found]


def asked_and_faults(browser, file):
    """All addresses that a page asks for while it loads, and all that it says of faults."""
    page, requests, faults = browser.new_page(), [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: faults.append(message.text))
    page.goto(file.as_uri())
    page.close()
    return requests, faults
