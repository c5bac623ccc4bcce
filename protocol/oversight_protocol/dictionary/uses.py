"""Which fields a measure needs, and which measures a field serves.

A measure needs what its base table needs; if it is a figure of one category, also what that
category's dimension is made of. What the other dimensions are made of, only its breakdowns need.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from oversight_protocol.study import DataPoint, Measure, Study

_Numbers = defaultdict[DataPoint, defaultdict[str, list[str]]]


@dataclass(frozen=True)
class Needs:
    """What one measure needs.

    Attributes:
        figure: fields as `table.field`, without which there is no figure.
        breakdowns: by the label of a dimension, the fields that it takes beyond these.
    """

    figure: tuple[DataPoint, ...]
    breakdowns: dict[str, tuple[DataPoint, ...]]


@dataclass(frozen=True)
class FieldUse:
    """What one study uses a field for.

    Attributes:
        study: the study's title.
        figures: by the name of each base table that needs it, the numbers of the measures that do.
        breakdowns: by the label of a dimension, the numbers of the measures that need the field
            only to be broken down by it.
    """

    study: str
    figures: dict[str, tuple[str, ...]]
    breakdowns: dict[str, tuple[str, ...]]


def needs(study: Study, measure: Measure) -> Needs:
    """The fields that a measure of a study needs."""
    table = study.table(measure.table)
    own = {one.dimension: one.fields for one in table.dimension_needs}
    labels = {one.name: one.label for one in table.dimensions}
    placed = own.pop(measure.place.dimension, ()) if measure.place else ()
    figure = tuple(dict.fromkeys((*table.needs, *placed)))
    if measure.place:
        return Needs(figure, {})
    return Needs(figure, {labels[name]: fields for name, fields in own.items()})


def uses(studies: Iterable[Study]) -> dict[DataPoint, tuple[FieldUse, ...]]:
    """What the studies use each field for; a field that none uses is not there."""
    found: dict[DataPoint, list[FieldUse]] = defaultdict(list)
    for study in studies:
        for point, use in _uses_of(study).items():
            found[point].append(use)
    return {point: tuple(each) for point, each in found.items()}


def _uses_of(study: Study) -> dict[DataPoint, FieldUse]:
    figures: _Numbers = defaultdict(lambda: defaultdict(list))
    breakdowns: _Numbers = defaultdict(lambda: defaultdict(list))
    for table in study.base_tables:
        for point in table.needs:
            figures[point][table.name] = []
    for measure in study.measures:
        needed = needs(study, measure)
        for point in needed.figure:
            figures[point][measure.table].append(measure.number)
        for label, points in needed.breakdowns.items():
            for point in points:
                breakdowns[point][label].append(measure.number)
    return {
        point: FieldUse(study.title, _fixed(figures[point]), _fixed(breakdowns[point]))
        for point in {**figures, **breakdowns}
    }


def _fixed(numbers: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(each) for name, each in numbers.items()}
