"""What a set of tables tells as it was answered: for people who want to know how it stands.

Nothing is decided here. The intervals are those that the attacker of the audit finds who sees all
that was answered of the tables and of those to which they are tied.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from oversight_agent.disclosure import Named, merging, primary
from oversight_agent.disclosure.figures import Grid
from oversight_agent.disclosure.intervals import Interval, intervals
from oversight_agent.disclosure.joint import JointView
from oversight_agent.disclosure.links import components
from oversight_agent.disclosure.past import Past, Tie, renumbered
from oversight_agent.disclosure.report import TableReport, report
from oversight_agent.disclosure.stages import Component
from oversight_agent.disclosure.view import View


class Told(NamedTuple):
    """How tables stand.

    Attributes:
        reports: on each.
        intervals: between what and what each figure may be; None where nothing bounds it.
    """

    reports: tuple[TableReport, ...]
    intervals: dict[Named, Interval]


def told(answered: Sequence[Past], ties: Sequence[Tie], public: Collection[Named]) -> Told:
    """How tables stand as they were answered.

    Args:
        answered: the tables.
        ties: between them, by number.
        public: figures that everybody knows exactly.
    """
    grids = merging.numbered(
        (Grid.of(each.unsafe) for each in answered),
        merging.released(each.answer for each in answered),
    )
    views = [
        View.of_answer(grid, each.answer, each.rules)
        for grid, each in zip(grids, answered, strict=True)
    ]
    reports = tuple(
        report(grid, each.unsafe.period.id, each.rules, primary.suppress(grid, each.rules), view)
        for grid, each, view in zip(grids, answered, views, strict=True)
    )
    found = dict[Named, Interval]()
    for numbers in components([each.unsafe for each in answered], ties):
        component = _component(numbers, grids, answered, ties, public)
        seen = JointView(component.joint_of_anybody(), tuple(views[number] for number in numbers))
        for place, interval in intervals(seen, len(numbers)):
            number = numbers[place.table]
            found[(number, *grids[number].name(place.figure))] = interval
    return Told(reports, found)


def _component(
    numbers: Sequence[int], grids: Sequence[Grid], answered: Sequence[Past], ties: Sequence[Tie],
    public: Collection[Named],
) -> Component:  # fmt: skip
    at = {number: place for place, number in enumerate(numbers)}
    return Component(
        tuple(grids[number] for number in numbers),
        tuple(answered[number] for number in numbers),
        tuple(renumbered(ties, at)),
        frozenset((at[n], (dimension, category, outcome))
                  for n, dimension, category, outcome in public if n in at),
        answered[numbers[0]].rules,
    )  # fmt: skip
