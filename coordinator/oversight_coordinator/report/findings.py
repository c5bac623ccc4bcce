"""What to read first: at most five sentences that follow from the figures.

Rules kept here:

1. A sentence is left out if one of its figures is missing; none is made up to fill the list.
2. Comparisons are by intervals, as in `answer`.
3. Below each sentence stand the intervals of its figures and "n of N authorities".
4. A figure that fewer than half of those that answered published is none to read first; nor is
   one outside its interval, for then those that published it are unlike the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter

from oversight_coordinator.pool import PooledRow
from oversight_coordinator.report import words
from oversight_coordinator.report.answer import is_higher
from oversight_coordinator.report.material import Material
from oversight_protocol.study import Measure

MOST = 5

_Figure = tuple[Measure, PooledRow]


@dataclass(frozen=True)
class Finding:
    """A sentence or two, what they rest on, and the measures under which more is found."""

    text: str
    evidence: str
    measures: tuple[Measure, ...]


def findings(material: Material) -> tuple[Finding, ...]:
    """The findings in the order of reading, of the latest quarter."""
    makers: tuple[Callable[[Material], Finding | None], ...] = (
        _places, _spread, _services, _timeliness, _workload, _audits, _trust,
    )  # fmt: skip
    found = (maker(material) for maker in makers)
    return tuple(one for one in found if one is not None)[:MOST]


def _places(material: Material) -> Finding | None:
    """Which of the two parts is in its place more often, and how often both are."""
    first, second, both = (
        _figure(material, name)
        for name in ("part1_on_child_file", "part2_in_supervision_record", "both_parts_recorded")
    )
    if first is None or second is None or both is None:
        return None
    said = (
        f"The reflection on the family is on the child's file in {_said(first)} of supervisions, "
        "and the reflection on the practitioner in the personal supervision record in "
        f"{_said(second)}. Both are in their place in {_said(both)}."
    )
    if is_higher(first[1], second[1]):
        said += " So it is the practitioner's own part that is missing more often."
    elif is_higher(second[1], first[1]):
        said += " So it is the part about the family that is missing more often."
    return _finding(said, first, second, both)


def _spread(material: Material) -> Finding | None:
    """How far authorities lie apart in the lead."""
    rows = [row for _, row in material.own(material.lead, material.latest)]
    known = [(row.estimate, row) for row in rows if row.estimate is not None]
    if len(known) < 2:
        return None
    (low, lowest), (high, highest) = min(known, key=itemgetter(0)), max(known, key=itemgetter(0))
    if not is_higher(highest, lowest):
        return None
    title = words.lowered(material.short_label(material.lead))
    text = (
        f"Authorities differ: “{title}” runs from {words.number(low, material.lead)} in one to "
        f"{words.number(high, material.lead)} in another."
    )
    ends = words.listed([words.interval(row, material.lead) for row in (lowest, highest)])
    count = f"{len(known)} of {material.asked} authorities have a figure of their own"
    return Finding(text, f"Intervals: {ends}; {count}.", (material.lead,))


def _services(material: Material) -> Finding | None:
    """The services at both ends of the lead, where they differ beyond doubt."""
    table = material.study.table(material.lead.table)
    service = next((one for one in table.dimensions if one.name == "service"), None)
    if service is None:
        return None
    found = [
        (row.estimate, one.label, (material.lead, row))
        for one in service.categories
        if one.code != "unknown"
        and (row := material.pooled(material.lead, material.latest, service.name, one.code))
        and row.estimate is not None
    ]
    if len(found) < 2:
        return None
    (_, below, low), (_, above, high) = min(found, key=itemgetter(0)), max(found, key=itemgetter(0))
    if not is_higher(high[1], low[1]):
        return None
    name = words.lowered(material.short_label(material.lead))
    return _finding(
        f"Services differ: of the {len(found)} with a figure, “{name}” is highest in “{above}” "
        f"({_said(high)}) and lowest in “{below}” ({_said(low)}).",
        high, low,
    )  # fmt: skip


def _timeliness(material: Material) -> Finding | None:
    within, never = (
        _figure(material, name) for name in ("within_local_standard", "none_in_90_days")
    )
    if never is None:
        return None
    if within is None:
        return _finding(
            f"{_said(never)} of open children have gone without supervision for over 90 days.",
            never,
        )
    return _finding(
        f"{_said(within)} of open children are within their own authority's standard for "
        f"supervision; {_said(never)} have gone without one for over 90 days.",
        within, never,
    )  # fmt: skip


def _workload(material: Material) -> Finding | None:
    cases = _figure(material, "cases_per_fte")
    return cases and _finding(f"There are {_said(cases)}.", cases)


def _audits(material: Material) -> Finding | None:
    good = _figure(material, "oversight_good_or_better")
    return good and _finding(
        f"Authorities' own audits grade oversight good or better in {_said(good)} of those graded.",
        good,
    )


def _trust(material: Material) -> Finding | None:
    unknown = _figure(material, "location_unknown")
    return unknown and _finding(
        f"Of {_said(unknown)} of supervisions it is not known where a part is recorded; the "
        "shares of recording leave these out.",
        unknown,
    )


def _figure(material: Material, name: str) -> _Figure | None:
    """A measure's pooled figure of the latest quarter, if the study has it and it will bear it."""
    measure = material.measure(name)
    if measure is None:
        return None
    row = material.pooled(measure, material.latest)
    if row.estimate is None or 2 * row.las_published < row.las_answered:
        return None
    return None if words.lies_outside(row) else (measure, row)


def _said(figure: _Figure) -> str:
    measure, row = figure
    return row.marker if row.estimate is None else words.with_unit(row.estimate, measure)


def _finding(text: str, *figures: _Figure) -> Finding:
    """A finding with what it rests on: each figure's interval, and from how many."""
    intervals = words.listed([words.interval(row, measure) for measure, row in figures])
    coverage = list(dict.fromkeys(words.coverage(row) for _, row in figures))
    word = "Interval" if len(figures) == 1 else "Intervals, in the order of the figures"
    measures = tuple(dict.fromkeys(measure for measure, _ in figures))
    if len(coverage) == 1:
        return Finding(text, f"{word}: {intervals}; {coverage[0]}.", measures)
    each = [words.evidence(row, measure) for measure, row in figures]
    return Finding(text, f"In the order of the figures: {'. '.join(each)}.", measures)
