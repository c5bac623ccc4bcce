"""The arithmetic of a funnel plot: what chance alone would make of shares that are all alike.

Rules kept here:

1. The limits at a denominator n are those of a binomial share around the pooled one, p: 1.96 and
   3.09 standard errors, sqrt(p (1 - p) / n), to either side, cut off at 0 and 100 %. The normal
   form will do: no count below 10 is ever published, on either side of a share.
2. Authorities nearly always differ by more than chance ("over-dispersion"). Whether they do is
   judged by Cochran's Q: more than two standard deviations above what chance gives. If so, a band
   is added that holds 95 % of authorities which differ as these do: the variance between them,
   tau squared, by DerSimonian and Laird (1986), is added to that of chance. Source: Spiegelhalter,
   "Handling over-dispersion of performance indicators" (2005), the additive model.
3. An authority is outside only if its whole interval is: rounding and suppression put nobody there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

Z_95, Z_998 = 1.959964, 3.090232
"""Standard errors to either side for two-sided limits of 95 % and 99.8 %."""

Side = Literal["above", "below"]


@dataclass(frozen=True)
class Point:
    """An authority's share in percent, with its interval, and what it is a share of."""

    la: str
    name: str
    share: float
    lower: float
    upper: float
    denominator: int


@dataclass(frozen=True)
class Funnel:
    """Limits around a pooled share.

    Attributes:
        share: the pooled one, in percent; above 0 and below 100.
        variance: between authorities, in squared percentage points; None if they do not differ by
            more than chance.
    """

    share: float
    variance: float | None

    def limits(self, denominator: float, z: float) -> tuple[float, float]:
        """What chance alone allows, in percent."""
        return self._around(z * sqrt(self._chance(denominator)))

    def band(self, denominator: float) -> tuple[float, float]:
        """Where 95 % of such authorities lie, in percent; the 95 % limits if chance is all."""
        return self._around(Z_95 * sqrt(self._chance(denominator) + (self.variance or 0.0)))

    def beyond(self, point: Point, z: float) -> Side | None:
        """On which side of the limits of chance an authority lies, if outside."""
        return _side(point, self.limits(point.denominator, z))

    def beyond_band(self, point: Point) -> Side | None:
        """On which side of the band an authority lies, if outside."""
        return _side(point, self.band(point.denominator))

    def _chance(self, denominator: float) -> float:
        return self.share * (100 - self.share) / denominator

    def _around(self, distance: float) -> tuple[float, float]:
        return max(0.0, self.share - distance), min(100.0, self.share + distance)


def funnel(share: float, points: Sequence[Point]) -> Funnel | None:
    """The funnel of authorities around their pooled share; None where that share has no chance.

    Args:
        share: in percent.
        points: at least two, with denominators above 0.
    """
    if not 0 < share < 100:
        return None
    weights = [point.denominator / (share * (100 - share)) for point in points]
    differences = [(point.share - share) ** 2 for point in points]
    q = sum(weight * square for weight, square in zip(weights, differences, strict=True))
    free = len(points) - 1
    if q <= free + 2 * sqrt(2 * free):
        return Funnel(share, None)
    total = sum(weights)
    return Funnel(share, (q - free) / (total - sum(weight**2 for weight in weights) / total))


def _side(point: Point, limits: tuple[float, float]) -> Side | None:
    if point.lower > limits[1]:
        return "above"
    return "below" if point.upper < limits[0] else None
