"""The report in a real browser: axe's rules, widths from telephone to desk, what print shows."""

from __future__ import annotations

import pytest

from support import synthetic_answers
from support.browser import DESK, MARKS, PHONE, asked_and_faults, violations
from support.synthetic_answers import MADE

LEAST_PIXELS_OF_A_LETTER = 10.5

pytestmark = MARKS


@pytest.fixture(scope="module", params=["nineteen authorities", "three authorities"])
def asked(request):
    return request.param


@pytest.fixture(scope="module")
def page_file(asked, tmp_path_factory):
    from oversight_coordinator.report import write_report

    las = ["E10000016", "E06000035", "E06000043"] if asked == "three authorities" else None
    path = tmp_path_factory.mktemp("report") / "index.html"
    write_report(*synthetic_answers.figures(las), path, made=MADE)
    return path


def test_axe_finds_nothing(opened, asked):
    # It looks at thousands of cells for up to a minute: each page at one width will do.
    page = opened(PHONE if asked == "nineteen authorities" else DESK)

    assert violations(page) == []


def test_axe_would_find_a_picture_without_words_and_letters_too_pale(browser):
    page = browser.new_page()
    page.set_content("<p style='color:#aaa'>pale</p><svg role='img'></svg>")

    found = {rule for rule, _ in violations(page)}
    page.close()

    assert {"color-contrast", "svg-img-alt"} <= found


@pytest.mark.parametrize("width", [PHONE, 390, DESK])
def test_the_page_itself_never_scrolls_sideways(opened, width):
    page = opened(width)

    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_letters_in_charts_can_be_read_on_a_telephone(opened):
    page = opened(PHONE)

    heights = page.evaluate(
        """[...document.querySelectorAll('svg.chart text')].map(one =>
            parseFloat(getComputedStyle(one).fontSize) * one.getScreenCTM().a)"""
    )

    assert len(heights) > 100
    assert min(heights) >= LEAST_PIXELS_OF_A_LETTER


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_no_text_of_a_chart_leaves_its_drawing(opened, width):
    page = opened(width)

    outside = page.evaluate(
        """[...document.querySelectorAll('svg.chart')].flatMap(svg => {
            const box = svg.getBoundingClientRect();
            return [...svg.querySelectorAll('text')].filter(one => {
                const own = one.getBoundingClientRect();
                return own.left < box.left - 1 || own.right > box.right + 1
                    || own.top < box.top - 1 || own.bottom > box.bottom + 1;
            }).map(one => one.textContent);
        })"""
    )

    assert outside == []


def test_the_page_asks_nobody_for_anything_and_has_no_fault(browser, page_file):
    requests, faults = asked_and_faults(browser, page_file)

    assert requests == [page_file.as_uri()]
    assert faults == []


def test_every_link_of_the_contents_leads_to_its_heading(opened):
    page = opened(DESK)

    led = page.evaluate(
        """[...document.querySelectorAll('.contents a')].map(one =>
            document.getElementById(one.hash.slice(1))?.tagName ?? one.hash)"""
    )

    assert len(led) > 30
    assert set(led) <= {"H2", "H3", "H4"}


def test_print_shows_what_the_screen_folds(browser, page_file):
    page = browser.new_page(viewport={"width": DESK, "height": 800})
    page.goto(page_file.as_uri())
    table = page.locator("details table").first
    folded = table.is_visible()

    page.emulate_media(media="print")
    printed = table.is_visible()
    page.close()

    assert (folded, printed) == (False, True)
