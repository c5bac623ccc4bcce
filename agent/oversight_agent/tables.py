"""The types that data passes through on its way out, each made in one place only.

    RawTable         readers     text as the source holds it
    SpecTable        mapping     the common specification's types and codes, persons as pseudonyms
    UnsafeTable      evaluate    exact counts with the persons behind each (history reads them back)
    SafeTable        disclosure  rounded counts and markers
    ApprovedRelease  gate        a release that policy or a person let through

Each later type can be constructed only by the module named: a constructor demands that module's
seal. None of them shows its content in a repr, so that no log or traceback can carry it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from oversight_agent.problems import Origin, Part
from oversight_protocol.policy import Rules
from oversight_protocol.release import TableAnswer
from oversight_protocol.study import AnyPeriod, BaseTable

if TYPE_CHECKING:
    import pandas as pd


class Seal:
    """The right to construct a type; each making module holds one."""

    def __init__(self, owner: str) -> None:
        self.owner = owner

    def check(self, other: Seal) -> None:
        """Refuse a constructor call from anywhere but the module that holds this seal."""
        if other is not self:
            raise TypeError(f"only {self.owner} makes this type")


MAPPING = Seal("oversight_agent.mapping")
EVALUATE = Seal("oversight_agent.evaluate")
DISCLOSURE = Seal("oversight_agent.disclosure")
GATE = Seal("oversight_agent.gate")


@dataclass(frozen=True)
class RawTable:
    """A source as text: every value a string as it stands there, an empty one as `""`.

    Attributes:
        frame: columns by the source's own names, tidied, dtype `str`; the index is the row's number
            in its file, counted from 1, so that a problem can be found again.
        parts: the files that the rows come from, in the order of the rows.
    """

    frame: pd.DataFrame = field(repr=False)
    parts: tuple[Part, ...]

    @property
    def origin(self) -> Origin:
        """Where each row stands."""
        return Origin(self.parts, self.frame.index)  # type: ignore[arg-type]


@dataclass(frozen=True)
class SpecTable:
    """A table of the specification, mapped and valid.

    Attributes:
        name: the specification's name of the table.
        frame: columns by the specification's field names and order; strings and codes as `str`,
            dates as `datetime64[s]`, integers as `Int64`, numbers as `Float64`; missing as NA.
        seal: the maker's.
    """

    name: str
    frame: pd.DataFrame = field(repr=False)
    seal: Seal = field(repr=False)

    def __post_init__(self) -> None:
        """Check the maker."""
        MAPPING.check(self.seal)


@dataclass(frozen=True)
class UnsafeCell:
    """What stands behind a cell.

    Attributes:
        count: rows, in the table's unit.
        children: distinct children among them (0 where the table has none).
        workers: distinct workers among them (0 where the table has none).
        teams: distinct teams among them; a missing team is not one.
        top_worker: rows of the worker who has most of them.
    """

    count: int = field(repr=False)
    children: int = field(repr=False)
    workers: int = field(repr=False)
    teams: int = field(repr=False)
    top_worker: int = field(repr=False)


LARGEST_SUM = 10**9
"""The most that a magnitude may sum to, in its smallest units: far beyond any caseload or working
time, and small enough for the solver of the attack audit to be exact."""


@dataclass(frozen=True)
class UnsafeSum:
    """The sum of a magnitude, in units of its last decimal place (a hundredth for two decimals).

    Attributes:
        value: the sum.
        largest: the largest contribution of one person; 0 where there is none.
        second: the second largest contribution; 0 where there is none.
    """

    value: int = field(repr=False)
    largest: int = field(repr=False)
    second: int = field(repr=False)

    def looks_like(self, other: UnsafeSum) -> bool:
        """Whether both may be of one thing, under two names: a largest contribution is the same."""
        largest = {self.largest, self.second} & {other.largest, other.second}
        return any(largest)


@dataclass(frozen=True)
class UnsafeMerge:
    """What stands behind some outcomes of a line together.

    Attributes:
        own: of all rows of these outcomes: whoever is in two of them is one person.
        rest: of all other rows of the line.
    """

    own: UnsafeCell = field(repr=False)
    rest: UnsafeCell = field(repr=False)


@dataclass(frozen=True)
class UnsafeRow:
    """A line: the whole authority (dimension and category `""`) or one category.

    Attributes:
        cells: by outcome code, in the order of publication; none in a table with magnitudes.
        complements: by outcome code, the same of all rows in this line outside that outcome.
        total: of all rows in this line.
        sums: by magnitude, in the order of publication; none in a table with outcomes.
        merged: by the code of each merge that the table declares, in the order of its steps; one
            that is left out is not published.
    """

    dimension: str
    category: str
    cells: dict[str, UnsafeCell] = field(repr=False)
    complements: dict[str, UnsafeCell] = field(repr=False)
    total: UnsafeCell = field(repr=False)
    sums: dict[str, UnsafeSum] = field(default_factory=dict, repr=False)
    merged: dict[str, UnsafeMerge] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class UnsafeTable:
    """A base table in one period with exact counts and sums. It never leaves the worker process.

    Attributes:
        rows: first the whole authority, then each dimension's categories, in the order of
            `oversight_protocol.release.row_keys`; every declared cell is present, with zeros.
        lacking: dimensions for which there is no data: the mapping does not fill what they are made
            of, so that their rows say nothing of anybody and none may be published.
    """

    table: BaseTable
    period: AnyPeriod
    rows: tuple[UnsafeRow, ...] = field(repr=False)
    seal: Seal = field(repr=False)
    lacking: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Check the maker."""
        EVALUATE.check(self.seal)


@dataclass(frozen=True)
class SafeTable:
    """A base table in one period as it may be published.

    Attributes:
        question: the digest of the canonical question, under which the answer is frozen.
        answer: the rows as they travel.
        rules: the rules that were applied.
    """

    question: str
    answer: TableAnswer
    rules: Rules
    seal: Seal = field(repr=False)

    def __post_init__(self) -> None:
        """Check the maker."""
        DISCLOSURE.check(self.seal)
