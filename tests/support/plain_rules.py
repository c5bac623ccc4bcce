"""The primary rules, restated as plainly as possible, to compare the defence with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from oversight_agent.tables import UnsafeCell, UnsafeTable
from oversight_protocol.policy import Rules
from oversight_protocol.study import BaseTable


def small(cell: UnsafeCell, table: BaseTable, rules: Rules) -> bool:
    """Whether too few persons, or staff of a table about staff, stand behind a figure."""
    if cell.count == 0:
        return not rules.zeros_may_be_shown
    numbers = {"children": cell.children, "workers": cell.workers}
    somebody = False
    for subject in table.subjects:
        number = numbers[subject.kind]
        if subject.optional and number == 0:
            continue
        somebody = True
        if number < rules.minimum_persons:
            return True
    return not somebody or (table.about_staff and cell.workers < rules.staff_minimum_workers)


def precise(cell: UnsafeCell, table: BaseTable, rules: Rules) -> bool:
    """Whether a figure would tell of too few teams or workers, or of one worker."""
    if cell.count == 0:
        return False
    if table.about_staff and cell.teams < rules.staff_minimum_teams:
        return True
    if not any(subject.kind == "workers" for subject in table.subjects):
        return False
    share = cell.top_worker / cell.count
    return cell.workers < rules.contributing_workers or share > rules.worker_share_percent / 100


def dominated(contributions: Sequence[int], rules: Rules) -> bool:
    """Whether the sum of these would tell of the largest, or that all of them are nothing."""
    if sum(contributions) == 0:
        return not rules.zeros_may_be_shown
    first, *others = sorted(contributions, reverse=True)
    share_of_two = Fraction(first + sum(others[:1]), sum(contributions))
    if rules.two_largest_percent and share_of_two > Fraction(rules.two_largest_percent, 100):
        return True
    what_the_second_does_not_know = sum(others[1:])
    return Fraction(what_the_second_does_not_know, first) < Fraction(rules.dominance_percent, 100)


def forbidden(unsafe: UnsafeTable, rules: Rules) -> set[tuple[str, str, str]]:
    """The figures that must not be published by themselves."""
    return {
        (row.dimension, row.category, code)
        for row in unsafe.rows
        for code, parts in _parts(row)
        for part in parts
        if small(part, unsafe.table, rules) or precise(part, unsafe.table, rules)
    }


def _parts(row) -> Iterator[tuple[str, tuple[UnsafeCell, ...]]]:
    yield "all", (row.total,)
    for code, cell in row.cells.items():
        yield code, (cell, row.complements[code], row.total)
