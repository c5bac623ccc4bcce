"""Disclosure control: the one place where exact counts become figures that may leave.

`protect` takes all tables of a wave at once and goes through these stages, each a module:

    1  primary     what breaks a rule by itself is hidden, and what must stay hidden of it is noted
    2  view        every other figure is rounded on its own
    3  audit       an attacker who sees exactly that tries to find what is hidden
    4  secondary   where the attacker succeeds, more is hidden
    5  audit       the final pattern is attacked anew, whatever stage 4 believed
    6  report      what each rule did, for the authority alone

Rules kept here:

1. Nothing is released before the whole wave went through; a mistake in one table stops all.
2. Tables that the study's links tie together are attacked together. Where stage 5 finds no safe
   pattern for them, all are withheld; so is a table of which nothing is left.
3. The same numbers give the same bytes: no clock, no randomness, no order of a set or dictionary.
   The order of the tables in the wave decides the order of the answers and nothing else; so does
   the order in which outcomes and categories are declared.
4. Importing this package and `restore` need neither the solver nor numpy nor pandas.

`stages` calls them in order. Beside them: `figures` numbers a table's figures, `rules` are the
primary rules, `needs` what must stay hidden, `links` what ties tables together, `joint` numbers the
figures of tables that are tied, `knowledge` the attacker's program, `points` what was found of it,
`solver` solves it, `publish` writes the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from oversight_agent.disclosure import publish
from oversight_agent.disclosure.checks import check_wave
from oversight_agent.disclosure.figures import Grid
from oversight_agent.disclosure.links import components, relations
from oversight_agent.disclosure.report import HiddenFigure, RuleReport, TableReport, report
from oversight_agent.tables import DISCLOSURE, SafeTable, UnsafeTable
from oversight_protocol.policy import Rules
from oversight_protocol.release import TableAnswer
from oversight_protocol.study import Link

__all__ = [
    "HiddenFigure",
    "Protected",
    "RuleReport",
    "TableReport",
    "protect",
    "restore",
]


@dataclass(frozen=True)
class Protected:
    """A wave's tables as they may be published.

    Attributes:
        tables: in the order in which they came.
        report: on each of them in the same order; for the authority alone.
    """

    tables: tuple[SafeTable, ...]
    report: tuple[TableReport, ...] = field(repr=False)


def protect(
    wave: Sequence[UnsafeTable], rules: Rules, spec_version: str, links: Sequence[Link] = ()
) -> Protected:
    """Protect all tables of a wave together.

    Args:
        wave: the tables, each in one period.
        rules: the rules to keep.
        spec_version: the version of the specification that the questions are asked of.
        links: what the study says of its tables together.

    Raises:
        ValueError: a table's numbers cannot be true; nothing is released.
    """
    check_wave(wave)
    done: dict[int, tuple[SafeTable, TableReport]] = {}
    for numbers in components(wave, links):
        together = _protect([wave[number] for number in numbers], links, rules, spec_version)
        done.update(zip(numbers, together, strict=True))
    every = [done[number] for number in range(len(wave))]
    return Protected(tuple(table for table, _ in every), tuple(told for _, told in every))


def restore(question: str, answer: TableAnswer, rules: Rules) -> SafeTable:
    """An answer that `protect` made earlier, read back from the worker's output or the ledger.

    Raises:
        Refused: `floor`, a figure is finer or smaller than the rules allow.
    """
    publish.check_figures(answer, rules)
    return SafeTable(question, answer, rules, DISCLOSURE)


def _protect(
    tables: Sequence[UnsafeTable], links: Sequence[Link], rules: Rules, spec_version: str
) -> list[tuple[SafeTable, TableReport]]:
    """The tables of a component."""
    # Who only reads answers back never pays for the solver.
    from oversight_agent.disclosure.stages import hide  # noqa: PLC0415

    grids = [Grid.of(unsafe) for unsafe in tables]
    # 1. to 5. From exact numbers to a safe pattern.
    found, views = hide(grids, relations(grids, links), rules)
    done = []
    for unsafe, grid, each, view in zip(tables, grids, found, views, strict=True):
        # 6. Report.
        told = report(grid, unsafe.period.id, rules, each, view.shown)
        question = unsafe.table.question(unsafe.period, spec_version)
        done.append((restore(question, publish.answer(unsafe, grid, view), rules), told))
    return done
