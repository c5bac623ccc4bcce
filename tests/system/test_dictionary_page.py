"""The data dictionary in a real browser: axe's rules, and widths from telephone to desk."""

from __future__ import annotations

import shutil

import pytest

from oversight_agent.dictionary import page
from oversight_protocol import specification, study_package
from oversight_protocol.dictionary import dictionary
from support.versions import draft, field

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
RETIRED = {"since": "1.1", "reason": "Nobody used it."}

pytestmark = [
    pytest.mark.system,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: apt install chromium"),
]


def _with_a_retired_field(version):
    field(version, "worker.kss")["retired"] = RETIRED


@pytest.fixture(scope="module", params=["the newest version", "a version with a retired field"])
def page_file(request, tmp_path_factory):
    newest = specification.load(specification.versions()[-1])
    shown = newest if "newest" in request.param else draft("1.1", _with_a_retired_field)
    path = tmp_path_factory.mktemp("dictionary") / "specification.html"
    text = page(dictionary(shown, [study_package.installed()]))
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def opened(page_file):
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

        def at(width):
            shown = browser.new_page(viewport={"width": width, "height": 800})
            shown.goto(page_file.as_uri())
            return shown

        yield at
        browser.close()


def test_axe_finds_nothing(opened, page_file):
    # It looks at thousands of elements for a while: each page at one width will do.
    width = PHONE if "Retired since" in page_file.read_text(encoding="utf-8") else DESK

    found = axe.Axe().run(opened(width), options=RULES).response["violations"]

    assert [(one["id"], [node["html"][:80] for node in one["nodes"][:3]]) for one in found] == []


@pytest.mark.parametrize("width", [320, PHONE, 390, DESK])
def test_the_page_itself_never_scrolls_sideways(opened, width):
    assert opened(width).evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_no_text_leaves_the_page(opened, width):
    outside = opened(width).evaluate(
        """[...document.querySelectorAll('main *')].filter(one =>
            !one.closest('.scroll') && one.getBoundingClientRect().right > innerWidth + 1
        ).map(one => one.outerHTML.slice(0, 80))"""
    )

    assert outside == []
