"""The base table that a table of true counts is, and the row and outcome that each of its cells is.

Rules kept here:

1. Such a table has no query: its question is its definition alone, so that the same table in the
   same days is the same question.
2. A cell of a dimension that is crossed is a row of the crossing of exactly these dimensions.
3. A name that a table has already (`team`, `outcome`, a subject's column; `all` for totals) is no
   name for anything of its own. The message says which names are taken.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError

from oversight_protocol.dimension import BETWEEN
from oversight_protocol.errors import InputError
from oversight_protocol.model import with_article
from oversight_protocol.partitions import WHOLE_KEY, Key
from oversight_protocol.study import (
    TOTAL,
    BaseTable,
    Collapse,
    Dimension,
    Group,
    Merge,
    Outcome,
    Subject,
)
from oversight_protocol.true_counts import CountedCell, CountedTable, OwnDimension, OwnMerge

_COLUMNS = {"children": "child_id", "workers": "worker_id"}
_NO_QUERY = "-- counted by the authority itself"
_NAMED = 6
"""Parts of a figure that a message names."""


def base_table_of(own: CountedTable, where: str) -> BaseTable:
    """The definition of a table of true counts.

    Raises:
        InputError: it contradicts itself.
    """
    _require_free_names(own, where)
    if len(own.outcomes) == 1:
        raise InputError(
            "the table has a single outcome, so its cells say no more than its totals",
            where=where, found=f"'{own.outcomes[0]}'",
            expected="two outcomes or more, of which every row of the data has one; or magnitudes",
            advice="of plain counts by category, make the categories the outcomes",
        )  # fmt: skip
    try:
        return BaseTable(
            name=own.name,
            title=own.name,
            population=own.name,
            unit=own.unit,
            about_staff=own.about_staff,
            subjects=tuple(
                Subject(kind=kind, column=_COLUMNS[kind], optional=kind in own.optional)
                for kind in own.subjects
            ),
            outcomes=tuple(Outcome(code=code, label=code) for code in own.outcomes),
            magnitudes=own.magnitudes,
            dimensions=tuple(map(_dimension, own.dimensions)),
            crossings=own.crossings,
            collapse=tuple(map(_step, own.merges)),
            reads=("own_counts",),
            sql=_NO_QUERY,
        )
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise InputError(
            "the table's definition contradicts itself",
            where=where,
            found=first["msg"].removeprefix("Value error, "),
            advice="see docs/protect.md",
        ) from None


def _require_free_names(own: CountedTable, where: str) -> None:
    """Check that nothing has a name that a table has already, or that something else has.

    Raises:
        InputError: something has.
    """
    columns = (*(_COLUMNS[kind] for kind in own.subjects), "team")
    values = tuple(one.name for one in own.magnitudes) or ("outcome",)
    names = [one.name for one in own.dimensions]
    for what, given, taken in (
        ("magnitude", values if own.magnitudes else (), (TOTAL, *columns)),
        ("dimension", names, (*columns, *values)),
        ("crossing", [one.name for one in own.crossings], names),
        ("outcome", own.outcomes, (TOTAL,)),
        ("merge", [one.code for one in own.merges], (TOTAL, *own.outcomes)),
        *((f"category or group of {one.name}", [*one.codes, *(group.code for group in one.groups)],
           ()) for one in own.dimensions),
    ):  # fmt: skip
        twice = {name for number, name in enumerate(given) if name in given[:number]}
        for name in given:
            if name in taken:
                raise InputError(
                    f"the table's definition contradicts itself: {with_article(what)} has a name"
                    " that is taken",
                    where=where, found=f"'{name}'",
                    expected=f"another name than {', '.join(dict.fromkeys(taken))}",
                    advice="give it another name, in the cells too",
                )  # fmt: skip
            if name in twice:
                raise InputError(
                    f"{with_article(what)} is named twice", where=where, found=f"'{name}' twice",
                    expected="each name once", advice="take one out, or give it another name",
                )  # fmt: skip


def _dimension(own: OwnDimension) -> Dimension:
    return Dimension(
        name=own.name,
        label=own.name,
        categories=tuple(Outcome(code=code, label=code) for code in own.codes),
        groups=tuple(Group(code=one.code, label=one.code, of=one.of) for one in own.groups),
    )


def _step(own: OwnMerge) -> Collapse:
    return Collapse(merge=Merge(outcomes=own.of, into=Outcome(code=own.code, label=own.code)))


def key_of(table: BaseTable, cell: CountedCell, where: str) -> Key:
    """The row that a cell is in; its outcome is one of the table's.

    Raises:
        InputError: it is none.
    """
    outcomes = (TOTAL, *table.outcome_codes)
    if cell.outcome not in outcomes:
        raise InputError(
            "the cell's outcome is none of the table's",
            where=f"{where}, outcome",
            expected=f"one of {', '.join(outcomes)}",
            advice="correct it, or add it to 'outcomes'",
        )
    if set(cell.sums) - set(table.magnitude_names):
        raise InputError(
            "the cell has a sum of no magnitude of the table",
            where=f"{where}, sums",
            expected=f"one of {', '.join(table.magnitude_names)}"
            if table.magnitudes else "no sums, for the table has outcomes",
            advice="correct it, or add it to 'magnitudes'",
        )  # fmt: skip
    return row_of(table, cell.at, where)


def row_of(table: BaseTable, at: dict[str, str], where: str) -> Key:
    """The row of some categories.

    Raises:
        InputError: the table has none.
    """
    if not at:
        return WHOLE_KEY
    crossed = {frozenset(one.dimensions): one for one in table.crossings}
    names = {one.name for one in table.dimensions}
    if len(at) == 1 and set(at) <= names:
        [(name, code)] = at.items()
    elif (crossing := crossed.get(frozenset(at))) is not None:
        name = crossing.name
        code = BETWEEN.join(at[one] for one in crossing.dimensions)
    else:
        raise InputError(
            "the cell is in no row of the table",
            where=f"{where}, at",
            expected="a category of one dimension, of all dimensions of a crossing, or none for the"
            " whole authority",
            advice="correct 'at', or add the dimension or crossing to the table",
        )
    if code not in table.members(name):
        raise InputError(
            "the cell's category is none of its dimension",
            where=f"{where}, at",
            expected=f"a code, or a group's code, of {name}",
            advice="correct it, or add it to the dimension's 'codes'",
        )
    return name, code


def at_of(table: BaseTable, key: Key) -> dict[str, str]:
    """The categories of a row, by dimension; a group's code stands for its categories."""
    name, code = key
    crossing = next((one for one in table.crossings if one.name == name), None)
    if crossing is not None:
        return dict(zip(crossing.dimensions, table.members(name)[code], strict=True))
    return {name: code} if name else {}


def row_called(key: Key) -> str:
    """A row as a message names it."""
    return f"{key[0]} '{key[1]}'" if key[0] else "the whole authority"


def called(key: Key, outcome: str) -> str:
    """A figure as a message names it."""
    return f"{row_called(key)}, {'total' if outcome == TOTAL else f'outcome {outcome!r}'}"


def parts_called(parts: Sequence[tuple[Key, str]]) -> str:
    """The figures that make up another, as a message names them: of one row, or of one outcome."""
    [(key, outcome), *_] = parts
    if len({row for row, _ in parts}) == 1:
        return f"the outcomes of its row, added up: {_some([f'{one!r}' for _, one in parts])}"
    rows = _some([f"'{category}'" for (_, category), _ in parts])
    kind = "total" if outcome == TOTAL else f"outcome {outcome!r}"
    return f"{key[0]} {rows}, {kind}, added up"


def _some(names: Sequence[str]) -> str:
    """Some names; of more than a few, how many there are."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
