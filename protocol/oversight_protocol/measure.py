"""A measure: a figure made of sums of one base table.

Rule kept here: a measure is a share of outcomes, a ratio of magnitudes, the median of outcomes that
are bins, the part of a magnitude that one category has, or the difference of two shares. It may be
of one category only. Nothing else is a figure.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal, Self

from pydantic import Field, model_validator

from oversight_protocol.base_table import TOTAL, BaseTable
from oversight_protocol.model import Code, Document, Name, Text, require_unique
from oversight_protocol.outcome import Outcome


class Place(Document):
    """A category of a dimension."""

    dimension: Name
    code: Code


class Measure(Document):
    """A figure made of sums of one base table.

    Attributes:
        kind: `share`: the numerator's outcomes as a percentage of the denominator's, the
            numerator's being among them. `ratio`: one magnitude over another, or over the number of
            rows (`all`). `median`: of the denominator's outcomes, which are bins in rising order
            without a gap between them; it has no numerator. `part`: of one magnitude, what the
            category `place` has, as a percentage of what all have. `difference`: the share of the
            numerator in the denominator less that of `less` in `less_of`, in percentage points.
        unit: of the figure: "percent" for a share and a part, "percentage points" for a difference;
            else in words ("children per full-time worker").
        place: of a part, the category; of any other kind, if it is given, the one category of which
            the figure is. Then it is not broken down further.
        less: of a difference, the numerator of the share that is taken away; `less_of` its
            denominator.
        distribution: the name of a group of shares that together split one whole, if it is one of
            them; they are shown together.
    """

    id: Name
    number: Text
    title: Text
    definition: Text
    table: Name
    kind: Literal["share", "ratio", "median", "part", "difference"] = "share"
    unit: Text = "percent"
    numerator: tuple[Code, ...] = ()
    denominator: tuple[Code, ...] = Field(min_length=1)
    less: tuple[Code, ...] = ()
    less_of: tuple[Code, ...] = ()
    place: Place | None = None
    distribution: Name | None = None
    hypothesis: Text | None = None

    @model_validator(mode="after")
    def _has_the_form_of_its_kind(self) -> Self:
        require_unique("outcome in the denominator", list(self.denominator))
        require_unique("outcome in the numerator", list(self.numerator))
        units = {"share": "percent", "part": "percent", "difference": "percentage points"}
        if self.unit != units.get(self.kind, self.unit) or (
            self.kind not in units and self.unit in units.values()
        ):
            raise ValueError("a share and a part are in percent, a difference in percentage points")
        if self.kind == "share" and not _is_part(self.numerator, self.denominator):
            raise ValueError("the numerator is not a proper part of the denominator")
        if self.kind == "ratio" and (len(self.numerator), len(self.denominator)) != (1, 1):
            raise ValueError("a ratio is of one magnitude over one other")
        if self.kind == "median" and (self.numerator or len(self.denominator) < 2):
            raise ValueError("a median has bins in its denominator, and no numerator")
        if self.kind == "part" and not (
            self.place and self.numerator == self.denominator and len(self.numerator) == 1
        ):
            raise ValueError("a part is of one magnitude in one category")
        return self

    @model_validator(mode="after")
    def _has_a_difference_of_shares(self) -> Self:
        if self.kind != "difference":
            if self.less or self.less_of:
                raise ValueError("only a difference takes a share away")
        elif not (
            _is_part(self.numerator, self.denominator)
            and _is_part(self.less, self.less_of)
            and not set(self.denominator) & set(self.less_of)
        ):
            raise ValueError("a difference is of two shares whose denominators share no outcome")
        return self

    @property
    def outcomes(self) -> tuple[Code, ...]:
        """The outcomes or magnitudes that it sums, each once."""
        return tuple(dict.fromkeys((*self.denominator, *self.numerator, *self.less_of)))

    def problem(self, table: BaseTable) -> str | None:
        """What this measure asks of its table that the table does not declare, if anything."""
        if self.place is not None and not _has_place(table, self.place):
            return "is of a category that its table does not have"
        if self.kind in ("ratio", "part"):
            known = {*table.magnitude_names, TOTAL}
            if self.numerator[0] not in table.magnitude_names or self.denominator[0] not in known:
                return "names an undeclared magnitude"
            return None
        if not set(self.outcomes) <= set(table.outcome_codes):
            return "sums an undeclared outcome"
        if self.kind == "median" and not _are_bins(self._bins(table)):
            return "has outcomes that are not bins in rising order without a gap"
        return None

    def _bins(self, table: BaseTable) -> list[Outcome]:
        outcomes = {outcome.code: outcome for outcome in table.outcomes}
        return [outcomes[code] for code in self.denominator]


def _is_part(numerator: tuple[Code, ...], denominator: tuple[Code, ...]) -> bool:
    return bool(numerator) and set(numerator) < set(denominator)


def _has_place(table: BaseTable, place: Place) -> bool:
    return any(one.name == place.dimension and place.code in one.codes for one in table.dimensions)


def _are_bins(outcomes: list[Outcome]) -> bool:
    """Whether each outcome starts right after the one before; only the last may be open."""
    return outcomes[0].low is not None and all(
        before.high is not None and after.low == before.high + 1
        for before, after in pairwise(outcomes)
    )
