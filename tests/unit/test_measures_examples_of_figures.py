"""Figures of a few rows by hand, one for each kind of measure."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from reference.figures import FIGURES, middle_bins
from reference.rows import Row

BOTH = [*["both_good_or_better"] * 3, "both_below_good"]
NOT_BOTH = ["not_both_good_or_better", "not_both_below_good"]


def _rows(*outcomes: str, **by: str) -> list[Row]:
    return [Row("c", "w", "t", outcome, by) for outcome in outcomes]


def _time(agency: str, *hours: str) -> list[Row]:
    return [Row(None, "w", "t", None, {"agency": agency}, {"fte": Decimal(one)}) for one in hours]


def test_a_share_is_of_what_is_known() -> None:
    found = FIGURES["part1_reflects_family"](_rows("Y", "N", "N", "unknown"))

    assert found == Fraction(1, 3)


def test_a_share_of_nothing_is_no_figure() -> None:
    assert FIGURES["part1_reflects_family"](_rows("unknown")) is None
    assert FIGURES["recorded_within_5_days"]([]) is None


def test_a_difference_is_of_the_shares_where_both_and_where_not_both_are_recorded() -> None:
    found = FIGURES["oversight_good_difference"](_rows(*BOTH, *NOT_BOTH))

    assert found == Fraction(3, 4) - Fraction(1, 2)


@pytest.mark.parametrize("outcomes", [BOTH, NOT_BOTH, []], ids=["both", "not both", "none"])
def test_a_difference_without_one_of_its_shares_is_no_figure(outcomes: list[str]) -> None:
    assert FIGURES["oversight_good_difference"](_rows(*outcomes)) is None


def test_a_part_is_what_one_category_has_of_all() -> None:
    posts = [*_time("agency", "0.5", "0.25"), *_time("employed", "1", "0.25")]

    assert FIGURES["agency_share"](posts) == Fraction(3, 8)
    assert FIGURES["agency_share"](_time("employed", "1")) == 0
    assert FIGURES["agency_share"](_time("agency", "0")) is None


def test_a_measure_of_one_category_leaves_the_others_out() -> None:
    new, others = _rows("within", "over", asye="asye"), _rows("within", "within", asye="not_asye")

    assert FIGURES["asye_supervision_in_standard"]([*new, *others]) == Fraction(1, 2)
    assert FIGURES["personal_supervision_in_standard"]([*new, *others]) == Fraction(3, 4)
    assert FIGURES["asye_supervision_in_standard"](others) is None


def test_agreement_is_of_the_first_question_alone_and_each_answer_of_all() -> None:
    first, second = _rows("4", "5", "3", question="S01"), _rows("1", "1", question="S02")

    assert FIGURES["supervision_regular_and_reflective"]([*first, *second]) == Fraction(2, 3)
    assert FIGURES["survey_strongly_disagree"]([*first, *second]) == Fraction(2, 5)


@pytest.mark.parametrize(
    ("gaps", "bins"),
    [
        (["d0_14"], ("d0_14", "d0_14")),
        (["d91_more", "d0_14"], ("d0_14", "d91_more")),
        (["d91_more", "d15_28", "d0_14"], ("d15_28", "d15_28")),
        ([], None),
    ],
)
def test_a_median_lies_in_the_bins_of_the_two_middle_gaps(
    gaps: list[str], bins: tuple[str, str] | None
) -> None:
    assert middle_bins(_rows(*gaps)) == bins
