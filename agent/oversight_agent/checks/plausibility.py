"""What can hardly be true, although every value alone may stand: rule by rule.

A finding makes no table unusable. It asks the people who know the data to look, for most of what it
finds is a wrong column or a wrong code in the mapping, or an export that leaves something out.

A rule says, for one table, which rows it finds. Rules about people (`rules_of_people`) mark one row
of each person, so that what is counted is people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from oversight_agent.problems import Origin

Frames = Mapping[str, pd.DataFrame]
"""The mapped tables as `SpecTable` has them, by name, each with rows numbered from 0."""


@dataclass(frozen=True)
class Days:
    """The days that rules measure by.

    Attributes:
        today: the day of the check.
        as_of: the last day of the latest quarter that is over.
    """

    today: date
    as_of: date


Find = Callable[[Frames, Days], "pd.Series[bool]"]
"""Gives for each row of the rule's table whether it is found."""


@dataclass(frozen=True)
class Rule:
    """What can hardly be true.

    Attributes:
        name: for programs; it never changes.
        table: whose rows it finds.
        fields: what it compares, as "table.field"; without one of them it is not asked.
        sentence: what is odd, with the number in front ("events held after they were recorded").
        advice: what to do.
        find: finds the rows.
    """

    name: str
    table: str
    fields: tuple[str, ...]
    sentence: str
    advice: str
    find: Find = field(repr=False)


@dataclass(frozen=True)
class Finding:
    """What a rule found.

    Attributes:
        count: of rows, or of people if the rule is about these.
        places: where the first of them stand, by file and row.
    """

    rule: str
    table: str
    fields: tuple[str, ...]
    count: int
    sentence: str
    advice: str
    places: str


def implausible(
    rules: Sequence[Rule],
    frames: Frames,
    origins: Mapping[str, Origin],
    mapped: frozenset[str],
    days: Days,
) -> tuple[Finding, ...]:
    """What each rule finds, in the rules' order; nothing of a rule that finds nothing.

    Args:
        rules: those to ask.
        frames: the tables that there are.
        origins: where their rows stand.
        mapped: the fields that a column fills, as "table.field".
        days: what "today" and "as of" mean.
    """
    return tuple(_found(rules, frames, origins, mapped, days))


def _found(
    rules: Sequence[Rule],
    frames: Frames,
    origins: Mapping[str, Origin],
    mapped: frozenset[str],
    days: Days,
) -> Iterator[Finding]:
    for rule in rules:
        there = {point.split(".")[0] for point in rule.fields} <= set(frames)
        if not there or not mapped.issuperset(rule.fields):
            continue
        marked = rule.find(frames, days).fillna(value=False).astype(bool)
        positions = [int(one) for one in marked.to_numpy().nonzero()[0]]
        if positions:
            places = origins[rule.table].places(positions)
            yield Finding(rule.name, rule.table, rule.fields, len(positions), rule.sentence,
                          rule.advice, places)  # fmt: skip
