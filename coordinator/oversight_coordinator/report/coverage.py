"""Who can answer what: the coverage matrix in words, for the page.

Rules kept here:

1. An availability is a sign and a word, never a colour alone.
2. A number of authorities never stands without how many shared anything at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oversight_coordinator.authorities import authority
from oversight_coordinator.coverage import Matrix, MeasureLine, Point
from oversight_coordinator.report import words
from oversight_protocol import coverage, specification
from oversight_protocol.coverage import Availability

SIGNS: dict[Availability, tuple[str, str]] = {
    "available": ("●", "Yes"),
    "partly": ("◐", "Part"),
    "not_available": ("○", "No"),
}
"""The sign and the short word of each availability."""

_REMEDIES = {
    "create": "Create: start to record or map it",
    "reshape": "Reshape: it is there, and cannot be used as it is",
}


@dataclass(frozen=True)
class CoverageLine:
    """A measure: how many can answer it, who only in part or not, and each authority's cell."""

    heading: str
    available: str
    partly: str
    not_available: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PointLine:
    """A data point: what to do, who lacks it and why, which measures wait for it."""

    point: str
    title: str
    remedies: tuple[str, ...]
    lacking: str
    reasons: tuple[str, ...]
    measures: str
    won: str


@dataclass(frozen=True)
class CoverageSection:
    """All that the page says of it.

    Attributes:
        names: of the authorities that shared a coverage, in the order of the cells.
        stop: fields that no measure needs.
    """

    summary: str
    names: tuple[str, ...]
    lines: tuple[CoverageLine, ...]
    points: tuple[PointLine, ...]
    stop: tuple[str, ...]


def coverage_section(matrix: Matrix | None) -> CoverageSection | None:
    """The section; none if no authority shared a coverage."""
    if matrix is None or not matrix.las:
        return None
    whole = len(matrix.las)
    full = sum(one.count("available") == whole for one in matrix.measures)
    return CoverageSection(
        summary=f"{whole} of {len(matrix.study.cohort.las)} authorities shared which measures "
        f"their data can answer. {words.counted(full, 'measure', 'measures')} of "
        f"{len(matrix.measures)} can be answered in full by all of these.",
        names=tuple(map(_name, matrix.las)),
        lines=tuple(_line(one, matrix.las) for one in matrix.measures),
        points=tuple(_point(one, whole) for one in matrix.points),
        stop=matrix.unneeded,
    )


def _line(one: MeasureLine, las: Sequence[str]) -> CoverageLine:
    return CoverageLine(
        heading=f"{one.number} {one.title}",
        available=f"{one.count('available')} of {len(las)}",
        partly=_names(one.where("partly")) or "None",
        not_available=_names(one.where("not_available")) or "None",
        cells=tuple(SIGNS[one.states[la]] for la in las),
    )


def _point(one: Point, whole: int) -> PointLine:
    return PointLine(
        point=one.point,
        title=one.title,
        remedies=tuple(_REMEDIES[remedy] for remedy in one.remedies),
        lacking=f"{len(one.authorities)} of {whole}",
        reasons=tuple(f"{_reason(reason)}: {_names(las)}" for reason, las in one.las.items()),
        measures=", ".join(one.measures),
        won=f"Alone it would win {words.counted(one.alone, 'answer', 'answers')} in full"
        if one.alone
        else "Others are lacking beside it",
    )


def _names(las: Sequence[str]) -> str:
    return ", ".join(map(_name, las))


def _name(la: str) -> str:
    return authority(la).name


def _reason(code: str) -> str:
    table = specification.load(specification.versions()[-1]).table(coverage.TABLE)
    field = table.field("reason") if table else None
    return field.label(code) if field else code
