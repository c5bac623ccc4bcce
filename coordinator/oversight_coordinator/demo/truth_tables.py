"""The study's base tables as the truth counts them: outcomes, dimensions, rows.

Written apart from the study's own text, so that an error there cannot hide here as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from oversight_coordinator.demo import (
    truth_rows,
    truth_rows_audits,
    truth_rows_cases,
    truth_rows_staff,
)
from oversight_coordinator.demo.asof import AsOf
from oversight_coordinator.demo.profiles import SERVICES
from oversight_coordinator.demo.truth_rows import Row

RECORDING = ("both", "part1_only", "part2_only", "misplaced", "neither", "unknown")

_SAID = ("Y", "N", "unknown")

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
    "question": truth_rows_staff.QUESTIONS,
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
    "part1_reflection": Table(truth_rows.part1_reflection, ("service",), _SAID),
    "part2_reflection": Table(truth_rows.part2_reflection, ("service",), _SAID),
    "grade_by_recording": Table(
        truth_rows_audits.grade_by_recording,
        (),
        tuple(
            f"{part}_{grade}"
            for part in ("both", "not_both")
            for grade in ("good_or_better", "below_good")
        ),
    ),
    "recorded_in_time": Table(
        truth_rows.recorded_in_time, ("service",), ("within_5", "over_5", "not_recorded")
    ),
    "authorised": Table(truth_rows.authorised, ("service",), ("authorised", "not_authorised")),
    "actions": Table(truth_rows.actions, ("service",), _SAID),
    "since_supervision": Table(
        truth_rows.since_supervision,
        ("service", "plan_type"),
        (
            *("d0_31_within", "d0_31_over", "d32_42_within", "d32_42_over"),
            *("d43_90_within", "d43_90_over", "d91_more", "never_43_90", "never_91"),
        ),
    ),
    "personal_supervision": Table(
        truth_rows_staff.personal_supervision, ("asye", "agency", "role"), ("within", "over")
    ),
    "plan_decisions": Table(
        truth_rows_cases.plan_decisions, ("plan_type",), ("decided", "not_decided")
    ),
    "supervision_gap": Table(
        truth_rows.supervision_gap, ("service",), (*_GAPS, "d91_more"), in_days=True
    ),
    "audit_completion": Table(
        truth_rows_audits.audit_completion, ("audit_type",), ("completed", "not_completed")
    ),
    "audit_grade": Table(
        truth_rows_audits.audit_grade,
        ("audit_type", "service"),
        ("outstanding", "good", "requires_improvement", "inadequate", "not_graded"),
    ),
    "audit_relative": Table(
        truth_rows_audits.audit_relative, (), ("below", "not_below", "incomparable")
    ),
    "audit_moderation": Table(
        truth_rows_audits.audit_moderation, (), ("changed", "unchanged", "unknown")
    ),
    "audit_actions": Table(truth_rows_audits.audit_actions, (), ("on_time", "late")),
    "fte_by_agency": Table(truth_rows_staff.fte_by_agency, ("agency",), magnitudes=("fte",)),
    "survey": Table(truth_rows_staff.survey, ("question",), ("1", "2", "3", "4", "5")),
    "caseload": Table(
        truth_rows_staff.caseload, ("role", "agency", "asye"), magnitudes=("children", "fte")
    ),
    "span": Table(truth_rows_staff.span, (), magnitudes=("supervisees",)),
    "rereferral": Table(truth_rows_cases.rereferral, (), ("rereferral", "first")),
    "cp_start": Table(truth_rows_cases.cp_start, (), ("subsequent", "first", "unknown")),
    "plan_duration": Table(
        truth_rows_cases.plan_duration,
        ("plan_type",),
        ("m0_3", "m3_6", "m6_12", "m12_24", "m24_more"),
    ),
    "worker_changes": Table(truth_rows_cases.worker_changes, ("service",), ("w1", "w2", "w3_more")),
}
"""By name."""
