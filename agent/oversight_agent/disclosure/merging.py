"""Stage 6: outcomes that are hidden one by one, and may be shown together.

A study declares which outcomes may be put together where too few people stand behind them. What is
hidden is chosen first: no more is lost for the sake of merged figures, and tables without merges
are as they ever were.

Rules kept here:

1. A merged figure keeps the rules itself, and so does the rest of its row. One that does not is not
   shown, and leaves no need: it is no more than a sum of hidden cells.
2. It stands only where two of its outcomes or more are hidden, and not exactly one other cell in a
   row whose total is shown: else anybody could subtract what is hidden. So what is published of a
   row decides where one may stand; the rest is for an attack to say.
3. The attacker knows it as the sum of its cells, rounded on its own. All are shown if no need is
   then exposed, or else one after the other, the finest first, as long as none is.
4. No need may be exposed either to one who is told of each hidden count whether it is small. Often
   whoever re-runs the algorithm can tell: where one small count may be hidden by itself, two hidden
   ones are both small, and what they are together would then say much of each.
5. Of a table that comes again, or in another period, what both tables' merged figures differ by is
   a difference like any other. So a figure that one of them shows is numbered in all.
6. A partner of a hidden figure is cheaper where the two may be put together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf

from oversight_agent.disclosure import audit
from oversight_agent.disclosure.figures import TOTAL_OF_ROW, Figure, Grid, Name
from oversight_agent.disclosure.joint import Joint, JointView, Place
from oversight_agent.disclosure.marks import Mark
from oversight_agent.disclosure.needs import Need
from oversight_agent.disclosure.preference import Preference
from oversight_agent.disclosure.rules import broken
from oversight_agent.disclosure.view import View
from oversight_protocol.policy import Rules
from oversight_protocol.release import CONFIDENTIAL, TableAnswer

Names = Mapping[str, Collection[Name]]
"""Merged figures by their names, by the name of their table."""


def released(answers: Iterable[TableAnswer]) -> Names:
    """The merged figures that answers hold."""
    found: dict[str, set[Name]] = {}
    for answer in answers:
        found.setdefault(answer.table, set()).update(
            (row.dimension, row.category, cell.outcome)
            for row in answer.rows
            for cell in row.merged
        )
    return found


def numbered(grids: Iterable[Grid], names: Names) -> tuple[Grid, ...]:
    """Grids with some merged figures numbered, besides those that are."""
    return tuple(
        grid.with_merged({*names.get(grid.table.name, ()), *map(grid.name, grid.shape.merged)})
        for grid in grids
    )


def candidates(grid: Grid, view: View, rules: Rules) -> Iterator[Figure]:
    """The merged figures of a table that may stand in what is shown, by rules 1 and 2.

    Those of the first step come first, which are the finest.
    """
    for merge in map(grid.merges.index, grid.table.merges):
        for row in range(grid.shape.rows):
            figure = Figure(row, grid.shape.outcomes + merge)
            if _has_a_place(grid, view, figure) and _keeps_rules(grid, figure, rules):
                yield figure


def _has_a_place(grid: Grid, view: View, figure: Figure) -> bool:
    parts = grid.shape.parts(figure)
    hidden = [cell for cell in grid.shape.cells_of(figure.row) if cell not in view.shown]
    inside = sum(cell in parts for cell in hidden)
    total = Figure(figure.row, TOTAL_OF_ROW) in view.shown
    return inside > 1 and not (total and len(hidden) == inside + 1)


def _keeps_rules(grid: Grid, figure: Figure, rules: Rules) -> bool:
    if grid.name(figure)[2] not in grid.rows[figure.row].merged:
        return False
    behind = (grid.behind(figure), grid.behind_rest(figure))
    return not any(broken(each, grid.table, rules) for each in behind)


def alike(grids: Sequence[Grid], found: Iterable[Place]) -> Names:
    """The names of merged figures, but of those that a table of the same name makes otherwise."""
    names: dict[str, set[Name]] = {}
    for table, figure in found:
        grid = grids[table]
        name = grid.name(figure)
        made = {one.table.merges.get(name[2]) for one in grids if one.table.name == grid.table.name}
        if len(made) == 1:
            names.setdefault(grid.table.name, set()).add(name)
    return names


def renumbered(needs: Iterable[Need], before: Joint, after: Joint) -> list[Need]:
    """The needs by the numbers that figures have once more of them are numbered."""
    at = {before.number(place): after.number(place) for place in before.places()}
    at |= {
        before.difference(number): after.difference(after.differences.index(each))
        for number, each in enumerate(before.differences)
    }
    return [
        replace(
            need,
            parts=tuple(at[part] for part in need.parts),
            known=frozenset(at[number] for number in need.known),
        )
        for need in needs
    ]


@dataclass(frozen=True)
class Attacked:
    """What is attacked when merged figures are shown.

    Attributes:
        grids: of the tables; in them, the merged figures are numbered.
        truths: the exact number of every figure.
        needs: what must stay hidden.
        of_rules: those among them that a broken rule left, which rule 4 is about.
        small: in each new table, up to where a count is small.
    """

    grids: Sequence[Grid] = field(repr=False)
    truths: Sequence[int] = field(repr=False)
    needs: tuple[Need, ...]
    of_rules: Sequence[Need]
    small: Sequence[int]

    def shown(self, bare: JointView, found: Sequence[Place]) -> JointView:
        """The view with all merged figures that were found, or with as many as rules 3 and 4 let.

        Args:
            bare: what is shown without any; it meets the needs.
            found: the merged figures, in the order in which they are tried.
        """
        # Of what is exposed to one who is told, without them, nothing more is said in its row.
        lost = {each.need for each in audit.attack(self._told(bare), self.truths, self.of_rules)}
        of_rules = [need for need in self.of_rules if need not in lost]
        rows = set(_rows(bare.joint, lost))
        left = [place for place in found if (place.table, place.figure.row) not in rows]
        if not left:
            return bare
        together = self._with(bare, left)
        if audit.is_safe(together, self.truths, self.needs) and audit.is_safe(
            self._told(together), self.truths, of_rules
        ):
            return together
        public, told = (
            audit.Audit(bare.joint, self.truths, needs) for needs in (self.needs, of_rules)
        )
        view = bare
        for place in left:
            more = self._with(view, [place])
            if not (any(public.exposed(more)) or any(told.exposed(self._told(more)))):
                view = more
        return view

    def _with(self, view: JointView, places: Iterable[Place]) -> JointView:
        views = list(view.views)
        for table, figure in places:
            views[table] = views[table].with_merged(self.grids[table], figure)
        return replace(view, views=tuple(views))

    def _told(self, view: JointView) -> JointView:
        """What one sees who is told of each hidden count of new tables whether it is small."""
        return view.marked(
            {
                table: {
                    figure: _mark(grid.truth(figure), most)
                    for row in range(0 if grid.shape.scales else grid.shape.rows)
                    for figure in grid.shape.cells_of(row)
                    if figure not in view.views[table].shown
                }
                for table, (grid, most) in enumerate(zip(self.grids, self.small, strict=False))
            }
        )


def _mark(truth: int, most: int) -> Mark:
    return Mark(CONFIDENTIAL, (0, most) if truth <= most else (most + 1, inf), (0, inf))


def _rows(joint: Joint, needs: Iterable[Need]) -> Iterator[tuple[int, int]]:
    """The rows, each with its table, that needs are about."""
    parts = {part for need in needs for part in need.parts}
    for number, place in enumerate(joint.places()):
        if number in parts:
            yield place.table, place.figure.row


def preferring(
    preference: Preference, grids: Sequence[Grid], hidden: Sequence[frozenset[Figure]]
) -> Preference:
    """A preference by rule 6, which depends on what the rules hide and on no count.

    Args:
        preference: among figures of a sort.
        grids: of the tables.
        hidden: of each of the first of them, what is hidden by the rules themselves.
    """
    near = {
        Place(table, part)
        for table, (grid, gone) in enumerate(zip(grids, hidden, strict=False))
        for row in {figure.row for figure in gone}
        for merge in range(len(grid.merges))
        for parts in [grid.shape.parts(Figure(row, grid.shape.outcomes + merge))]
        if not gone.isdisjoint(parts)
        for part in parts
    }
    if not near:
        return preference
    return lambda place: (preference(place) + (place not in near)) / 2
