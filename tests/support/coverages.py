"""Coverages of the installed study: everything available, but for what a test takes away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from oversight_protocol import specification, study_package
from oversight_protocol.coverage import Coverage, CoverageRow
from oversight_protocol.envelope import Envelope, seal
from support.protocol import KENT, NOW, signing_key

STUDY = study_package.installed()
SPECIFICATION = specification.load(STUDY.spec_version)
WAVE = STUDY.waves[0]

Lacks = Mapping[str, Sequence[tuple[str, str]]]
"""Data points and reasons, by the number of the measure that lacks them."""


def rows(lacks: Lacks | None = None, partly: Sequence[str] = ()) -> tuple[CoverageRow, ...]:
    """A row for each measure, or for each data point that it lacks."""
    return tuple(
        one
        for measure in STUDY.measures
        for one in _rows(measure.number, (lacks or {}).get(measure.number, ()), partly)
    )


def _rows(number: str, lacks: Sequence[tuple[str, str]], partly: Sequence[str]):
    if not lacks:
        yield CoverageRow(measure=number, availability="available", reason="none",
                          data_point="all")  # fmt: skip
    state = "partly" if number in partly else "not_available"
    for point, reason in sorted(lacks):
        yield CoverageRow(measure=number, availability=state, reason=reason, data_point=point)


def coverage(lacks: Lacks | None = None, partly: Sequence[str] = (), **changes: Any) -> Coverage:
    """Kent's coverage of the installed study's first wave."""
    fields = {
        "la": KENT,
        "spec_version": STUDY.spec_version,
        "study": STUDY.name,
        "study_version": STUDY.version,
        "wave": WAVE.id,
        "period_start": min(one.start for one in WAVE.periods),
        "period_end": max(one.end for one in WAVE.periods),
        "snapshot_date": date(2026, 11, 20),
        "case_system": "lcs",
        "shared": NOW,
        "rows": rows(lacks, partly),
    }
    return Coverage(**{**fields, **changes})


def sealed_coverage(
    lacks: Lacks | None = None, signer: str | None = None, **changes: Any
) -> Envelope:
    """The same, signed by its authority's agent, or by `signer`."""
    made = coverage(lacks, **changes)
    return seal("coverage", made, signing_key(signer or f"agent {made.la}"))


def measure_of(table: str) -> str:
    """The number of the first measure that is made of a base table."""
    return next(one.number for one in STUDY.measures if one.table == table)
