"""How a column writes numbers, and in which unit.

Rules kept here:

1. A column holds numbers if at least half of its rows do. What is none makes it less likely, and is
   counted (`misfits`): a few remarks among many numbers hide no field.
2. A number of days may be written in weeks, fortnights or months, as the header or a word behind
   the values says. How long a month is nobody can tell, nor in which unit small numbers are that
   say nothing of it: a person is asked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from oversight_agent.pipeline.profiling import ColumnProfile
from oversight_agent.proposing.words import bare
from oversight_protocol.specification import SpecField

DAYS_IN = {"days": 1, "weeks": 7, "fortnights": 14}
"""Days in a unit that has always as many."""

MONTHS = (31, 30, 28)
"""How many days a policy may mean by a month."""

_LEAST = 0.5
_SMALL = 13
_ABOUT_A_MONTH = 30
_FIGURE = re.compile(r"^([+-]?\d{1,9}(?:[.,]\d+)?)\s*(%|[A-Za-z]{1,10}\.?)?$")
_WORDS = {
    "days": ("d", "day", "days"),
    "weeks": ("w", "wk", "wks", "week", "weeks", "weekly"),
    "fortnights": ("fortnight", "fortnights"),
    "months": ("m", "mth", "mths", "month", "months", "monthly"),
}
_UNITS = {word: unit for unit, words in _WORDS.items() for word in words}


@dataclass(frozen=True)
class Unit:
    """In which unit a column's numbers are.

    Attributes:
        name: `%`, `hours` of a week, `weeks`, `fortnights`, `months`; empty for the field's own.
        mark: what stands behind the numbers.
        doubts: the days in one, of which a person has to choose; none if it is sure.
    """

    name: str = ""
    mark: str = ""
    doubts: tuple[int, ...] = ()


OWN_UNIT = Unit()
"""The field's own."""


@dataclass(frozen=True)
class Numbers:
    """A column's numbers.

    Attributes:
        share: of the rows with a value, those with a number.
        fit: how well these suit the field, from 0 to 1.
        telling: how much that says, from 0 to 1.
    """

    share: float
    fit: float
    telling: float
    unit: Unit = OWN_UNIT


def numbers(spec: SpecField, header: str, values: Mapping[str, int]) -> Numbers | None:
    """A column's numbers; None if most of its values are none, or none of the field's.

    Args:
        spec: a field of numbers without codes.
        header: the column's name.
        values: trimmed values without the empty one, and how many rows have each.
    """
    unit = _unit(spec, header, values)
    read = {one: figure for one in values if (figure := _figure(one, unit.mark)) is not None}
    rows = sum(values.values())
    share = sum(values[one] for one in read) / rows if rows else 0.0
    if share < _LEAST:
        return None
    if spec.name == "fte":
        return _share_of_post(read, share)
    factor = DAYS_IN.get(unit.name, _ABOUT_A_MONTH if unit.name == "months" else 1)
    figures = [figure * factor for figure in read.values()]
    if spec.type == "integer" and any(figure != int(figure) for figure in figures):
        return None
    inside = sum(_is_inside(spec, figure) for figure in figures) / len(figures)
    return Numbers(share, inside * share**2, 0.1, _with_doubts(spec, unit, read))


def misfits(spec: SpecField, column: ColumnProfile, unit: Unit) -> int:
    """Rows of a column with a value that is no number that the field can hold."""
    if spec.type not in ("number", "integer") or spec.codes is not None:
        return 0
    return sum(n for one, n in column.values.items() if _figure(one, unit.mark) is None)


def _figure(value: str, mark: str) -> float | None:
    found = _FIGURE.match(value)
    if found is None or (found[2] and found[2].casefold() != mark.casefold()):
        return None
    return float(found[1].replace(",", "."))


def _unit(spec: SpecField, header: str, values: Mapping[str, int]) -> Unit:
    """The unit that the header or most values name."""
    marks: Counter[str] = Counter()
    for value, times in values.items():
        found = _FIGURE.match(value)
        if found is not None and found[2]:
            marks[found[2]] += times
    mark = max(marks, key=marks.__getitem__, default="")
    if mark == "%":
        return Unit("%", "%")
    if not spec.name.endswith("_days"):
        return OWN_UNIT
    named = _UNITS.get(mark.casefold().rstrip("."), "")
    if named:
        return Unit(named, mark)
    said = {_UNITS[word] for word in bare(header) if len(word) > 1 and word in _UNITS}
    return Unit(next((one for one in _WORDS if one in said), ""))


def _with_doubts(spec: SpecField, unit: Unit, read: Mapping[str, float]) -> Unit:
    if unit.name == "months":
        return Unit(unit.name, unit.mark, MONTHS)
    if spec.name.endswith("_days") and not unit.name and max(read.values()) <= _SMALL:
        return Unit(unit.name, unit.mark, (*DAYS_IN.values(), *MONTHS))
    return unit


def _is_inside(spec: SpecField, figure: float) -> bool:
    low, high = spec.constraints.minimum, spec.constraints.maximum
    return (low is None or figure >= low) and (high is None or figure <= high)


def _share_of_post(read: Mapping[str, float], share: float) -> Numbers | None:
    most, fractions = max(read.values()), any(0 < one < 1 for one in read.values())
    if any("%" in one for one in read):
        return Numbers(share, (1.0 if most <= 100 else 0.3) * share**2, 0.4, Unit("%", "%"))
    if most <= 1:
        return Numbers(share, share**2, 0.6 if fractions else 0.05)
    if 30 <= most <= 40:
        return Numbers(share, 0.8 * share**2, 0.2, Unit("hours"))
    if 40 < most <= 100:
        return Numbers(share, 0.8 * share**2, 0.1, Unit("%", "%"))
    return None
