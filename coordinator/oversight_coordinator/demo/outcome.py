"""What the demo shows at its end: each pooled figure with the truth beside it, and what went wrong.

In a demo every authority can answer, and every interval must contain the truth: anything else is a
failure of the software.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oversight_coordinator.demo.truth import Truth
from oversight_coordinator.pool import PooledRow
from oversight_coordinator.results import RunResult
from oversight_protocol.study import Measure


def document(result: RunResult, truth: Truth, timings: Mapping[str, float]) -> dict[str, Any]:
    """The demo's outcome for programs.

    Returns:
        `measures`, the rows of `pooled.csv` with `truth` (percent, over the authorities that
        released; None where there is nothing to take a share of) and `error` (percentage points,
        estimate less truth); `las`, how the run ended for each; `timings`, seconds.
    """
    released = sorted(one.la for one in result.las if one.outcome == "released")
    measures = {measure.id: measure for measure in result.study.measures}
    return {
        "measures": [_beside(row, measures[row.measure], truth, released) for row in result.rows],
        "las": [{"la": one.la, "outcome": one.outcome, "family": one.family} for one in result.las],
        "timings": dict(timings),
    }


def _beside(
    row: PooledRow, measure: Measure, truth: Truth, released: Sequence[str]
) -> dict[str, Any]:
    place = (row.table, row.period, row.dimension, row.category)
    true = truth.percent(released, place, measure.numerator, measure.denominator)
    known = row.estimate is not None and true is not None
    # Adding zero makes a rounded -0.0 the zero that it is.
    error = round(row.estimate - true, 2) + 0.0 if known else None  # type: ignore[operator]
    return {**vars(row), "truth": true, "error": error}


def judged(found: Mapping[str, Any]) -> tuple[int, int]:
    """How many intervals contain the truth, and how many have a truth to contain."""
    with_truth = [
        row for row in found["measures"] if row["truth"] is not None and row["lower"] is not None
    ]
    held = sum(row["lower"] <= row["truth"] <= row["upper"] for row in with_truth)
    return held, len(with_truth)


def problems(result: RunResult, found: Mapping[str, Any]) -> list[str]:
    """Sentences about what should not have happened; none if all is well."""
    said = [
        f"{one.name} released nothing: {one.outcome}" + (f" ({one.family})" if one.family else "")
        for one in result.las
        if one.outcome != "released"
    ]
    held, number = judged(found)
    if held != number:
        said.append(f"the truth lies outside {number - held} of {number} intervals")
    return said
