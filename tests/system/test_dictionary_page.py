"""The data dictionary in a real browser: axe's rules, and widths from telephone to desk."""

from __future__ import annotations

import pytest

from oversight_agent.dictionary import page
from oversight_protocol import specification, study_package
from oversight_protocol.dictionary import dictionary
from support.browser import DESK, MARKS, PHONE, violations
from support.versions import draft, field

RETIRED = {"since": "1.1", "reason": "Nobody used it."}

pytestmark = MARKS


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


def test_axe_finds_nothing(opened, page_file):
    # It looks at thousands of elements for a while: each page at one width will do.
    width = PHONE if "Retired since" in page_file.read_text(encoding="utf-8") else DESK

    assert violations(opened(width)) == []


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
