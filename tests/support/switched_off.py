"""The stages of the defence, switched off one by one, so that an attack can show that it bites.

Each function replaces a stage by one that does nothing; pytest's `monkeypatch` puts it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pytest

from oversight_agent.disclosure import (
    audit,
    merging,
    needs,
    preference,
    publish,
    secondary,
    stages,
    ties,
)
from oversight_agent.disclosure.figures import Figure, Grid
from oversight_agent.disclosure.joint import JointView
from oversight_agent.disclosure.view import View
from oversight_agent.tables import UnsafeTable
from oversight_protocol.errors import Family
from oversight_protocol.policy import Rules
from oversight_protocol.release import TableAnswer


def secondary_suppression(monkeypatch: pytest.MonkeyPatch) -> None:
    """What breaks no rule by itself is published, whatever it gives away."""
    monkeypatch.setattr(secondary, "extend", lambda view, *_: view)
    monkeypatch.setattr(audit, "is_safe", lambda *_: True)


def ties_of_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each table is protected as if it were alone, though tables are tied."""
    monkeypatch.setattr(ties, "relations", lambda *_, **__: ())
    monkeypatch.setattr(ties, "differences", lambda *_: ())


def differences(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is in one table and not in another is no quantity."""
    monkeypatch.setattr(ties, "differences", lambda *_: ())


def own_records(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows their own record, nor which cells are empty by definition."""
    monkeypatch.setattr(needs, "_known", lambda *_: frozenset())


def choice_without_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of figures that would serve as well, the smallest is hidden, as others do it."""

    def by_size(_: preference.Lot, grids: Sequence[Grid]) -> preference.Preference:
        return lambda place: grids[place.table].truth(place.figure) / 10_000

    monkeypatch.setattr(preference.Lot, "among", by_size)


def what_may_be_small_beside_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a table with magnitudes, what is hidden besides is not protected as if a rule hid it."""
    possible = needs.of_possible

    def of_outcomes(grid: Grid, rules: Rules) -> Iterator[tuple[Figure, tuple[needs.Need, ...]]]:
        return iter(()) if grid.shape.scales else possible(grid, rules)

    monkeypatch.setattr(needs, "of_possible", of_outcomes)


def merged_figures_from_the_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table's merged figures are added once it is known what is hidden, where they have a place.

    It must be the only table that is protected at a time.
    """
    shown_with, protected = merging.shown_with, stages._protected
    possible: list[tuple[Grid, list[Figure]]] = []

    def noted(view: View, grid: Grid, figures: Iterable[Figure]) -> View:
        possible[:] = [(grid, [*figures])]
        return view

    def added(draft: JointView, *more: Any) -> tuple[JointView, Any]:
        final, every = protected(draft, *more)
        [(grid, figures)], [seen] = possible, final.views
        view = JointView(final.joint, (shown_with(seen, grid, figures),))
        return view.without(merging.out_of_place(view)), every

    monkeypatch.setattr(merging, "shown_with", noted)
    monkeypatch.setattr(stages, "_protected", added)


def what_is_barely_enough_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small outcomes are shown together as soon as together they keep the rules."""
    monkeypatch.setattr(merging, "BARELY", 0)


def one_refusal_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table without anybody is refused for want of data, not like others that are withheld."""
    answer = publish.answer

    def outspoken(unsafe: UnsafeTable, *more: Any) -> TableAnswer:
        found = answer(unsafe, *more)
        empty = found.status == "refused" and not unsafe.rows[0].total.count
        return found.model_copy(update={"family": Family.DATA}) if empty else found

    monkeypatch.setattr(publish, "answer", outspoken)
