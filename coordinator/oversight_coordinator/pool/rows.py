"""A figure as it stands in `pooled.csv` or `authorities.csv`, in the report and in `--json`."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

Marker = Literal["", "[c]", "[x]", "[z]"]


@dataclass(frozen=True)
class PooledRow:
    """One measure in one period, for the whole or for one category.

    Attributes:
        dimension: `""` with category `""` for the whole.
        estimate: one decimal, from the rounded figures of the authorities that published.
        lower: one decimal, rounded down; with `upper` it contains the true figure over all
            authorities that answered. Both are None if nobody answered, or if nothing that was
            published bounds the figure from above.
        upper: one decimal, rounded up.
        numerator: a sum of rounded counts or magnitudes, in the base table's unit or the
            magnitude's; None for a median.
        denominator: likewise; for a median all counts in the bins.
        unit: of estimate, lower and upper, as the measure has it.
        las_published: authorities that published all that the figure needs.
        las_answered: authorities that released the table, suppressed cells or not: those whose data
            the interval is about. A refused table is not among them, nor for a category an
            authority that has no data for its dimension.
        las_asked: authorities of the cohort.
        marker: why there is no estimate. `[c]`: those that answered suppressed it. `[x]`: nobody
            answered, or nobody has data for it. `[z]`: there was nothing to take a figure of.
            Otherwise `""`.
    """

    study: str
    wave: str
    table: str
    measure: str
    period: str
    dimension: str
    category: str
    estimate: float | None
    lower: float | None
    upper: float | None
    numerator: int | None
    denominator: int | None
    unit: str
    las_published: int
    las_answered: int
    las_asked: int
    marker: Marker


@dataclass(frozen=True)
class AuthorityRow:
    """One authority's own figure for one measure in one period, for the whole authority.

    Attributes:
        estimate: as in `PooledRow`, from this authority's published figures alone; the interval
            contains its true figure.
        marker: why there is no estimate. `[c]`: suppressed. `[x]`: it did not answer this table,
            for whatever reason, or has no data for the figure's category. `[z]`: nothing to take a
            figure of. Otherwise `""`.
    """

    la: str
    measure: str
    period: str
    estimate: float | None
    lower: float | None
    upper: float | None
    numerator: int | None
    denominator: int | None
    marker: Marker


COLUMNS = tuple(field.name for field in fields(PooledRow))
"""The columns of `pooled.csv` in order."""

AUTHORITY_COLUMNS = ("la", "la_name", *(field.name for field in fields(AuthorityRow)[1:]))
"""The columns of `authorities.csv` in order."""
