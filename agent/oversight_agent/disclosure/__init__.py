"""Disclosure control: the one place where exact counts become figures that may leave.

`protect` takes all tables of a wave at once and goes through these stages, each a module:

    1  primary     what breaks a rule by itself is hidden, and what must stay hidden of it is noted
    2  view        every other figure is rounded on its own, and what outcomes are together likewise
    3  audit       an attacker who sees exactly that tries to find what is hidden
    4  secondary   where the attacker succeeds, more is hidden
    5  audit       the final pattern is attacked anew, whatever stage 4 believed
    6  merging     what outcomes are together is left out where too few of them are hidden
    7  marks       of some hidden figures it is said that they are small, likewise
    8  report      what each rule did, for the authority alone

Rules kept here:

1. Nothing is released before the whole wave went through; a mistake in one table stops all.
2. Tables that are tied together are attacked together, with all that was released of them before.
   Where stage 5 finds no safe pattern for the new ones, all of these are withheld; so is a table of
   which nothing is left.
3. The same numbers give the same bytes: no clock, no randomness, no order of a set or dictionary.
   The order of the tables in the wave decides the order of the answers and nothing else; so does
   the order in which outcomes and categories are declared.
4. Importing this package and `restore` need neither the solver nor numpy nor pandas.

`stages` calls them in order. Beside them: `figures` numbers a table's figures, `partitions` says
how its rows make up one another, `rules` are the primary rules, `needs` what must stay hidden,
`links` and `past` what ties tables together, `ties` what that entails, `joint` numbers the figures
of tables that are tied, `knowledge` the attacker's program, `solver` solves it, `points` what was
found of it, `tightening` what is plain without a solution, `preference` says which of several
figures is hidden besides, `publish` writes the answer, `intervals` says what it leaves open.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from oversight_agent.disclosure import publish
from oversight_agent.disclosure.checks import check_wave
from oversight_agent.disclosure.figures import Grid
from oversight_agent.disclosure.links import components, ties_of
from oversight_agent.disclosure.past import Past, Tie, renumbered
from oversight_agent.disclosure.preference import PUBLIC, Lot
from oversight_agent.disclosure.report import HiddenFigure, RuleReport, TableReport, report
from oversight_agent.tables import DISCLOSURE, SafeTable, UnsafeTable
from oversight_protocol.policy import Rules
from oversight_protocol.release import TableAnswer
from oversight_protocol.study import Link, PublicFigure

if TYPE_CHECKING:
    from oversight_agent.disclosure.stages import Component

__all__ = [
    "PUBLIC",
    "HiddenFigure",
    "Past",
    "Protected",
    "RuleReport",
    "TableReport",
    "Tie",
    "protect",
    "restore",
]


Named = tuple[int, str, str, str]
"""A figure by its table's number in the wave, its dimension, category and outcome."""


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
    wave: Sequence[UnsafeTable], rules: Rules, spec_version: str, links: Sequence[Link] = (), *,
    ties: Sequence[Tie] = (), public: Sequence[PublicFigure | Named] = (),
    past: Sequence[Past] = (), key: bytes = PUBLIC, unmerged: Collection[int] = (),
) -> Protected:  # fmt: skip
    """Protect all tables of a wave together.

    Args:
        wave: the tables, each in one period.
        rules: the rules to keep.
        spec_version: the version of the specification that the questions are asked of.
        links: what the study says of its tables together.
        ties: what else ties tables together, by their numbers in the wave, then in `past`.
        public: figures that everybody knows exactly: of a table in all its periods; or of one, by
            its number.
        past: tables that were released before, as they were; nothing of them changes.
        key: of the authority's secret, by which figures are chosen that are hidden besides.
        unmerged: numbers of tables of the wave of which no merged figure may be shown.

    Raises:
        ValueError: a table's numbers cannot be true; nothing is released.
    """
    check_wave(wave)
    every = [*wave, *(each.unsafe for each in past)]
    tied = (*ties_of(wave, links), *ties)
    done: dict[int, _Done] = {}
    for numbers in components(every, tied):
        if min(numbers) < len(wave):
            job = _Job(
                numbers, every, tuple(past), tied, public, rules, spec_version, key,
                frozenset(unmerged),
            )  # fmt: skip
            done.update(_protect(job))
    each = [done[number] for number in range(len(wave))]
    return Protected(tuple(one.table for one in each), tuple(one.report for one in each))


def restore(question: str, answer: TableAnswer, rules: Rules) -> SafeTable:
    """An answer that `protect` made earlier, read back from the worker's output or the ledger.

    Raises:
        Refused: `floor`, a figure is finer or smaller than the rules allow.
    """
    publish.check_figures(answer, rules)
    return SafeTable(question, answer, rules, DISCLOSURE)


class _Done(NamedTuple):
    """What became of a table."""

    table: SafeTable
    report: TableReport


class _Job(NamedTuple):
    """A component to be protected.

    Attributes:
        numbers: of its tables among all: the new ones first.
        tables: all of them, the new ones first.
        past: those that were released before.
        ties: between any of them.
    """

    numbers: tuple[int, ...]
    tables: Sequence[UnsafeTable]
    past: tuple[Past, ...]
    ties: tuple[Tie, ...]
    public: Sequence[PublicFigure | Named]
    rules: Rules
    spec_version: str
    key: bytes
    unmerged: frozenset[int]

    @property
    def new(self) -> tuple[int, ...]:
        """The numbers of the new tables."""
        return tuple(n for n in self.numbers if n < len(self.tables) - len(self.past))

    def component(self) -> Component:
        """What the stages work on."""
        from oversight_agent.disclosure import merging  # noqa: PLC0415
        from oversight_agent.disclosure.stages import Component  # noqa: PLC0415

        first = len(self.tables) - len(self.past)
        numbers = (*self.new, *(n for n in self.numbers if n >= first))
        at = {number: place for place, number in enumerate(numbers)}
        public = frozenset(
            (at[number], name) for one in self.public for number, name in self._of(one)
            if number in at
        )  # fmt: skip
        past = tuple(self.past[number - first] for number in numbers if number >= first)
        grids = (Grid.of(self.tables[number]) for number in numbers)
        return Component(
            merging.numbered(grids, merging.released(each.answer for each in past)),
            past,
            tuple(renumbered(self.ties, at)),
            public,
            self.rules,
            Lot(self.key, {at[number]: self.tables[number].period.id for number in self.new}),
            frozenset(at[number] for number in self.new if number in self.unmerged),
        )

    def _of(self, public: PublicFigure | Named) -> Iterator[tuple[int, tuple[str, str, str]]]:
        """The figures that a public one is, each with its table's number."""
        if isinstance(public, PublicFigure):
            for number in self.new:
                if public.table == self.tables[number].table.name:
                    yield number, (public.dimension, public.category, public.outcome)
        else:
            number, dimension, category, outcome = public
            yield number, (dimension, category, outcome)


def _protect(job: _Job) -> dict[int, _Done]:
    """The new tables of a component."""
    # Who only reads answers back never pays for the solver.
    from oversight_agent.disclosure.stages import hide  # noqa: PLC0415

    # 1. to 7. From exact numbers to a safe pattern.
    hidden = hide(job.component())
    done = {}
    for at, number in enumerate(job.new):
        unsafe, grid = job.tables[number], hidden.grids[at]
        view = hidden.view.views[at]
        # 8. Report.
        told = report(grid, unsafe.period.id, job.rules, hidden.found[at], view)
        question = unsafe.table.question(unsafe.period, job.spec_version)
        safe = restore(question, publish.answer(unsafe, grid, view), job.rules)
        done[number] = _Done(safe, told)
    return done
