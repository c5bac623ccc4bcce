"""What a file of true counts says of its tables together: ties and public figures, by number.

Rule kept here: what names no table, row or outcome of the file is an error that says where.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from oversight_agent.disclosure import Named, Tie
from oversight_agent.evaluate.own_table import called, row_of
from oversight_agent.tables import UnsafeTable
from oversight_protocol.errors import InputError
from oversight_protocol.partitions import Key
from oversight_protocol.study import TOTAL, Link
from oversight_protocol.true_counts import OwnLink, OwnPublicFigure, TrueCounts


def ties(own: TrueCounts, path: Path) -> tuple[Tie, ...]:
    """The ties that the file's links are.

    Raises:
        InputError: a link names a table twice, or one that is not there.
    """
    return tuple(
        Tie(link.kind, tables, _equal_sums(own, link, tables, f"{path}, link {number}"))
        for number, link in enumerate(own.links, start=1)
        for tables in _tied(link.kind, _numbers(own, link.tables, f"{path}, link {number}"))
    )


def _equal_sums(
    own: TrueCounts, link: OwnLink, tables: Iterable[int], where: str
) -> tuple[str, ...]:
    for name in link.equal_sums:
        without = [
            own.tables[number].name for number in tables
            if name not in [each.name for each in own.tables[number].magnitudes]
        ]  # fmt: skip
        if without:
            raise InputError(
                f"'equal_sums' names '{name}'", where=where,
                found=f"no such magnitude in {', '.join(without)}",
                expected="a magnitude that all tables of the link have",
                advice="correct the name, or leave it out",
            )  # fmt: skip
    return link.equal_sums


def _tied(kind: str, numbers: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """The tables that are tied to each other: of contained ones each to the first."""
    if kind == "contained":
        yield from ((numbers[0], other) for other in numbers[1:])
    else:
        yield numbers


def not_kept(own: TrueCounts, unsafe: Sequence[UnsafeTable], most: int) -> Iterator[str]:
    """Of each link that numbers miss by more than a few rows, where that is, in words.

    There the tables are not protected beside one another.

    Args:
        own: the file.
        unsafe: its tables.
        most: by how many rows a link may be missed and still tie.
    """
    for number, link in enumerate(own.links, start=1):
        first, *others = (_totals(unsafe[_number(own, name, "")]) for name in link.tables)
        missed = [
            key for key, total in first.items()
            if all(key in one for one in others)
            and not _is_kept(link.kind, total, [one[key] for one in others], most)
        ]  # fmt: skip
        if missed:
            where = called(missed[0], TOTAL)
            more = f" and {len(missed) - 1} more rows" if len(missed) > 1 else ""
            says = f"{link.kind}: {', '.join(link.tables)}"
            yield (
                f"link {number} ({says}) is missed by {most + 1} rows or more at"
                f" {where}{more}: there the tables are not protected beside each other"
            )


def _totals(unsafe: UnsafeTable) -> dict[Key, int]:
    return {(row.dimension, row.category): row.total.count for row in unsafe.rows}


def _is_kept(kind: str, first: int, others: Sequence[int], most: int) -> bool:
    if kind == "partition":
        return abs(first - sum(others)) <= most
    if kind == "contained":
        return all(other - first <= most for other in others)
    return all(abs(other - first) <= most for other in others)


def public(own: TrueCounts, unsafe: Sequence[UnsafeTable], path: Path) -> tuple[Named, ...]:
    """The figures that the file names as public.

    Raises:
        InputError: there is no such figure.
    """
    return tuple(
        _public_figure(own, one, unsafe, f"{path}, public figure {number}")
        for number, one in enumerate(own.public, start=1)
    )


def links(own: TrueCounts, tied: Iterable[Tie]) -> tuple[Link, ...]:
    """The ties of tables of the same days, as a study would say them of every such days."""
    return tuple(_links(own, tied))


def _links(own: TrueCounts, tied: Iterable[Tie]) -> Iterator[Link]:
    for tie in tied:
        tables = [own.tables[number] for number in tie.tables]
        names = tuple(one.name for one in tables)
        days = {(one.period.start, one.period.end) for one in tables}
        # mypy does not tell literals apart by a set.
        if tie.kind == "again" or tie.kind == "close" or tie.kind == "alike":  # noqa: PLR1714
            continue
        if tie.kind != "apart" and len(days) == 1 and len(set(names)) == len(names):
            yield Link(
                kind=tie.kind, tables=names[:10], equal_sums=tie.equal_sums,
                reason="Said by the authority.",
            )  # fmt: skip


def _numbers(own: TrueCounts, references: Sequence[str], where: str) -> tuple[int, ...]:
    numbers = tuple(_number(own, reference, where) for reference in references)
    if len(set(numbers)) != len(numbers):
        raise InputError(
            "a link names a table twice", where=where, expected="different tables",
            advice="name each table once",
        )  # fmt: skip
    return numbers


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


def _public_figure(
    own: TrueCounts, one: OwnPublicFigure, unsafe: Sequence[UnsafeTable], where: str
) -> Named:
    number = _number(own, one.table, where)
    table = unsafe[number].table
    if one.outcome not in (TOTAL, *table.outcome_codes, *table.magnitude_names):
        raise InputError(
            "the public figure's outcome is none of the table's",
            where=where,
            advice="name an outcome or a magnitude of the table, or 'all'",
        )
    return (number, *row_of(table, one.at, where), one.outcome)
