"""What the demo shows at its end: each pooled figure with the truth beside it, and what went wrong.

In a demo it is known beforehand how the run must end for each authority, and every interval must
contain the truth: anything else is a failure of the software.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oversight_coordinator.demo.formats import EXPORTS
from oversight_coordinator.demo.incidents import Incident
from oversight_coordinator.demo.truth import Truth
from oversight_coordinator.outcomes import LaOutcome
from oversight_coordinator.pool import PooledRow
from oversight_coordinator.results import RunResult
from oversight_protocol.errors import Family
from oversight_protocol.study import Measure

_TABLE = "table:"
_NAMED = 2
"""Refused tables of an authority that are named, for each reason; more do not fit on a line."""
_NEARLY = 1e-9
"""The truth is a float: on an interval's very end it may stand a last digit outside."""


def document(result: RunResult, truth: Truth, timings: Mapping[str, float]) -> dict[str, Any]:
    """The demo's outcome for programs.

    Returns:
        `measures`, the rows of `pooled.csv` with `truth` (in the figure's unit, over exactly the
        authorities that released the table in that period and have data for the dimension; None
        where there is nothing to take a figure of) and `error` (estimate less truth); `las`, how
        the run ended for each; `timings`, seconds.
    """
    measures = {measure.id: measure for measure in result.study.measures}
    released = _released(result)
    return {
        "measures": [
            _beside(
                row,
                measures[row.measure],
                truth,
                [
                    la
                    for la in released.get((row.measure, row.period), ())
                    if (la, row.table, row.period, row.dimension) not in result.no_data
                ],
            )
            for row in result.rows
        ],
        "las": [vars(one) for one in result.las],
        "timings": dict(timings),
    }


def _released(result: RunResult) -> dict[tuple[str, str], list[str]]:
    """By measure and period, the authorities that released its table."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in result.authorities:
        if row.marker != "[x]":
            found.setdefault((row.measure, row.period), []).append(row.la)
    return found


def _beside(row: PooledRow, measure: Measure, truth: Truth, las: Sequence[str]) -> dict[str, Any]:
    true = truth.figure(las, measure, row.period, row.dimension, row.category) if las else None
    known = row.estimate is not None and true is not None
    # Adding zero makes a rounded -0.0 the zero that it is.
    error = round(row.estimate - true, 2) + 0.0 if known else None  # type: ignore[operator]
    return {**vars(row), "truth": true, "error": error}


def judged(found: Mapping[str, Any]) -> tuple[int, int]:
    """How many intervals contain the truth, and how many have a truth to contain."""
    with_truth = [
        row for row in found["measures"] if row["truth"] is not None and row["lower"] is not None
    ]
    held = sum(
        row["lower"] - _NEARLY <= row["truth"] <= row["upper"] + _NEARLY for row in with_truth
    )
    return held, len(with_truth)


def endings(
    las: Sequence[LaOutcome], incidents: Mapping[str, Incident]
) -> list[tuple[str, str, str, str]]:
    """How the run ended: for those where anything was not released, and for how many all was.

    Args:
        las: the endings.
        incidents: what was made to go wrong, by ONS code.

    Returns:
        lines of an authority, its ending, what was done to it on purpose, and the tables that its
        answer refused.
    """
    said, rest = [], 0
    for one in las:
        incident = incidents.get(one.la)
        if one.words == "released" and incident is None:
            rest += 1
        else:
            ended = one.outcome if one.family is None else f"{one.outcome} ({one.family})"
            said.append((one.name, ended, incident.sentence if incident else "", _refused(one)))
    if rest:
        others = "all others" if said else "all"
        said.append((f"{others} ({rest})", "released", "", ""))
    return said


def _refused(one: LaOutcome) -> str:
    """The tables that an answer refused, by why; of many, how many more there are."""
    by_family: dict[str, list[str]] = {}
    for table, families in one.refused:
        by_family.setdefault(families, []).append(table)
    return ", ".join(
        f"{', '.join(tables[:_NAMED])}"
        f"{f' and {len(tables) - _NAMED} more' if len(tables) > _NAMED else ''} ({families})"
        for families, tables in by_family.items()
    )


def problems(result: RunResult, found: Mapping[str, Any], expected: Mapping[str, str]) -> list[str]:
    """Sentences about what should not have happened; none if all is well.

    Args:
        result: the run's.
        found: its `document`.
        expected: how the run had to end, by ONS code: "released" (also by default), "held",
            "unreachable", or "table:" and a base table that must be among those refused.
    """
    said = [
        f"{one.name}: {one.words}, where '{wanted}' was expected"
        for one in result.las
        if not _is_as_expected(one, wanted := expected.get(one.la, "released"))
    ]
    held, number = judged(found)
    if held != number:
        said.append(f"the truth lies outside {number - held} of {number} intervals")
    if not number:
        said.append("no figure has an interval and a truth to lie in it")
    return said


def _is_as_expected(one: LaOutcome, wanted: str) -> bool:
    if wanted.startswith(_TABLE):
        return wanted.removeprefix(_TABLE) in dict(one.refused)
    if one.outcome != wanted:
        return False
    # A small authority's table may have nothing that can be shown, and some cannot answer all.
    lacking = EXPORTS[one.la].lacking
    return all(
        families == Family.DISCLOSURE or (families == Family.DATA and table in lacking)
        for table, families in one.refused
    )
