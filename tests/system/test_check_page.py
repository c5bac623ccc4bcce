"""The page of a check and the report's coverage section in a real browser: axe's rules, widths."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import Environment, PackageLoader

from support.browser import DESK, MARKS, PHONE, asked_and_faults, violations
from support.coverages import SPECIFICATION, STUDY, coverage, measure_of
from support.protocol import BRIGHTON, KENT, MEDWAY

pytestmark = MARKS


def _check_page(folder: Path) -> str:
    """The page of an authority where a row, a key and a file are wrong."""
    from support import plain_sources
    from support.requests import Home

    home = Home.make(folder / "home")
    rows = plain_sources.records()
    rows["oversight_event"][3]["held_date"] = "soon"
    rows["audit"][3]["action_closed"] = "2020-01-01"
    rows["plan"] += rows["plan"][:1]
    plain_sources.write(home, rows)
    plain_sources.path_of(home, "episode").unlink()
    done = home.run("check", "--page", str(folder / "check.html"))
    assert done.returncode == 1, done.stderr
    return (folder / "check.html").read_text(encoding="utf-8")


def _coverage_page(_folder: Path) -> str:
    """The report's section alone, in the report's style."""
    from oversight_coordinator.coverage import matrix
    from oversight_coordinator.report.coverage import coverage_section

    plans = measure_of("plan_duration")
    shared = {
        KENT: coverage({plans: [("plan.end", "mostly_missing")]}, [plans]),
        MEDWAY: coverage({plans: [("plan", "table_not_mapped")]}, la=MEDWAY),
        BRIGHTON: coverage(la=BRIGHTON),
    }
    environment = Environment(loader=PackageLoader("oversight_coordinator.report"), autoescape=True)
    page = environment.from_string(
        '<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>Coverage</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<style>{% include "style.css" %}</style></head><body><main><h1>Coverage</h1>'
        '{% include "coverage.html.j2" %}</main></body></html>'
    )
    return page.render(coverage=coverage_section(matrix(STUDY, SPECIFICATION, shared)))


@pytest.fixture(scope="module", params=[_check_page, _coverage_page], ids=["check", "coverage"])
def page_file(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    path = folder / "page.html"
    path.write_text(request.param(folder), encoding="utf-8")
    return path


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_axe_finds_nothing(opened, width):
    assert violations(opened(width)) == []


@pytest.mark.parametrize("width", [PHONE, 390, DESK])
def test_the_page_itself_never_scrolls_sideways(opened, width):
    page = opened(width)

    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_every_table_has_a_caption_and_every_heading_of_a_table_a_scope(opened):
    page = opened(DESK)

    bare = page.evaluate("document.querySelectorAll('table:not(:has(caption))').length")
    unscoped = page.evaluate("document.querySelectorAll('th:not([scope])').length")

    assert page.evaluate("document.querySelectorAll('table').length") >= 2
    assert (bare, unscoped) == (0, 0)


def test_every_sign_stands_beside_its_word(opened):
    page = opened(DESK)

    words = page.evaluate(
        """[...document.querySelectorAll('[aria-hidden=true]')].map(one =>
            one.parentElement.textContent.replace(one.textContent, '').trim())"""
    )

    assert len(words) > 40
    assert all(words)


def test_the_page_asks_nobody_for_anything_and_has_no_fault(browser, page_file):
    requests, faults = asked_and_faults(browser, page_file)

    assert requests == [page_file.as_uri()]
    assert faults == []


def test_every_link_leads_to_its_heading(opened):
    page = opened(DESK)

    led = page.evaluate(
        """[...document.querySelectorAll('a[href^="#"]')].map(one =>
            document.getElementById(one.hash.slice(1))?.tagName ?? one.hash)"""
    )

    assert set(led) <= {"H2", "H3", "MAIN"}
