"""How a table's published figures are written, and how an answer is read back."""

from __future__ import annotations

from collections.abc import Iterator

from oversight_agent.disclosure.figures import TOTAL_OF_ROW, Figure, Grid
from oversight_agent.disclosure.view import View
from oversight_agent.tables import UnsafeTable
from oversight_protocol.errors import Family, Reason, Refused
from oversight_protocol.policy import Rules
from oversight_protocol.release import (
    CONFIDENTIAL,
    TOTAL,
    UNAVAILABLE,
    Cell,
    Row,
    TableAnswer,
    markers_are_allowed,
    row_keys,
)


def answer(unsafe: UnsafeTable, grid: Grid, view: View) -> TableAnswer:
    """The table as it travels, rows, outcomes and magnitudes as declared; sums in whole units.

    A table of which nothing is shown is refused with the family `disclosure`: markers alone would
    say no more than that. A dimension for which there is no data is marked as unavailable.
    """
    name, period = unsafe.table.name, unsafe.period.id
    if not view.shown:
        return TableAnswer(table=name, period=period, status="refused", family=Family.DISCLOSURE)
    return TableAnswer(
        table=name, period=period, status="released", rows=tuple(_rows(unsafe, grid, view))
    )


def _rows(unsafe: UnsafeTable, grid: Grid, view: View) -> Iterator[Row]:
    numbers = {(row.dimension, row.category): number for number, row in enumerate(grid.rows)}
    for key in row_keys(unsafe.table):
        if key[0] in unsafe.lacking:
            yield _unavailable(unsafe, *key)
            continue
        row = numbers[key]
        cells, sums = (
            tuple(_cell(view, Figure(row, grid.outcomes.index(code)), code) for code in codes)
            for codes in (unsafe.table.outcome_codes, unsafe.table.magnitude_names)
        )
        total = _cell(view, Figure(row, TOTAL_OF_ROW), TOTAL)
        merged = tuple(
            _cell(view, figure, code)
            for code in unsafe.table.merges
            if (figure := Figure(row, grid.codes.index(code))) in view.shown
        )
        yield Row(
            dimension=key[0], category=key[1], cells=cells, total=total, sums=sums, merged=merged
        )


def _unavailable(unsafe: UnsafeTable, dimension: str, category: str) -> Row:
    def marked(code: str) -> Cell:
        return Cell(outcome=code, value=None, marker=UNAVAILABLE)

    return Row(
        dimension=dimension,
        category=category,
        cells=tuple(marked(code) for code in unsafe.table.outcome_codes),
        total=marked(TOTAL),
        sums=tuple(marked(name) for name in unsafe.table.magnitude_names),
    )


def _cell(view: View, figure: Figure, code: str) -> Cell:
    value = view.shown.get(figure)
    if value is None:
        mark = view.marks.get(figure)
        return Cell(outcome=code, value=None, marker=mark.marker if mark else CONFIDENTIAL)
    return Cell(outcome=code, value=value // view.shape.one(figure), marker="")


def check_figures(answer: TableAnswer, rules: Rules) -> None:
    """Check that no figure of an answer is finer or smaller than the rules allow.

    Raises:
        Refused: `floor`, naming the table.
    """
    if not markers_are_allowed(answer, rules):
        raise Refused(Reason.FLOOR, answer.table)
    least = rules.minimum_persons - rules.minimum_persons % rules.rounding_base
    for row in answer.rows:
        for value in (cell.value for cell in (*row.cells, row.total, *row.merged)):
            if value is None or (value == 0 and rules.zeros_may_be_shown):
                continue
            if value < least or value % rules.rounding_base:
                raise Refused(Reason.FLOOR, answer.table)
        for value in (cell.value for cell in row.sums if cell.value is not None):
            # A sum may be smaller than a count, and stand where that had to give way.
            if value % rules.rounding_base:
                raise Refused(Reason.FLOOR, answer.table)
