"""Merged figures: what outcomes are together that a study lets be shown together.

A study declares which outcomes may be put together where too few people stand behind them. What
they are together is a figure of its row from the very beginning: it is in the draft, is attacked,
protected and hidden like every other figure.

Rules kept here:

1. A merged figure is *possible* if it keeps the rules itself, and so does the rest of its row.
   Where outcomes are all small, what they are together must be a little more than that, by `BARELY`
   for each but one of them. For where nothing is shown of them together, everybody can tell that
   they are fewer; one of them must still be anything that is small, and each other one more than a
   single person. A merged figure that is not possible is never shown, and leaves no need: it is no
   more than a sum of cells.
2. All that are possible are in the draft, in every row, wherever a cell is hidden or not. So where
   one is shown in the end says nothing of which of its outcomes had to be hidden.
3. The attacker knows one as the sum of its cells, rounded on its own. It is dearer than a cell:
   what a merged figure would give away is mostly kept by hiding another of its outcomes, which then
   looks like two that had to be hidden.
4. Published are those that have a place: two of their outcomes or more are hidden, and not exactly
   one other cell in a row whose total is shown. What is published of the cells alone decides that.
   If more cells are hidden than the rules hide, and merged figures are left without a place, a
   pattern is sought from the beginning without these: nothing is hidden for the sake of figures
   that are not published, and none of their values decides what is.
5. Of a table that comes again, or in another period, what both tables' merged figures differ by is
   a difference like any other. So a figure that is possible in one of them is numbered in all. But
   what such a difference is may be no secret without merged figures; then it is none with them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from oversight_agent.disclosure.figures import TOTAL_OF_ROW, Figure, Grid, Name
from oversight_agent.disclosure.joint import Joint, JointView, Place
from oversight_agent.disclosure.needs import Need
from oversight_agent.disclosure.rules import broken, least_shown
from oversight_agent.disclosure.view import View
from oversight_protocol.policy import Rules
from oversight_protocol.release import TableAnswer

Names = Mapping[str, Collection[Name]]
"""Merged figures by their names, by the name of their table."""

BARELY = 2
"""How many are behind an outcome at least, if they are not single persons."""


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


def possible(grid: Grid, rules: Rules) -> Iterator[Figure]:
    """The merged figures of a table that may be shown, by rule 1."""
    for row in range(grid.shape.rows):
        for merge in range(len(grid.merges)):
            figure = Figure(row, grid.shape.outcomes + merge)
            if _keeps_rules(grid, figure, rules):
                yield figure


def _keeps_rules(grid: Grid, figure: Figure, rules: Rules) -> bool:
    if grid.name(figure)[2] not in grid.rows[figure.row].merged:
        return False
    parts = grid.shape.parts(figure)
    rest = [cell for cell in grid.shape.cells_of(figure.row) if cell not in parts]
    return not any(
        broken(behind, grid.table, rules) or _may_all_be_small(grid, cells, rules)
        for cells, behind in ((parts, grid.behind(figure)), (rest, grid.behind_rest(figure)))
    )


def _may_all_be_small(grid: Grid, cells: Sequence[Figure], rules: Rules) -> bool:
    """Whether cells are small, and what they are together barely is not."""
    counts, least = [grid.truth(cell) for cell in cells], least_shown(grid.table, rules)
    return 0 < sum(counts) < least + BARELY * (len(counts) - 1) and max(counts) < least


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


def shown_with(view: View, grid: Grid, figures: Iterable[Figure]) -> View:
    """A view with those of some merged figures that its grid numbers."""
    for figure in figures:
        if grid.has(figure):
            view = view.with_merged(grid, figure)
    return view


def out_of_place(view: JointView) -> list[Place]:
    """The merged figures of new tables that have no place in what a view shows, by rule 4."""
    return [
        place for place in _merged_of(view)
        if not _has_a_place(view.views[place.table], place.figure)
    ]  # fmt: skip


def without_any(view: JointView) -> JointView:
    """A view without the merged figures of new tables."""
    return view.without(_merged_of(view))


def _merged_of(view: JointView) -> list[Place]:
    return [
        place for place in view.shown
        if place.table not in view.joint.fixed
        and view.joint.shapes[place.table].is_merged(place.figure)
    ]  # fmt: skip


def _has_a_place(view: View, figure: Figure) -> bool:
    parts = view.shape.parts(figure)
    hidden = [cell for cell in view.shape.cells_of(figure.row) if cell not in view.shown]
    inside = sum(cell in parts for cell in hidden)
    total = Figure(figure.row, TOTAL_OF_ROW) in view.shown
    return inside > 1 and not (total and len(hidden) == inside + 1)


def of_differences(needs: Iterable[Need], joint: Joint) -> tuple[Need, ...]:
    """Those of some needs that are about what merged figures of two tables differ by."""
    numbers = {
        (joint.difference(number),)
        for number, each in enumerate(joint.differences)
        if any(joint.shapes[table].is_merged(figure) for table, figure in each.more)
    }
    return tuple(need for need in needs if need.parts in numbers)


def beside(needs: Iterable[Need], view: JointView) -> list[Place]:
    """The merged figures of new tables that a view shows in the rows that differences are of.

    `needs` are of these differences.
    """
    joint, numbers = view.joint, {part for need in needs for part in need.parts}
    rows = {
        (table, figure.row)
        for number, each in enumerate(joint.differences)
        if joint.difference(number) in numbers
        for table, figure in (*each.more, *each.less)
    }
    return [place for place in _merged_of(view) if (place.table, place.figure.row) in rows]
