"""What is asked and what is answered: tickets, releases, refusals, receipts.

Rules kept here:

1. A *ticket* is one ask, of one authority, for base tables of one wave of one study.
2. A *release* answers every table and period of its ticket, each released or refused with a family.
   It holds rounded counts and markers; nothing finer exists in its form.
3. A dimension that an authority has no data for is marked as a whole, with the marker of what is
   unavailable; of the whole authority and of single categories that marker is never used.
4. `[low]` and `[high]` mark suppressed figures of which a little is said (`policy.Rules`): that it,
   or the rest of its row, is below the release's `low_high_below`. They stand only in cells of the
   whole authority, in a row whose total is published and not small.
5. A *merged figure* counts outcomes together that the study lets be put together. It stands in a
   row only where two of them or more are hidden, and only if it is published; it has no marker.
6. A *refusal* says its family and that family's fixed sentence, never a reason.
7. `check_release` says whether a release answers its ticket in the form that its study fixed and
   keeps the floors; `check_refusal` whether a refusal answers its ticket. The coordinator runs them
   on what it receives, the agent on what it is about to send.
"""

from __future__ import annotations

import operator
from typing import Literal, Self

from pydantic import Field, model_validator

from oversight_protocol.errors import FAMILY_TEXT, Family, Reason, Refused
from oversight_protocol.model import Code, Digest, Document, Instant, LaCode, Name, Text
from oversight_protocol.policy import FLOORS, LEAST_MARKED_ROW, Rules
from oversight_protocol.study import TOTAL, BaseTable, Study

__all__ = [
    "CONFIDENTIAL",
    "HIGH",
    "LOW",
    "TOTAL",
    "UNAVAILABLE",
    "Cell",
    "Head",
    "Receipt",
    "Refusal",
    "Release",
    "Row",
    "TableAnswer",
    "Ticket",
    "check_refusal",
    "check_release",
    "row_keys",
]

CONFIDENTIAL: Literal["[c]"] = "[c]"
"""The one marker of a suppressed figure, primary and secondary alike."""

LOW: Literal["[low]"] = "[low]"
"""The marker of a cell that is suppressed, and below the release's `low_high_below`."""

HIGH: Literal["[high]"] = "[high]"
"""The marker of a cell that is suppressed, and the rest of whose row is below that number."""

UNAVAILABLE: Literal["[x]"] = "[x]"
"""The marker of every figure of a dimension whose fields an authority's mapping does not fill."""


class Head(Document):
    """How far a ledger has come: its number of entries and the root over them."""

    size: int = Field(ge=0)
    root: Digest


class Ticket(Document):
    """One ask."""

    type: Literal["ticket"] = "ticket"
    id: Name
    study: Digest
    wave: Name
    tables: tuple[Name, ...] = Field(min_length=1)
    cohort: tuple[LaCode, ...] = Field(min_length=1)
    la: LaCode
    issued: Instant
    expires: Instant
    checkpoint: Head

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        if any(len(set(names)) != len(names) for names in (self.tables, self.cohort)):
            raise ValueError("a table or an authority is named twice")
        return self


class Cell(Document):
    """A published figure: a rounded count, or `null` with a marker."""

    outcome: Code
    value: int | None = Field(ge=0)
    marker: Literal["", "[c]", "[low]", "[high]", "[x]"] = ""

    @model_validator(mode="after")
    def _is_value_or_marker(self) -> Self:
        if (self.value is None) != bool(self.marker):
            raise ValueError("a cell holds a value or a marker")
        return self


class Row(Document):
    """A line of a base table: the whole authority (`dimension` empty) or one category.

    Attributes:
        cells: one for each outcome, in the study's order; none in a table with magnitudes.
        total: counts all rows; it is rounded on its own, so it need not be the sum of the cells.
        sums: one for each magnitude, in the study's order, its name in place of the outcome;
            rounded as counts are, in whole units.
        merged: the published counts of outcomes together, in the order of the study's steps, the
            merge's code in place of the outcome; rounded on their own. A row without any is written
            without this field.
    """

    dimension: Name | Literal[""]
    category: Code | Literal[""]
    cells: tuple[Cell, ...]
    total: Cell
    sums: tuple[Cell, ...] = ()
    merged: tuple[Cell, ...] = Field(default=(), max_length=10, exclude_if=operator.not_)

    @property
    def figures(self) -> tuple[Cell, ...]:
        """The cells, the total, the sums, and the merged figures."""
        return (*self.cells, self.total, *self.sums, *self.merged)


class TableAnswer(Document):
    """A base table in one period: its rows, or the family of its refusal."""

    table: Name
    period: Code
    status: Literal["released", "refused"]
    family: Family | None = None
    rows: tuple[Row, ...] = ()

    @model_validator(mode="after")
    def _is_released_or_refused(self) -> Self:
        released = self.status == "released"
        if released != (self.family is None) or released != bool(self.rows):
            raise ValueError("a table is released with rows or refused with a family")
        return self


class Release(Document):
    """An authority's answer to one ticket.

    Attributes:
        rules: what all of its tables keep. Where some were answered before under other rules, that
            is the looser of each.
        coarsest_base: the largest base that a figure of it is rounded to; 0 where all are rounded
            to that of the rules.
    """

    type: Literal["release"] = "release"
    ticket: Name
    ticket_digest: Digest
    study: Digest
    wave: Name
    la: LaCode
    answered: Instant
    rules: Rules
    coarsest_base: int = Field(default=0, ge=0, le=100)
    tables: tuple[TableAnswer, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _has_a_coarser_base_or_none(self) -> Self:
        base, finest = self.coarsest_base, self.rules.rounding_base
        if base and (base <= finest or base % finest):
            raise ValueError("coarsest_base is neither 0 nor a larger multiple of rounding_base")
        return self

    @property
    def read_by(self) -> Rules:
        """The rules by which to read its figures: none is rounded more coarsely than they say."""
        return self.rules.model_copy(
            update={"rounding_base": self.coarsest_base or self.rules.rounding_base}
        )


class Refusal(Document):
    """An authority's answer when it answers no table of a ticket at all."""

    type: Literal["refusal"] = "refusal"
    ticket: Name
    ticket_digest: Digest
    la: LaCode
    answered: Instant
    family: Family
    text: Text

    @model_validator(mode="after")
    def _has_the_fixed_sentence(self) -> Self:
        if self.text != FAMILY_TEXT[self.family]:
            raise ValueError("a refusal carries its family's fixed sentence")
        return self


class Receipt(Document):
    """The coordinator's word that it holds an answer: the other half of an agent's ledger."""

    type: Literal["receipt"] = "receipt"
    ticket: Name
    la: LaCode
    answer: Digest
    received: Instant
    checkpoint: Head


def row_keys(table: BaseTable) -> tuple[tuple[str, str], ...]:
    """The (dimension, category) of each row that a release of this table holds, in order."""
    return (("", ""), *((name, code) for name in table.breakdowns for code in table.members(name)))


def unavailable(answer: TableAnswer) -> frozenset[str]:
    """The dimensions of a released table that its authority has no data for.

    Raises:
        Refused: `release-mismatch`, naming the table: some figures of a dimension have the marker
            and others not, so it says something of single categories.
    """
    found: dict[str, set[bool]] = {}
    for row in answer.rows:
        marked = {cell.marker == UNAVAILABLE for cell in row.figures}
        found.setdefault(row.dimension, set()).update(marked)
    if any(len(marked) > 1 for marked in found.values()):
        raise Refused(Reason.RELEASE_MISMATCH, answer.table)
    return frozenset(dimension for dimension, marked in found.items() if True in marked)


def unmarked(answer: TableAnswer) -> TableAnswer:
    """An answer in which `[low]` and `[high]` are `[c]`."""
    rows = tuple(
        row.model_copy(update={"cells": tuple(map(_unmarked, row.cells))}) for row in answer.rows
    )
    return answer.model_copy(update={"rows": rows})


def _unmarked(cell: Cell) -> Cell:
    return cell.model_copy(update={"marker": CONFIDENTIAL}) if cell.marker in (LOW, HIGH) else cell


def markers_are_allowed(answer: TableAnswer, rules: Rules) -> bool:
    """Whether `[low]` and `[high]` stand only where the rules let them."""
    for row in answer.rows:
        total, whole = row.total.value, not row.dimension
        for place, cell in enumerate(row.figures):
            is_cell = place < len(row.cells)
            may = is_cell and whole and rules.low_high_below and (total or 0) >= LEAST_MARKED_ROW
            if cell.marker in (LOW, HIGH) and not may:
                return False
    return True


def check_release(release: Release, ticket: Ticket, ticket_digest: str, study: Study) -> None:
    """Check that a release answers its ticket as its study fixed it, above the floors.

    `study` is the one that `ticket.study` names; the caller found it by that digest.

    Raises:
        Refused: `release-mismatch` or `floor`, naming the table at most; `wave` or `table-unknown`
            if the ticket itself asks for what the study does not hold.
    """
    # 1. It answers this ticket, of this authority, study and wave.
    same = (ticket.id, ticket_digest, ticket.study, ticket.wave, ticket.la)
    if same != (release.ticket, release.ticket_digest, release.study, release.wave, release.la):
        raise Refused(Reason.RELEASE_MISMATCH)
    # 2. It holds each table and period once, in the ticket's order.
    periods = [period.id for period in study.wave(ticket.wave).periods]
    asked = [(table, period) for table in ticket.tables for period in periods]
    if asked != [(answer.table, answer.period) for answer in release.tables]:
        raise Refused(Reason.RELEASE_MISMATCH)
    # 3. Its rules are no looser than the study's, whose own are no looser than the floors.
    release.rules.require_at_least(study.rules)
    # 4. Each table has the study's rows and outcomes, and every figure keeps the rules.
    for answer in release.tables:
        if answer.status == "released":
            _check_table(answer, study.table(answer.table), release.rules)


def check_refusal(refusal: Refusal, ticket: Ticket, ticket_digest: str) -> None:
    """Check that a refusal answers this ticket.

    Raises:
        Refused: `release-mismatch`.
    """
    asked = (ticket.id, ticket_digest, ticket.la)
    if asked != (refusal.ticket, refusal.ticket_digest, refusal.la):
        raise Refused(Reason.RELEASE_MISMATCH)


def _check_table(answer: TableAnswer, table: BaseTable, rules: Rules) -> None:
    if row_keys(table) != tuple((row.dimension, row.category) for row in answer.rows):
        raise Refused(Reason.RELEASE_MISMATCH, table.name)
    for row in answer.rows:
        outcomes = tuple(cell.outcome for cell in row.cells)
        sums = tuple(cell.outcome for cell in row.sums)
        declared = (table.outcome_codes, TOTAL, table.magnitude_names)
        if declared != (outcomes, row.total.outcome, sums):
            raise Refused(Reason.RELEASE_MISMATCH, table.name)
        if not _merges_as_declared(row, table):
            raise Refused(Reason.RELEASE_MISMATCH, table.name)
    if "" in unavailable(answer):
        raise Refused(Reason.RELEASE_MISMATCH, table.name)
    if not markers_are_allowed(answer, rules):
        raise Refused(Reason.FLOOR, table.name)
    for row in answer.rows:
        for cell in (*row.cells, row.total, *row.merged):
            _check_cell(cell, rules, table.name)
        for cell in row.sums:
            _check_sum(cell, rules, table.name)


def _merges_as_declared(row: Row, table: BaseTable) -> bool:
    """Whether a row's merged figures are the study's, each once and in its order, and have a place.

    One of which all outcomes are published tells what they tell, and one of which all but one are
    tells of that one.
    """
    codes, merges = [cell.outcome for cell in row.merged], table.merges
    hidden = {cell.outcome for cell in row.cells if cell.value is None}
    return codes == [code for code in merges if code in codes] and all(
        cell.value is not None and len(hidden.intersection(merges[cell.outcome])) > 1
        for cell in row.merged
    )


def _check_sum(cell: Cell, rules: Rules, place: str) -> None:
    """A sum may be smaller than a count, and stand where that of its persons had to give way."""
    if cell.value is not None and cell.value % rules.rounding_base:
        raise Refused(Reason.FLOOR, place)


def _check_cell(cell: Cell, rules: Rules, place: str) -> None:
    if cell.value is None or (cell.value == 0 and rules.zeros_may_be_shown):
        return
    # Persons number at most the table's unit, so a cell that passed the minimum cannot show less
    # than the minimum rounded down.
    least = rules.minimum_persons - rules.minimum_persons % rules.rounding_base
    if cell.value % rules.rounding_base or cell.value < max(least, FLOORS["minimum_persons"].value):
        raise Refused(Reason.FLOOR, place)
