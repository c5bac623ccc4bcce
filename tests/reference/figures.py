"""What is counted of a base table's rows, and each measure's figure of them, in plain Python.

A figure is exact: a share, a part and a ratio as a fraction, a difference of shares as the
difference of fractions, `None` where there is nothing to divide by; the median of days as the bins
in which the two middle values lie.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from reference.measures import Row

Figure = Fraction | None


@dataclass(frozen=True)
class Counted:
    """What stands behind a cell."""

    count: int
    children: int
    workers: int
    teams: int
    top_worker: int


@dataclass(frozen=True)
class Summed:
    """A magnitude's sum and the two largest values of one person, in its last decimal place."""

    value: int
    largest: int
    second: int


def counted(rows: Sequence[Row]) -> Counted:
    per_worker = Counter(row.worker for row in rows if row.worker is not None)
    return Counted(
        count=len(rows),
        children=len({row.child for row in rows} - {None}),
        workers=len(per_worker),
        teams=len({row.team for row in rows} - {None}),
        top_worker=max(per_worker.values(), default=0),
    )


def line(rows: Sequence[Row], outcomes: Sequence[str]) -> dict[str, Any]:
    """A line's cells, complements and total."""

    def where(keep: Callable[[Row], bool]) -> Counted:
        return counted([row for row in rows if keep(row)])

    return {
        "cells": {code: where(lambda row, c=code: row.outcome == c) for code in outcomes},
        "complements": {code: where(lambda row, c=code: row.outcome != c) for code in outcomes},
        "total": counted(rows),
    }


def summed(rows: Sequence[Row], magnitude: str, decimals: int) -> Summed:
    values = sorted((int(row.magnitudes[magnitude] * 10**decimals) for row in rows), reverse=True)
    largest, second, *_ = [*values, 0, 0]
    return Summed(sum(values), largest, second)


def _share(part: set[str], *, without: Sequence[str] = ()) -> Callable[[Sequence[Row]], Figure]:
    def figure(rows: Sequence[Row]) -> Figure:
        asked = [row.outcome for row in rows if row.outcome not in without]
        return Fraction(sum(outcome in part for outcome in asked), len(asked)) if asked else None

    return figure


def _of(
    dimension: str, category: str, figure: Callable[[Sequence[Row]], Figure]
) -> Callable[[Sequence[Row]], Figure]:
    """The figure of the rows of one category alone."""
    return lambda rows: figure([row for row in rows if row.by[dimension] == category])


def _difference(rows: Sequence[Row]) -> Figure:
    both, not_both = _GOOD_WHERE_BOTH(rows), _GOOD_WHERE_NOT_BOTH(rows)
    return None if both is None or not_both is None else both - not_both


def _cases_per_fte(rows: Sequence[Row]) -> Figure:
    fte = sum(row.magnitudes["fte"] for row in rows)
    return (
        Fraction(sum(row.magnitudes["children"] for row in rows)) / Fraction(fte) if fte else None
    )


def _supervisees_per_manager(rows: Sequence[Row]) -> Figure:
    supervisees = sum(row.magnitudes["supervisees"] for row in rows)
    return Fraction(supervisees) / len(rows) if rows else None


def _agency_share(rows: Sequence[Row]) -> Figure:
    fte = Fraction(sum(row.magnitudes["fte"] for row in rows))
    agency = Fraction(sum(row.magnitudes["fte"] for row in rows if row.by["agency"] == "agency"))
    return agency / fte if fte else None


_KNOWN = {"without": ("unknown",)}
_GRADED = {"without": ("not_graded",)}
_GOOD_WHERE_BOTH = _share(
    {"both_good_or_better"}, without=("not_both_good_or_better", "not_both_below_good")
)
_GOOD_WHERE_NOT_BOTH = _share(
    {"not_both_good_or_better"}, without=("both_good_or_better", "both_below_good")
)

FIGURES: Mapping[str, Callable[[Sequence[Row]], Figure]] = {
    "part1_on_child_file": _share({"both", "part1_only"}, **_KNOWN),
    "part2_in_supervision_record": _share({"both", "part2_only"}, **_KNOWN),
    "both_parts_recorded": _share({"both"}, **_KNOWN),
    "part1_only": _share({"part1_only"}, **_KNOWN),
    "part2_only": _share({"part2_only"}, **_KNOWN),
    "neither_part_recorded": _share({"neither"}, **_KNOWN),
    "parts_misplaced": _share({"misplaced"}, **_KNOWN),
    "location_unknown": _share({"unknown"}),
    "part1_reflects_family": _share({"Y"}, **_KNOWN),
    "part2_reflects_practitioner": _share({"Y"}, **_KNOWN),
    "oversight_good_where_both": _GOOD_WHERE_BOTH,
    "oversight_good_where_not_both": _GOOD_WHERE_NOT_BOTH,
    "oversight_good_difference": _difference,
    "within_local_standard": _share({"d0_31_within", "d32_42_within", "d43_90_within"}),
    "within_31_days": _share({"d0_31_within", "d0_31_over"}),
    "within_42_days": _share({"d0_31_within", "d0_31_over", "d32_42_within", "d32_42_over"}),
    "none_in_90_days": _share({"d91_more", "never_91"}),
    "never_since_allocation": _share({"never_43_90", "never_91"}),
    "personal_supervision_in_standard": _share({"within"}),
    "asye_supervision_in_standard": _of("asye", "asye", _share({"within"})),
    "recorded_within_5_days": _share({"within_5"}),
    "supervision_authorised": _share({"authorised"}),
    "actions_set": _share({"Y"}, **_KNOWN),
    "decision_at_plan_change": _share({"decided"}),
    "audits_completed": _share({"completed"}),
    "oversight_good_or_better": _share({"outstanding", "good"}, **_GRADED),
    "oversight_inadequate": _share({"inadequate"}, **_GRADED),
    "oversight_below_overall": _share({"below"}, without=("incomparable",)),
    "changed_on_moderation": _share({"changed"}),
    "audit_actions_on_time": _share({"on_time"}),
    "cases_per_fte": _cases_per_fte,
    "supervisees_per_manager": _supervisees_per_manager,
    "agency_share": _agency_share,
    "supervision_regular_and_reflective": _of("question", "S01", _share({"4", "5"})),
    "survey_strongly_disagree": _share({"1"}),
    "survey_disagree": _share({"2"}),
    "survey_neither": _share({"3"}),
    "survey_agree": _share({"4"}),
    "survey_strongly_agree": _share({"5"}),
    "rereferrals": _share({"rereferral"}),
    "plan_up_to_3_months": _share({"m0_3"}),
    "plan_3_to_6_months": _share({"m3_6"}),
    "plan_6_to_12_months": _share({"m6_12"}),
    "plan_12_to_24_months": _share({"m12_24"}),
    "plan_24_months_or_more": _share({"m24_more"}),
    "subsequent_cp_plans": _share({"subsequent"}, **_KNOWN),
    "three_or_more_workers": _share({"w3_more"}),
}
"""By the measure's id, its figure of a base table's rows; the median is `middle_bins`.

A figure of one category is asked of all rows."""

_GAPS = ("d0_14", "d15_28", "d29_31", "d32_35", "d36_42", "d43_56", "d57_90", "d91_more")


def middle_bins(rows: Sequence[Row]) -> tuple[str, str] | None:
    """The bins of the lower and of the upper middle gap."""
    gaps = sorted((str(row.outcome) for row in rows), key=_GAPS.index)
    return (gaps[(len(gaps) - 1) // 2], gaps[len(gaps) // 2]) if gaps else None
