"""The rows into which a result is broken down, as SQL: dimensions, their groups, and crossings.

Every value that stands in a column of a dimension has been checked to be a declared code before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from oversight_agent.evaluate.database import ANSWER, quoted
from oversight_protocol.dimension import BETWEEN
from oversight_protocol.study import BaseTable


class Breakdown(NamedTuple):
    """A way to group a result.

    Attributes:
        name: the dimension or crossing; empty for the whole authority.
        category: the SQL of a row's category.
        answer: the SQL of the rows that are in one of its categories.
    """

    name: str
    category: str
    answer: str


def breakdowns(table: BaseTable) -> Iterator[Breakdown]:
    """Every breakdown of a table, the whole authority first; each group stands by itself."""
    yield Breakdown("", "''", ANSWER)
    for dimension in table.dimensions:
        yield Breakdown(dimension.name, quoted(dimension.name), ANSWER)
        for group in dimension.groups:
            members = ", ".join(map(_literal, group.of))
            rows = f"(SELECT * FROM {ANSWER} WHERE {quoted(dimension.name)} IN ({members}))"  # noqa: S608
            yield Breakdown(dimension.name, _literal(group.code), rows)
    for crossing in table.crossings:
        joined = f" || {_literal(BETWEEN)} || ".join(map(quoted, crossing.dimensions))
        yield Breakdown(crossing.name, joined, ANSWER)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
