"""A measure in words, for people and for programs: what is counted, over what, of which fields."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from oversight_protocol.dictionary import by_table, lowered, needs
from oversight_protocol.study import TOTAL, BaseTable, Measure, Study

_LABEL, _WIDEST = 14, 100


def plain(study: Study, measure: Measure) -> dict[str, Any]:
    """A measure as JSON has it."""
    table = study.table(measure.table)
    needed = needs(study, measure)
    return {
        **measure.model_dump(mode="json"),
        "population": table.population,
        "numerator_labels": _labels(table, measure.numerator),
        "denominator_labels": _labels(table, measure.denominator),
        "needs": {"figure": needed.figure, "breakdowns": needed.breakdowns},
    }


def in_full(study: Study, measure: Measure) -> str:
    """A measure as a terminal shows it."""
    table = study.table(measure.table)
    lines = [f"{measure.number}. {measure.title}", *_wrapped(measure.definition, 0), ""]
    for label, text in _facts(study, measure, table):
        first, *rest = _wrapped(text, _LABEL)
        lines += [label.ljust(_LABEL) + first.strip(), *rest]
    return "\n".join(lines)


def _facts(study: Study, measure: Measure, table: BaseTable) -> Iterator[tuple[str, str]]:
    yield "Unit", measure.unit
    yield "Base table", f"{table.name}: {table.population}"
    if measure.numerator:
        yield "Numerator", _sum(table, measure.numerator)
    yield "Denominator", _sum(table, measure.denominator)
    if measure.less:
        yield "Less", f"{_sum(table, measure.less)}, of: {_sum(table, measure.less_of)}"
    if measure.place:
        yield "Only of", _place(table, measure)
    if measure.hypothesis:
        yield "Bears on", measure.hypothesis
    needed = needs(study, measure)
    yield "Needs", _points(needed.figure)
    for label, points in needed.breakdowns.items():
        yield "", f"by {lowered(label)}: {_points(points)}"


def _sum(table: BaseTable, codes: Sequence[str]) -> str:
    """The outcomes that are summed, the shorter way: all, all but a few, or these."""
    left = [code for code in table.outcome_codes if code not in codes]
    if table.outcomes and not left:
        return "all rows"
    if table.outcomes and len(left) < min(3, len(codes)):
        return "all rows but: " + "; ".join(_labels(table, left))
    return "; ".join(_labels(table, codes))


def _labels(table: BaseTable, codes: Sequence[str]) -> list[str]:
    labels = {one.code: one.label for one in table.outcomes}
    labels |= {one.name: one.label for one in table.magnitudes}
    return [labels.get(code, "all rows" if code == TOTAL else code) for code in codes]


def _place(table: BaseTable, measure: Measure) -> str:
    return next(
        f"{dimension.label}: {category.label}"
        for dimension in table.dimensions
        for category in dimension.categories
        if measure.place and (dimension.name, category.code)
        == (measure.place.dimension, measure.place.code)
    )  # fmt: skip


def _points(points: Sequence[str]) -> str:
    return "; ".join(f"{table} ({', '.join(fields)})" for table, fields in by_table(points))


def _wrapped(text: str, indent: int) -> list[str]:
    width = max(16 + indent, min(_WIDEST, shutil.get_terminal_size().columns))
    space = " " * indent
    return textwrap.wrap(
        text, width, initial_indent=space, subsequent_indent=space, break_on_hyphens=False
    ) or [""]
