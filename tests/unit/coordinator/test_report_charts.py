"""Charts: the arithmetic of funnels, what is drawn, and what stands beside it in words."""

from __future__ import annotations

import re
from dataclasses import replace
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_coordinator.report import pictures
from oversight_coordinator.report.charts import bars, drawing, stacks
from oversight_coordinator.report.charts.limits import Z_95, Z_998, Point, funnel
from oversight_coordinator.report.material import Material
from support import synthetic_answers

STUDY, WAVE, ROWS, OWN, LAS = synthetic_answers.figures()
LATEST = WAVE.periods[1].id
IDS = {"title": "t", "description": "d"}
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def material(own=OWN, rows=ROWS):
    return Material(STUDY, WAVE, rows, own, LAS)


def point(name, share, denominator, half=0.5):
    return Point(name, name, share, share - half, share + half, denominator)


def picture(name, own=OWN):
    return pictures.of_measure(material(own), measure(name), "Title")


def measure(name):
    return next(one for one in STUDY.measures if one.id == name)


def texts(svg):
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


# ------------------------------------------------------------------------------------ limits

POINTS = [point("a", 40.0, 1000), point("b", 41.0, 400), point("c", 39.0, 2500)]


def test_limits_are_those_of_a_binomial_share():
    found = funnel(40.0, POINTS)

    low, high = found.limits(600, Z_95)

    spread = 100 * Z_95 * sqrt(0.4 * 0.6 / 600)
    assert low == pytest.approx(40 - spread)
    assert high == pytest.approx(40 + spread)


def test_authorities_that_differ_by_chance_alone_have_no_band_of_their_own():
    found = funnel(40.0, POINTS)

    assert found.variance is None
    assert found.band(500) == found.limits(500, Z_95)


def test_authorities_that_differ_by_more_have_the_variance_between_them_by_dersimonian_and_laird():
    points = [point("a", 30.0, 1000), point("b", 50.0, 1000), point("c", 46.0, 1000)]

    found = funnel(40.0, points)

    # With equal weights the method gives the mean square, times k / (k - 1), less chance's part.
    within = 40 * 60 / 1000
    assert found.variance == pytest.approx((100 + 100 + 36) / 2 - within)
    assert found.band(1000)[1] == pytest.approx(40 + Z_95 * sqrt(within + found.variance))


@given(
    share=st.floats(1, 99),
    others=st.lists(st.tuples(st.floats(0, 100), st.integers(10, 9000)), min_size=2, max_size=19),
    denominator=st.integers(10, 9000),
)
def test_wider_limits_hold_narrower_ones_and_none_leaves_the_scale(share, others, denominator):
    found = funnel(share, [point(str(at), *one) for at, one in enumerate(others)])

    low, high = found.limits(denominator, Z_998)
    inner_low, inner_high = found.limits(denominator, Z_95)
    band_low, band_high = found.band(denominator)

    assert 0 <= low <= inner_low <= share <= inner_high <= high <= 100
    assert band_low <= inner_low + 1e-9
    assert band_high >= inner_high - 1e-9


def test_an_authority_is_outside_only_with_its_whole_interval():
    found = funnel(40.0, POINTS)
    edge = found.limits(1000, Z_95)[1]

    reaching = replace(point("x", edge + 1, 1000), lower=edge - 0.1)
    beyond = replace(point("x", edge + 1, 1000), lower=edge + 0.1)

    assert found.beyond(reaching, Z_95) is None
    assert found.beyond(beyond, Z_95) == "above"
    assert found.beyond(point("x", 20.0, 1000), Z_998) == "below"


@pytest.mark.parametrize("share", [0.0, 100.0])
def test_a_share_without_chance_has_no_funnel(share):
    assert funnel(share, POINTS) is None


# ---------------------------------------------------------------------------- which chart, and what


def test_a_share_of_many_authorities_is_a_funnel_that_names_who_stands_out():
    drawn = picture("neither_part_recorded")

    diamonds = drawn.svg.count('fill="#801650"')
    named = [one for one in texts(drawn.svg) if one in {la.name for la in LAS}]
    assert "17 of 19 authorities are drawn" in drawn.text
    assert "Not drawn: Reading [x] and Wokingham [x]." in drawn.text
    assert named
    assert diamonds == len(named)
    assert all(f"{name} (" in drawn.text for name in named)
    assert "Number of events" in texts(drawn.svg)


def test_every_authority_of_a_funnel_has_its_place_in_words():
    drawn = picture("neither_part_recorded")

    assert len(drawn.positions) == 17
    assert all("limits" in one for one in drawn.positions.values())
    assert any("the band" in one for one in drawn.positions.values())


def test_a_suppressed_authority_is_not_drawn_but_named():
    hidden = {"estimate": None, "numerator": None, "denominator": None, "marker": "[c]"}
    own = [replace(row, **hidden) if row.la == "E10000016" else row for row in OWN]

    drawn = picture("neither_part_recorded", own)

    assert "16 of 19 authorities are drawn" in drawn.text
    assert "Kent [c]" in drawn.text


def test_few_authorities_ratios_and_medians_have_bars_by_name():
    few = [row for row in OWN if row.la in ("E10000016", "E06000035", "E06000043")]

    drawn = [picture("neither_part_recorded", few), picture("cases_per_fte"),
             picture("median_days_between")]  # fmt: skip

    for one in drawn:
        names = [text for text in texts(one.svg) if text in {la.name for la in LAS}]
        assert "by name, not by figure" in one.reading
        assert names == sorted(names)
        assert one.positions == {}
    assert "3 authorities have a figure of their own" in drawn[0].text


def test_a_bar_chart_writes_the_marker_where_a_figure_is_not():
    drawn = picture("cases_per_fte")

    assert texts(drawn.svg).count("[x]") == 3


def test_no_figure_of_any_authority_means_no_chart():
    own = [replace(row, estimate=None, marker="[c]") for row in OWN]

    assert picture("neither_part_recorded", own) is None
    assert picture("neither_part_recorded", []) is None


def test_a_distribution_is_one_chart_with_a_key_in_the_order_of_its_parts():
    parts = [one for one in STUDY.measures if one.distribution == "plan_duration"]

    drawn = pictures.of_distribution(material(), parts, "Title")

    assert [name for name, _ in drawn.key] == [f"part part-{at}" for at in range(1, 6)]
    assert drawn.key[0][1] == "Up to 3 months"
    assert texts(drawn.svg).count("[x]") == 2
    assert "All together" in texts(drawn.svg)
    assert "up to 3 months" in drawn.text


def test_the_opening_chart_splits_one_whole_and_leaves_other_denominators_out():
    drawn = pictures.of_split(material())

    bars_drawn = re.findall(r'<path d="M[^"]+" fill="(#[0-9A-F]{6})"', drawn.svg)
    assert sorted(bars_drawn) == ["#12436D"] * 4 + ["#801650"]
    assert "Not known where a part is recorded" not in texts(drawn.svg)


# -------------------------------------------------------------------------------------- drawings


def widths(svg):
    """Widths of the bars, from paths such as M0,1h20v3h-20Z."""
    return [float(one) for one in re.findall(r'd="M0,[\d.]+h([\d.]+)v', svg)]


def test_bars_are_as_long_as_their_values():
    drawn = bars.by_name(
        [bars.Bar("A", "10", 10.0, None, None), bars.Bar("B", "40", 40.0, None, None)],
        together=None,
        **IDS,
    )

    short, long = widths(drawn)
    assert long == pytest.approx(4 * short, rel=0.01)


def test_an_interval_too_narrow_to_see_is_not_drawn_and_a_wide_one_is():
    narrow = bars.Bar("A", "10", 10.0, 9.99, 10.01)

    without = bars.by_name([narrow], together=None, **IDS)
    with_one = bars.by_name([replace(narrow, lower=8.0, upper=12.0)], together=None, **IDS)

    assert without.count("<line") + 2 == with_one.count("<line")


def test_the_parts_of_a_stack_fill_its_width_whatever_their_rounding():
    drawn = stacks.stacked([stacks.Stack("A", (33.3, 33.3, 33.3))], **IDS)

    starts = re.findall(r'd="M([\d.]+),[\d.]+h([\d.]+)v', drawn)
    whole = drawing.WIDTH - drawing.NAMES - 4
    assert sum(float(width) for _, width in starts) == pytest.approx(whole, abs=0.1)


def test_a_drawing_is_one_picture_to_a_reader_of_the_screen_and_needs_nothing_else():
    drawn = picture("cases_per_fte").svg

    head, *inside = re.findall(r"<[a-z][^>]*>", drawn)
    assert 'role="img"' in head
    assert 'aria-labelledby="chart-cases_per_fte-title"' in head
    assert not any(re.search(r'(role|aria-[a-z]+|class| id|style|href)="', one) for one in inside)
    assert "clip" not in drawn
    assert not re.search(r"\d\.\d{3,}", drawn)


def test_the_same_figures_give_the_same_drawing():
    assert picture("neither_part_recorded").svg == picture("neither_part_recorded").svg


def test_no_position_asks_how_wide_letters_are():
    def numbers(label):
        one = bars.by_name([bars.Bar(label, "10", 10.0, None, None)], together=10.0, **IDS)
        return NUMBER.findall(re.sub(r">[^<]*<", "><", one))

    assert numbers("i" * 12) == numbers("W" * 12)


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colour", stacks.COLOURS)
def test_every_part_stands_out_from_the_page_and_its_number_from_the_part(colour):
    drawn = stacks.stacked([stacks.Stack("A", (20.0,) * 6)], **IDS)

    inks = re.findall(r'<text[^>]* fill="(#[0-9a-f]{6})"[^>]*>20<', drawn)

    assert len(inks) == len(stacks.COLOURS)
    assert contrast(colour, "#ffffff") >= 3
    assert contrast(colour, inks[stacks.COLOURS.index(colour)]) >= 4.5
