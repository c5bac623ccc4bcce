"""The study's twelve base tables as the truth counts them: outcomes, dimensions, rows.

Written apart from the study's own text, so that an error there cannot hide here as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from oversight_coordinator.demo import truth_rows, truth_rows_cases
from oversight_coordinator.demo.asof import AsOf
from oversight_coordinator.demo.profiles import SERVICES
from oversight_coordinator.demo.truth_rows import Row

RECORDING = ("both", "part1_only", "part2_only", "misplaced", "neither", "unknown")

_GAPS = {
    "d0_14": 14,
    "d15_28": 28,
    "d29_31": 31,
    "d32_35": 35,
    "d36_42": 42,
    "d43_56": 56,
    "d57_90": 90,
}
"""The last day of each bin; what is longer is `d91_more`."""

CATEGORIES = {
    "service": (*SERVICES, "unknown"),
    "role": ("senior_practitioner", "case_holder", "other", "unknown"),
    "agency": ("agency", "employed", "unknown"),
    "asye": ("asye", "not_asye", "unknown"),
    "plan_type": ("cp", "cin", "cla", "care_leaver", "none"),
    "audit_type": ("case_file", "supervision", "thematic"),
}
"""All categories of each dimension; a table may have no row in some."""


@dataclass(frozen=True)
class Table:
    """A base table.

    Attributes:
        rows: of a world as of a day.
        dimensions: in the order of a row's categories.
        outcomes: of a table that is split into them.
        magnitudes: of a table that carries them, in the order of a row's values.
        in_days: the rows carry days in place of an outcome.
    """

    rows: Callable[[AsOf], Iterator[Row]]
    dimensions: tuple[str, ...]
    outcomes: tuple[str, ...] = ()
    magnitudes: tuple[str, ...] = ()
    in_days: bool = False

    def places(self) -> Iterator[tuple[str, str]]:
        """Dimension and category of each line of the table, the whole first."""
        yield "", ""
        for dimension in self.dimensions:
            for category in CATEGORIES[dimension]:
                yield dimension, category

    def places_of(self, row: Row) -> Iterator[tuple[str, str]]:
        """Where a row counts: in the whole, and in one category of each dimension."""
        yield "", ""
        for dimension, category in zip(self.dimensions, row[1:], strict=True):
            yield dimension, str(category)


def gap_bin(days: int) -> str:
    """The bin of days between two supervisions."""
    return next((name for name, last in _GAPS.items() if days <= last), "d91_more")


TABLES = {
    "recording": Table(truth_rows.recording, ("service", "role", "agency", "asye"), RECORDING),
    "authorised": Table(truth_rows.authorised, ("service",), ("authorised", "not_authorised")),
    "actions": Table(truth_rows.actions, ("service",), ("Y", "N", "unknown")),
    "since_supervision": Table(
        truth_rows.since_supervision,
        ("service", "plan_type"),
        (
            *("d0_31_within", "d0_31_over", "d32_42_within", "d32_42_over"),
            *("d43_90_within", "d43_90_over", "d91_more", "never_43_90", "never_91"),
        ),
    ),
    "supervision_gap": Table(
        truth_rows.supervision_gap, ("service",), (*_GAPS, "d91_more"), in_days=True
    ),
    "audit_completion": Table(
        truth_rows_cases.audit_completion, ("audit_type",), ("completed", "not_completed")
    ),
    "audit_grade": Table(
        truth_rows_cases.audit_grade,
        ("audit_type", "service"),
        ("outstanding", "good", "requires_improvement", "inadequate", "not_graded"),
    ),
    "caseload": Table(
        truth_rows_cases.caseload, ("role", "agency", "asye"), magnitudes=("children", "fte")
    ),
    "span": Table(truth_rows_cases.span, (), magnitudes=("supervisees",)),
    "rereferral": Table(truth_rows_cases.rereferral, (), ("rereferral", "first")),
    "plan_duration": Table(
        truth_rows_cases.plan_duration,
        ("plan_type",),
        ("m0_3", "m3_6", "m6_12", "m12_24", "m24_more"),
    ),
    "worker_changes": Table(truth_rows_cases.worker_changes, ("service",), ("w1", "w2", "w3_more")),
}
"""By name."""
