"""What comes of an authority's own tables of true counts: `oversight-agent protect` prints it.

Rules kept here:

1. `tables` is what may be published. `report` is for the authority alone: it says which rule hid
   which figure, and so which hidden figures are small. No message has a place for either.
2. A figure has a value or a marker, and always an interval.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from oversight_protocol.model import Code, Digest, Document, Name
from oversight_protocol.policy import Rules
from oversight_protocol.true_counts import OwnPeriod


class ProtectedFigure(Document):
    """A figure as it may be published: a cell, the total of a row, or the sum of a magnitude.

    Or a merged one: outcomes together of which some are hidden one by one.
    """

    at: dict[Name, Code] = Field(
        max_length=4,
        description="Its category, or group, of a dimension; of several for a crossing; empty for"
        " the whole authority.",
    )
    outcome: Code = Field(
        description="Its outcome, magnitude or merge; 'all' for the total of its row. That of a"
        " merge is listed only where it has a value."
    )  # fmt: skip
    value: int | None = Field(
        ge=0, description="Rounded, in whole units; null where the figure is hidden."
    )
    marker: Literal["", "[c]", "[low]", "[high]"] = Field(
        description="Empty for a figure that is shown. [c]: confidential. [low]: confidential, and"
        " below low_high_below. [high]: confidential, and the rest of its row is below that."
    )
    interval: tuple[int, int | None] = Field(
        description="Between what and what anybody can tell the figure to be who sees all that may"
        " be published of these tables and was published of tables tied to them, in whole units."
        " The second is null where nothing bounds it."
    )


class ProtectedTable(Document):
    """A table as it may be published."""

    name: Name
    period: OwnPeriod
    status: Literal["released", "withheld"] = Field(
        description="withheld: nothing of it may be published, so that all its figures are hidden."
    )
    recorded_before: bool = Field(
        description="Whether the history holds this table with these numbers: then it is as it was."
    )
    rules: Rules = Field(description="The rules that were kept.")
    question: Digest = Field(description="What stands for the table's definition and period.")
    figures: tuple[ProtectedFigure, ...]


class HiddenPlace(Document):
    """A figure that is hidden; dimension and category are empty for the whole authority."""

    dimension: Name | Literal[""] = Field(description="Its dimension or crossing.")
    category: Code | Literal[""] = Field(description="Its category; of a crossing, joined by ' / '")
    outcome: Code


class RuleTold(Document):
    """What one rule did to a table."""

    rule: str = Field(description="Its name, as in the rules or among the stages.")
    number: int | None = Field(description="Its number; null for a rule without one.")
    sentence: str = Field(description="What it says, in plain English.")
    hidden: tuple[HiddenPlace, ...] = Field(
        description="Figures that it hid, alone or with others; of low_high_below, that it marked."
    )
    cost: int = Field(ge=0, description="How many figures it alone keeps from being published.")


class ReportTold(Document):
    """What disclosure control did to a table, for the authority alone."""

    table: Name
    period: Code
    status: Literal["released", "withheld"]
    figures: int = Field(ge=1, description="Cells, totals and sums of the table.")
    published: int = Field(ge=0, description="How many of them may be published.")
    marked: int = Field(ge=0, description="How many others are marked [low] or [high].")
    merged: int = Field(default=0, ge=0, description="How many merged figures may be, besides.")
    rules: tuple[RuleTold, ...]
    history: tuple[str, ...] = Field(
        default=(),
        description="What other tables have to do with it, released before or listed with it: why"
        " that is a risk, and what would pass.",
    )


class ProtectedTables(Document):
    """What may be published of tables of true counts, and a report for the authority alone."""

    form: Literal["protected-tables"] = "protected-tables"
    version: Literal[1] = 1
    rules: Rules = Field(description="The file's rules and the policy's together.")
    recorded: bool = Field(
        default=False, description="Whether the history now holds these tables as published."
    )
    tables: tuple[ProtectedTable, ...] = Field(description="In the order of the file.")
    report: tuple[ReportTold, ...] = Field(
        description="On each table, in the same order. It tells which hidden figures are small:"
        " never publish it."
    )
