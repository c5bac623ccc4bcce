from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from oversight_protocol.errors import Reason, Refused
from oversight_protocol.policy import (
    FLOORS,
    LOW_HIGH_FLOOR,
    WORKER_SHARE_CEILING_PERCENT,
    Rules,
)


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    base = draw(st.sampled_from([5, 10, 15, 25]))
    minimum = draw(st.integers(max(10, base), 1000))
    return Rules(
        minimum_persons=minimum,
        low_high_below=draw(st.just(0) | st.integers(minimum, 1000)),
        rounding_base=base,
        staff_minimum_workers=draw(st.integers(10, 1000)),
        staff_minimum_teams=draw(st.integers(3, 100)),
        contributing_workers=draw(st.integers(3, 100)),
        worker_share_percent=draw(st.integers(1, 50)),
        dominance_percent=draw(st.integers(10, 100)),
        two_largest_percent=draw(st.just(0) | st.integers(50, 99)),
        zeros_may_be_shown=draw(st.booleans()),
    )


def test_the_defaults_are_the_floors():
    defaults = Rules()

    assert {name: getattr(defaults, name) for name in FLOORS} == {
        "minimum_persons": 10,
        "rounding_base": 5,
        "staff_minimum_workers": 10,
        "staff_minimum_teams": 3,
        "contributing_workers": 3,
    }
    assert defaults.worker_share_percent == WORKER_SHARE_CEILING_PERCENT == 50
    assert not defaults.zeros_may_be_shown
    assert defaults.low_high_below == 0
    assert defaults.two_largest_percent == 0


@pytest.mark.parametrize("name", FLOORS)
@pytest.mark.parametrize("below", [1, 2, 1000])
def test_a_value_below_its_floor_does_not_load(name: str, below: int):
    with pytest.raises(ValidationError):
        Rules(**{name: FLOORS[name].value - below})


@pytest.mark.parametrize(
    "changes",
    [
        {"worker_share_percent": 51},
        {"worker_share_percent": 0},
        {"rounding_base": 6},
        {"rounding_base": 15},
        {"rounding_base": 1},
        {"minimum_persons": 10.0},
        {"minimum_persons": "10"},
        {"minimum_persons": True},
        {"zeros_may_be_shown": 1},
        {"low_high_below": -1},
        {"low_high_below": 1},
        {"low_high_below": LOW_HIGH_FLOOR.value - 1},
        {"low_high_below": 1001},
        {"low_high_below": 19, "minimum_persons": 20},
        {"two_largest_percent": -1},
        {"two_largest_percent": 1},
        {"two_largest_percent": 49},
        {"two_largest_percent": 100},
        {"another_rule": 1},
    ],
)
def test_rules_that_would_loosen_or_mean_nothing_do_not_load(changes: dict):
    with pytest.raises(ValidationError):
        Rules(**changes)


def test_a_floor_cannot_be_changed_while_running():
    with pytest.raises(TypeError):
        FLOORS["minimum_persons"] = FLOORS["rounding_base"]  # type: ignore[index]


def test_every_floor_names_its_unit_and_source():
    assert all(floor.unit and floor.source for floor in FLOORS.values())


@given(rules(), rules())
def test_tightening_does_not_depend_on_who_tightens_whom(one: Rules, two: Rules):
    assert one.tighten(two) == two.tighten(one)


@given(rules(), rules(), rules())
def test_tightening_does_not_depend_on_the_order(one: Rules, two: Rules, three: Rules):
    assert one.tighten(two).tighten(three) == one.tighten(two.tighten(three))


@given(rules())
def test_tightening_by_the_same_or_by_the_floors_changes_nothing(one: Rules):
    assert one.tighten(one) == one
    assert one.tighten(Rules(zeros_may_be_shown=True, low_high_below=10)) == one


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        (Rules(low_high_below=10), Rules(), 0),
        (Rules(low_high_below=10), Rules(low_high_below=15), 15),
        (Rules(low_high_below=12), Rules(minimum_persons=20, low_high_below=20), 20),
    ],
)
def test_of_two_numbers_of_markers_the_larger_is_stricter_and_none_is_strictest(
    one: Rules, two: Rules, expected: int, refused: Callable[..., Refused]
):
    both = one.tighten(two)

    assert both.low_high_below == expected
    both.require_at_least(one)
    refused(Reason.FLOOR, one.require_at_least, both)


@pytest.mark.parametrize(("one", "two", "stricter"), [(90, 0, 90), (90, 80, 80), (99, 50, 50)])
def test_of_two_shares_of_the_two_largest_the_smaller_is_stricter_and_none_is_loosest(
    one: int, two: int, stricter: int, refused: Callable[..., Refused]
):
    loose, other = Rules(two_largest_percent=one), Rules(two_largest_percent=two)
    (looser,) = {one, two} - {stricter}

    assert loose.tighten(other).two_largest_percent == stricter
    assert loose.loosen(other).two_largest_percent == looser
    Rules(two_largest_percent=stricter).require_at_least(Rules(two_largest_percent=looser))
    refused(
        Reason.FLOOR,
        Rules(two_largest_percent=looser).require_at_least,
        Rules(two_largest_percent=stricter),
    )


@given(rules(), rules())
def test_what_was_tightened_is_at_least_as_strict_as_both(one: Rules, two: Rules):
    both = one.tighten(two)

    both.require_at_least(one)
    both.require_at_least(two)


STRICTER = {
    "minimum_persons": 11,
    "rounding_base": 10,
    "staff_minimum_workers": 11,
    "staff_minimum_teams": 4,
    "contributing_workers": 4,
    "worker_share_percent": 49,
    "dominance_percent": 11,
    "two_largest_percent": 99,
}


@pytest.mark.parametrize("name", STRICTER)
def test_a_single_looser_rule_is_refused(name: str, refused: Callable[..., Refused]):
    stricter = Rules(**{name: STRICTER[name]})

    stricter.require_at_least(Rules())
    refused(Reason.FLOOR, Rules().require_at_least, stricter)


def test_showing_zeros_where_the_other_does_not_is_looser(refused: Callable[..., Refused]):
    shows = Rules(zeros_may_be_shown=True)

    Rules().require_at_least(shows)
    refused(Reason.FLOOR, shows.require_at_least, Rules())


@given(rules(), rules())
def test_what_is_loosened_is_kept_by_both(one: Rules, two: Rules):
    loosest = one.loosen(two)

    assert loosest == two.loosen(one)
    # A marker of either says no more than the larger number.
    assert loosest.low_high_below == max(one.low_high_below, two.low_high_below)
    loosest = loosest.model_copy(update={"low_high_below": 10})
    one.require_at_least(loosest)
    two.require_at_least(loosest)
    assert one.rounding_base % loosest.rounding_base == 0
