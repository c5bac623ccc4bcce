"""What the report says of its figures: never more than they show."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_coordinator.report import words
from oversight_coordinator.report.answer import answer, is_higher
from oversight_coordinator.report.endings import summary
from oversight_coordinator.report.findings import MOST, findings
from oversight_coordinator.report.material import Material
from support import synthetic_answers

STUDY, WAVE, ROWS, OWN, LAS = synthetic_answers.figures()
LATEST, EARLIER = WAVE.periods[1].id, WAVE.periods[0].id
SPLIT = ("both_parts_recorded", "part1_only", "part2_only", "neither_part_recorded",
         "parts_misplaced")  # fmt: skip


def material(changes=(), own=OWN):
    """The figures with some of all together changed: (measure, period, what)."""
    rows = list(ROWS)
    for measure, period, what in changes:
        rows = [
            replace(row, **what)
            if (row.measure, row.period, row.dimension) == (measure, period, "")
            else row
            for row in rows
        ]
    return Material(STUDY, WAVE, rows, own, LAS)


def share(value, half=0.1):
    return {"estimate": value, "lower": round(value - half, 1), "upper": round(value + half, 1)}


def said(changes=(), own=OWN):
    return " ".join(answer(material(changes, own)).verdict)


def split(**values):
    return [(name, LATEST, share(values.get(name, 5.0))) for name in SPLIT]


def test_the_most_common_outcome_fits_the_hypothesis_and_says_how_far_it_reaches():
    most = said(split(neither_part_recorded=61.0))
    fewer = said(split(neither_part_recorded=41.0))

    assert "is the most common of 5 outcomes, with more than half of all" in most
    assert "though with fewer than half" in fewer
    assert "This fits the hypothesis." in most
    assert "This fits the hypothesis." in fewer


def test_an_interval_around_half_is_called_about_half():
    text = said([*split(), ("neither_part_recorded", LATEST, share(50.0, 0.5))])

    assert "with about half of all" in text


def test_a_more_common_outcome_speaks_against_the_hypothesis_and_is_named():
    text = said(split(neither_part_recorded=20.0, part1_only=55.0))

    assert "“only part 1 recorded in its place” is more common" in text
    assert "speak against the hypothesis as the usual case, though it holds for 20.0%" in text
    assert "fits" not in text


def test_overlapping_intervals_decide_nothing():
    changes = split(neither_part_recorded=40.0)
    changes.append(("part1_only", LATEST, share(39.0, 2.0)))

    text = said(changes)

    assert "cannot be told from these figures" in text
    assert "fits" not in text
    assert "against" not in text


def test_a_missing_figure_leaves_the_question_open_and_says_why():
    absent = {"estimate": None, "numerator": None, "denominator": None, "marker": "[c]",
              "las_published": 0}  # fmt: skip

    opening = answer(material([("neither_part_recorded", LATEST, absent)]))

    assert opening.value == "[c]"
    assert "every authority that answered withheld a part of it" in opening.about
    assert "The question therefore stays open for that quarter." in opening.verdict
    assert "0 of 19 authorities" in opening.about


def test_a_figure_of_few_is_marked_as_such():
    text = said([("neither_part_recorded", LATEST, {"las_published": 8, "las_answered": 17})])

    assert "Fewer than half of those that answered published all of it" in text
    assert "Fewer than half" not in said()


@pytest.mark.parametrize(
    ("before", "word"),
    [(30.0, "it has risen since"), (70.0, "it has fallen since"), (48.0, "no change is shown")],
)
def test_quarters_are_compared_by_their_intervals(before, word):
    now = ("neither_part_recorded", LATEST, share(48.0, 0.2))

    text = said([now, ("neither_part_recorded", EARLIER, share(before, 0.2))])

    assert word in text


def test_quarters_of_other_authorities_are_not_compared():
    kent = ("E10000016", "neither_part_recorded", EARLIER)
    absent = {"estimate": None, "lower": None, "upper": None, "marker": "[x]"}
    own = [replace(r, **absent) if (r.la, r.measure, r.period) == kent else r for r in OWN]

    text = said([("neither_part_recorded", EARLIER, share(10.0))], own)

    assert "not compared, because other authorities answered" in text
    assert "risen" not in text


def test_the_limits_of_what_records_can_show_are_always_said():
    assert "cannot show what was said in a supervision" in said()


def test_three_to_five_findings_each_with_interval_and_coverage():
    found = findings(material())

    assert 3 <= len(found) <= MOST
    assert all("of 19 authorities" in one.evidence for one in found)
    assert all("nterval" in one.evidence for one in found)
    assert all(one.measures for one in found)


def test_a_finding_names_the_part_that_is_missing_more_often_only_if_it_is_certain():
    def first(part1, part2):
        changes = [("part1_on_child_file", LATEST, part1),
                   ("part2_in_supervision_record", LATEST, part2)]  # fmt: skip
        return findings(material(changes))[0].text

    assert "practitioner's own part that is missing" in first(share(44.0), share(14.0))
    assert "part about the family that is missing" in first(share(14.0), share(44.0))
    assert "missing" not in first(share(40.0, 3.0), share(41.0, 3.0))


def test_a_finding_with_a_missing_figure_is_left_out():
    absent = {"estimate": None, "marker": "[c]", "las_published": 0}
    changed = material([("cases_per_fte", LATEST, absent)])

    before, after = (" ".join(one.text for one in findings(m)) for m in (material(), changed))

    assert "children per full-time worker" in before
    assert "children per full-time worker" not in after


def test_a_figure_that_few_published_is_none_to_read_first():
    few = {"las_published": 7, "las_answered": 16}

    text = " ".join(one.text for one in findings(material([("cases_per_fte", LATEST, few)])))

    assert "children per full-time worker" not in text


@pytest.mark.parametrize(("estimate", "first"), [(72.0, True), (72.2, False), (71.7, False)])
def test_a_figure_outside_its_interval_is_none_to_read_first(estimate, first):
    inside = {"estimate": estimate, "lower": 71.8, "upper": 72.1}
    changes = [
        ("within_local_standard", LATEST, {**inside, "las_published": 15, "las_answered": 17}),
        ("none_in_90_days", LATEST, {**share(4.4), "las_published": 17, "las_answered": 17}),
    ]

    text = " ".join(one.text for one in findings(material(changes)))

    assert (f"{estimate}% of open children are within" in text) == first
    assert ("4.4% of open children have gone without supervision" in text) != first


def test_authorities_that_do_not_differ_for_certain_are_not_said_to():
    own = [replace(row, **share(48.0, 1.0)) if row.estimate is not None else row for row in OWN]

    text = " ".join(one.text for one in findings(material(own=own)))

    assert "Authorities differ" in " ".join(one.text for one in findings(material()))
    assert "Authorities differ" not in text


def test_without_any_figure_there_is_no_finding():
    absent = {"estimate": None, "lower": None, "upper": None, "marker": "[x]"}
    rows = [replace(row, **absent, las_published=0, las_answered=0) for row in ROWS]
    own = [replace(row, **absent) for row in OWN]

    empty = Material(STUDY, WAVE, rows, own, LAS)

    assert findings(empty) == ()
    assert "no authority answered" in answer(empty).about


@given(
    one=st.tuples(st.floats(0, 100), st.floats(0, 100)).map(sorted),
    other=st.tuples(st.floats(0, 100), st.floats(0, 100)).map(sorted),
)
def test_of_two_figures_at_most_one_is_higher_and_only_if_they_share_no_value(one, other):
    first, second = (replace(ROWS[0], lower=a, upper=b) for a, b in (one, other))

    apart = one[0] > other[1] or other[0] > one[1]

    assert is_higher(first, second) + is_higher(second, first) == apart


def test_who_took_part_is_counted_in_words():
    assert summary(LAS) == (
        "17 of 19 authorities answered (2 of them not every table); 1 held the answer for a person "
        "to decide and 1 could not be reached."
    )


def test_figures_are_written_with_their_units():
    measures = {one.id: one for one in STUDY.measures}
    row = replace(ROWS[0], estimate=30.0, lower=29.0, upper=31.0)

    median, ratio = measures["median_days_between"], measures["cases_per_fte"]

    assert words.value(row, median) == "30 days"
    assert words.interval(row, median) == "29 to 31 days"
    assert words.with_unit(30.0, ratio) == "30.0 children per full-time worker"
    assert words.interval(replace(row, lower=None, upper=None), median) == "no interval"
    assert words.lowered("CIN plans") == "CIN plans"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
