"""An authority's own tables of true counts, protected by the very code that releases go through.

Rules kept here:

1. Tables of one name are tied by their periods, whatever the file says: days within days, and parts
   that make up a whole.
2. The rules are the defaults, tightened by the file's and by the policy's.
3. One table that cannot be true stops all, and nothing is told of any.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from oversight_agent import disclosure, own_counts
from oversight_agent.disclosure import Past, Tie
from oversight_agent.disclosure.report import TableReport
from oversight_agent.evaluate.given import given
from oversight_agent.evaluate.own_table import at_of, row_of
from oversight_agent.history.ties import ties
from oversight_agent.tables import SafeTable, UnsafeTable
from oversight_protocol import specification
from oversight_protocol.errors import InputError
from oversight_protocol.policy import Rules
from oversight_protocol.release import row_keys
from oversight_protocol.study import TOTAL, PublicFigure
from oversight_protocol.true_counts import (
    CountedTable,
    OwnPublicFigure,
    ProtectedFigure,
    ProtectedTable,
    ProtectedTables,
    TrueCounts,
)


@dataclass(frozen=True)
class OwnTables:
    """An authority's own tables, protected.

    Attributes:
        tables: as they may be published.
        reports: on each of them, for the authority alone.
        unsafe: the exact tables.
        safe: what may be published of them, as releases have it.
    """

    tables: ProtectedTables
    reports: tuple[TableReport, ...]
    unsafe: tuple[UnsafeTable, ...]
    safe: tuple[SafeTable, ...]


def protect_own(path: Path, policy: Rules, past: Sequence[Past] = ()) -> OwnTables:
    """Protect the tables of a file of true counts together.

    Args:
        path: the file.
        policy: the authority's own rules.
        past: what was released before.

    Raises:
        InputError: the file cannot be used.
    """
    own = own_counts.read(path)
    names = [f"{path}, table {one.name}, period {one.period.id}" for one in own.tables]
    unsafe = [given(one, where) for one, where in zip(own.tables, names, strict=True)]
    rules = Rules().tighten(own.rules).tighten(policy)
    tied = (*_own_ties(own, path), *ties(unsafe, [one.unsafe for one in past]))
    public = _public(own, unsafe, path)
    version = specification.versions()[-1]
    try:
        done = disclosure.protect(
            unsafe, rules, version, ties=tied, public=public, past=past, with_intervals=True
        )
    except ValueError as error:
        raise InputError(
            f"the tables cannot be true: {error}",
            where=str(path),
            advice="correct the table; nothing was protected",
        ) from None
    tables = tuple(
        _protected(number, table, one, done)
        for number, (table, one) in enumerate(zip(unsafe, own.tables, strict=True))
    )
    return OwnTables(
        ProtectedTables(rules=rules, tables=tables), done.report, tuple(unsafe), done.tables
    )


def _protected(
    number: int, unsafe: UnsafeTable, own: CountedTable, done: disclosure.Protected
) -> ProtectedTable:
    safe = done.tables[number]
    published = {
        (row.dimension, row.category, cell.outcome): cell
        for row in safe.answer.rows
        for cell in (*row.cells, row.total, *row.sums)
    }
    figures = []
    table = unsafe.table
    for key in row_keys(table):
        for outcome in (TOTAL, *table.outcome_codes, *table.magnitude_names):
            cell = published.get((*key, outcome))
            figures.append(ProtectedFigure(
                at=at_of(table, key), outcome=outcome,
                value=None if cell is None else cell.value,
                marker="[c]" if cell is None else cell.marker,
                interval=done.intervals[(number, *key, outcome)],
            ))  # fmt: skip
    return ProtectedTable(
        name=own.name, period=own.period, status=done.report[number].status, question=safe.question,
        figures=tuple(figures),
    )  # fmt: skip


def _own_ties(own: TrueCounts, path: Path) -> list[Tie]:
    return [
        Tie(link.kind, tuple(_number(own, name, where) for name in link.tables), link.equal_sums)
        for number, link in enumerate(own.links, start=1)
        for where in [f"{path}, link {number}"]
    ]


def _number(own: TrueCounts, reference: str, where: str) -> int:
    """The number of the table that a reference means."""
    name, _, period = reference.partition("@")
    found = [
        number
        for number, one in enumerate(own.tables)
        if one.name == name and period in ("", one.period.id)
    ]
    if len(found) != 1:
        raise InputError(
            "a table is named of which there is not exactly one",
            where=where,
            found=f"{len(found)} tables",
            expected="the name of a table of the file, with '@' and its period's id if the name"
            " comes in several periods",
            advice="correct the name",
        )
    return found[0]


def _public(own: TrueCounts, unsafe: Sequence[UnsafeTable], path: Path) -> list[PublicFigure]:
    return [
        _public_figure(own, one, unsafe, f"{path}, public figure {number}")
        for number, one in enumerate(own.public, start=1)
    ]


def _public_figure(
    own: TrueCounts, one: OwnPublicFigure, unsafe: Sequence[UnsafeTable], where: str
) -> PublicFigure:
    table = unsafe[_number(own, one.table, where)].table
    if one.outcome not in (TOTAL, *table.outcome_codes, *table.magnitude_names):
        raise InputError(
            "the public figure's outcome is none of the table's",
            where=where,
            advice="name an outcome or a magnitude of the table, or 'all'",
        )
    dimension, category = row_of(table, one.at, where)
    return PublicFigure(
        table=table.name, dimension=dimension, category=category, outcome=one.outcome,
        reason="Named as public.",
    )  # fmt: skip
