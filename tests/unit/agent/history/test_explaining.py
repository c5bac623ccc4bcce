"""The history in words: what stands in a table's way, and what would pass."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from oversight_agent.history.explaining import (
    OWN_PASSES,
    OWN_WHY,
    PASSES,
    WHY,
    Explanation,
    Relation,
    explain,
    foreseeable,
    quarter_after,
)
from oversight_agent.history.stage import New, judge
from oversight_protocol.study import Link
from support.exact_tables import NEXT_QUARTER, QUARTER
from support.histories import RULES, children_table, counted, days, history, new, rows, spans

HALF_YEAR = days("2026H1", "2026-01-01", "2026-06-30")
LATER_HALF = days("later", "2026-02-01", "2026-07-31")
TABLE = children_table()
PLAIN = new(TABLE, QUARTER, rows(range(60), range(100, 180)))
HALF = new(TABLE, HALF_YEAR, rows(range(60), range(100, 180)))


def explained(folder: Path, released: New, asked: New, *links: Link) -> Explanation:
    found = judge(history(folder, released), [asked], RULES, links)
    (explanation,) = explain(found, spans(asked))
    return explanation


def test_growth_is_told_to_wait_for_a_later_quarter(tmp_path: Path):
    grown = new(TABLE, NEXT_QUARTER, rows(range(63), range(100, 180)))

    found = explained(tmp_path, PLAIN, grown)

    assert (found.table, found.period, found.withheld) == ("open_children", "2026Q2", True)
    assert len(found.reasons) == 1
    assert "nearly the same people" in found.reasons[0]
    assert "'open_children' for Q1, released on 2 April 2026" in found.reasons[0]
    assert "Wait for a later quarter, 2026-Q3 or one after it" in found.reasons[0]


def test_an_overlap_is_told_to_use_quarters(tmp_path: Path):
    asked = new(TABLE, LATER_HALF, rows(range(2, 62), range(100, 180)))

    found = explained(tmp_path, HALF, asked)

    assert found.withheld
    assert "neither period lies within the other" in found.reasons[0]
    assert "Wait for the next whole quarter, 2026-Q4, and publish quarters" in found.reasons[0]


def test_an_overlap_of_counts_is_told_so(tmp_path: Path):
    found = explained(tmp_path, counted(HALF), new(TABLE, LATER_HALF, rows(range(400, 460), ())))

    assert found.withheld
    assert "only counts are known" in found.reasons[0]


def test_a_changed_mapping_is_told_to_use_the_frozen_snapshot(tmp_path: Path):
    found = explained(tmp_path, PLAIN, new(TABLE, QUARTER, rows(range(64), range(100, 180))))

    assert not found.withheld
    assert "records or mapping were changed" in found.reasons[0]
    assert "the wave's frozen snapshot" in found.reasons[0]


def test_periods_within_each_other_are_told_to_keep_to_one_length(tmp_path: Path):
    asked = new(TABLE, NEXT_QUARTER, rows(range(30), range(100, 130)))

    found = explained(tmp_path, HALF, asked)

    assert "Subtracting one from the other" in found.reasons[0]
    assert "all quarters of the year in place of single months" in found.reasons[0]


def test_an_unforeseen_containment_is_told_to_declare_a_link(tmp_path: Path):
    asked = new(children_table("other"), QUARTER, rows(range(63), range(100, 180)))
    link = Link(kind="contained", tables=("other", "open_children"), reason="wider")

    alone = explained(tmp_path / "a", PLAIN, asked)
    linked = explained(tmp_path / "b", PLAIN, asked, link)

    assert alone.withheld
    assert "Have the study say how the two tables are linked" in alone.reasons[0]
    assert not linked.withheld
    assert "Ask for linked tables in one wave" in linked.reasons[0]


def test_tables_asked_together_are_named_as_such(tmp_path: Path):
    asked = [HALF, new(TABLE, LATER_HALF, rows(range(2, 62), range(100, 180)))]

    found = explain(judge(history(tmp_path), asked, RULES), spans(*asked))

    assert [each.table for each in found] == ["open_children"] * 2
    assert "which is asked for at the same time" in found[0].reasons[0]


def test_a_table_that_nothing_stands_in_the_way_of_has_no_explanation(tmp_path: Path):
    asked = new(TABLE, NEXT_QUARTER, rows(range(400, 460), range(500, 580)))

    assert explain(judge(history(tmp_path, PLAIN), [asked], RULES), spans(asked)) == ()


@pytest.mark.parametrize("relation", Relation)
def test_every_reason_names_the_other_says_what_passes_and_holds_no_number(relation: Relation):
    assert "{other}" in WHY[relation]
    assert not re.search(r"\d", WHY[relation] + PASSES[relation])


@pytest.mark.parametrize("relation", Relation)
def test_of_own_publications_it_says_what_the_authority_can_do_itself(relation: Relation):
    said = OWN_WHY[relation] + OWN_PASSES[relation]

    assert "{other}" in OWN_WHY[relation]
    assert not re.search(r"\d", said)
    assert not re.search(r"\b(study|wave|snapshot|mapping|ask)", said, re.IGNORECASE)
    assert re.search(r"[Ww]ait|[Pp]ublish", OWN_PASSES[relation])


def test_of_quarters_that_share_no_day_only_the_nearest_is_told(tmp_path: Path):
    told = history(
        tmp_path, PLAIN, new(TABLE, NEXT_QUARTER, rows(range(400, 460), range(500, 580)))
    )
    ((name, span),) = spans(new(TABLE, days("2026Q3", "2026-07-01", "2026-09-30"), rows((), ())))

    found = foreseeable(name, span, told.entries)

    assert [(each.relation, each.span.id) for each in found] == [(Relation.GROWTH, "2026Q2")]


@pytest.mark.parametrize(
    ("day", "quarter"),
    [("2026-03-31", "2026-Q2"), ("2026-05-01", "2026-Q3"), ("2026-12-31", "2027-Q1")],
)
def test_the_next_whole_quarter(day: str, quarter: str):
    assert quarter_after(date.fromisoformat(day)) == quarter
