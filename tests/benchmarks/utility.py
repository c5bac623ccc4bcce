"""Utility of disclosure control: what is left of the demo's figures, beside three other ways.

    python tests/benchmarks/utility.py [--las N] [--markers T]

makes the demo's authorities in a temporary folder, counts and protects them, pools what each way
gives out, and prints tables and goals. `utility_world` makes the data, `utility_others` are the
other ways, `utility_figures` sets every figure beside the truth.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from utility_figures import OTHERS, Asked, Figure, Result, asked, of_other
from utility_heuristics import Compared
from utility_ours import MARKS, by_rule, nothing_hidden, of_ours
from utility_tables import tables
from utility_world import Say, Variant, World, make, study

from oversight_coordinator.authorities import authority
from oversight_protocol.policy import LEAST_MARKED_ROW

LAS, MARKED_BELOW = 19, 10
LARGE_DENOMINATOR, MOST_OFF, MOST_WIDE = 5000, 0.5, 2.0
OURS = "ours"


@dataclass(frozen=True)
class Goal:
    """A goal of one variant: what came out, and why not if it was not met."""

    name: str
    wanted: str
    found: float
    met: bool
    concerned: tuple[str, ...] = ()


@dataclass(frozen=True)
class Measured:
    """Everything that was measured."""

    world: World
    results: tuple[Result, ...]
    goals: tuple[Goal, ...]


def variants(marked_below: int) -> tuple[Variant, ...]:
    """The study's rules; and the same with the markers `[low]` and `[high]`, or without them."""
    rules = study().rules
    other = 0 if rules.low_high_below else marked_below
    name = f"{OURS}, with [low] and [high]" if other else f"{OURS}, without [low] and [high]"
    changed = Variant(name, rules.model_copy(update={"low_high_below": other}))
    return (Variant(OURS, rules), changed)


def measure(folder: Path, las: int, marked_below: int, say: Say) -> Measured:
    """Make, protect, pool and compare."""
    world = make(folder, las, variants(marked_below), say)
    questions = tuple(asked(world))
    ours = tuple(of_ours(world, variant, questions) for variant in world.variants)
    others = tuple(of_other(world, name, questions) for name in OTHERS)
    rounding = nothing_hidden(world, questions)
    goals = (
        *(goal for result in ours for goal in _goals(world, result, rounding)),
        _no_more_than_heuristics(world),
    )
    return Measured(world, (*ours, rounding, *others), goals)


# ---------------------------------------------------------------------- goals


def _goals(world: World, result: Result, rounding: Result) -> Iterator[Goal]:
    yield _near(result)
    yield _holding(result)
    marked = [one for one in _whole_proportions(result) if _may_be_marked(world, one.asked)]
    name = f"{len(marked)} pools of authorities that all have rows of {LEAST_MARKED_ROW} or more"
    yield _narrow(world, result, rounding, name, marked)
    yield _narrow(world, result, rounding, "all pools of whole authorities", None)


def _may_be_marked(world: World, each: Asked) -> bool:
    """Whether every authority has a row in which `[low]` and `[high]` may stand."""
    table = each.measure.table, each.period
    return each.measure.place is None and all(
        world.answered[la].exact[table][each.row]["all"].value >= LEAST_MARKED_ROW
        for la in each.las
    )


def _near(result: Result) -> Goal:
    large = [
        one for one in result.figures
        if one.asked.scale == "points" and one.complete and one.denominator >= LARGE_DENOMINATOR
    ]  # fmt: skip
    worst = max((one.error or 0.0 for one in large), default=0.0)
    off = [one for one in large if (one.error or 0.0) > MOST_OFF]
    name = (
        f"{result.name}: largest error of {len(large)} proportions of 5,000 or more, no LA hidden"
    )
    return Goal(name, f"at most {MOST_OFF} points", round(worst, 2), not off, tuple(_named(off)))


def _holding(result: Result) -> Goal:
    stated = [one for one in result.figures if one.interval is not None]
    outside = [one for one in stated if not one.holds]
    name = f"{result.name}: truth outside an interval, of {len(stated)}"
    return Goal(name, "none", len(outside), not outside, tuple(_named(outside)))


def _narrow(
    world: World, result: Result, rounding: Result, of: str, some: Sequence[Figure] | None
) -> Goal:
    figures = _whole_proportions(result) if some is None else some
    wide = [one for one in figures if (one.width or 0.0) > MOST_WIDE]
    worst = max((one.width or 0.0 for one in figures), default=0.0)
    name = f"{result.name}: widest interval of {of}"
    return Goal(
        name, f"at most {MOST_WIDE} points", round(worst, 1), not wide,
        tuple(_why_wide(world, result, wide, rounding)),
    )  # fmt: skip


def _no_more_than_heuristics(world: World) -> Goal:
    compared = [(la, one) for la, each in world.answered.items() for one in each.compared]
    fewer = [
        f"{authority(la).name} {one.table} {one.period}: ours {one.ours}, {name} {number}"
        for la, one in compared
        for name, number in one.heuristics.items()
        if number is not None and number < one.ours
    ]
    better = sum(
        any(number is None or number > one.ours for number in one.heuristics.values())
        for _, one in compared
    )
    name = (
        f"secondary suppressions on {len(compared)} single tables: ours"
        f" {sum(one.ours for _, one in compared)}, {_totals([one for _, one in compared])};"
        f" ours fewer in {better} tables; ours fails this audit in"
        f" {sum(not one.passes for _, one in compared)}; tables where a heuristic needs fewer"
    )
    return Goal(name, "none", len(fewer), not fewer, tuple(fewer))


def _totals(compared: Sequence[Compared]) -> str:
    names = dict.fromkeys(name for one in compared for name in one.heuristics)
    return ", ".join(
        f"{name} {sum(one.heuristics[name] or 0 for one in compared)}"
        f" ({sum(one.heuristics[name] is None for one in compared)} given up)"
        for name in names
    )


def _whole_proportions(result: Result) -> list[Figure]:
    return [one for one in result.figures if one.asked.is_whole and one.asked.scale == "points"]


def _named(figures: Iterable[Figure]) -> Iterator[str]:
    for one in figures:
        row = " ".join(one.asked.row).strip()
        yield f"{one.asked.measure.id} {one.asked.period} {row}".strip()


def _why_wide(
    world: World, result: Result, wide: Sequence[Figure], rounding: Result
) -> Iterator[str]:
    """Measures that are too wide, those of one table together: where, and which rule hid what."""
    for table in dict.fromkeys(one.asked.measure.table for one in wide):
        of = [one for one in wide if one.asked.measure.table == table]
        yield f"{table}:"
        for name in dict.fromkeys(one.asked.measure.id for one in of):
            yield f"    {name}: {_widths(of, rounding, name)}"
        places = {one.asked.measure.place: one.asked for one in of}
        for place, each in places.items():
            rules = ", ".join(f"{rule} {n}" for rule, n in _rules(world, result.name, each))
            yield f"    hidden in {place.code if place else 'whole rows'}: {rules or 'nothing'}"
        las = dict.fromkeys(
            la
            for one in of
            for la in result.unbounded.get((one.asked.measure.id, one.asked.period), ())
        )
        if las:
            yield f"    anything is possible at: {', '.join(authority(la).name for la in las)}"


def _widths(wide: Sequence[Figure], rounding: Result, measure: str) -> str:
    alone = {one.asked: one.width or 0.0 for one in rounding.figures}
    return ", ".join(
        f"{one.asked.period} {one.width:.1f} points (by rounding alone {alone[one.asked]:.1f})"
        for one in wide
        if one.asked.measure.id == measure
    )


def _rules(world: World, variant: str, each: Asked) -> list[tuple[str, int]]:
    counted: Counter[str] = Counter()
    place = each.measure.place
    for one in world.answered.values():
        for rule, hidden in by_rule(one, variant, whole=place is None, table=each.measure.table):
            name = "(of these marked)" if rule == MARKS else rule
            counted[name] += sum(
                place is None or at[:2] == (place.dimension, place.code) for _, _, at in hidden
            )
    return [(rule, number) for rule, number in counted.most_common() if number]


def lines(measured: Measured) -> Iterator[str]:
    """Tables, then goals with what keeps them from being met."""
    yield from tables(measured.world, measured.results)
    yield ""
    for goal in measured.goals:
        state = "met" if goal.met else "NOT MET"
        yield f"{goal.name}: {goal.found} (goal: {goal.wanted}; {state})"
        yield from (f"    {one}" for one in goal.concerned)


def tell(text: str) -> None:
    """Show progress."""
    print(text, file=sys.stderr)


def main() -> int:
    parser = argparse.ArgumentParser(description="Utility of disclosure control.")
    parser.add_argument("--las", type=int, default=LAS, help="how many authorities (1 to 19)")
    parser.add_argument(
        "--markers", type=int, default=MARKED_BELOW,
        help="t of [low] and [high] where the study has none",
    )  # fmt: skip
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measured = measure(Path(folder), arguments.las, arguments.markers, tell)
    print("\n".join(lines(measured)))
    return 0 if all(goal.met for goal in measured.goals) else 1


if __name__ == "__main__":
    raise SystemExit(main())
