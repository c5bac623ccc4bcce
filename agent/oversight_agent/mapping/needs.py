"""Whether a table's sources have the columns that its mapping names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from oversight_agent.mapping.checked import Join, TableMapping
from oversight_agent.mapping.finding import suggestion
from oversight_agent.problems import Part, SourceError
from oversight_agent.tables import RawTable

_HEADER = "compare the mapping with the file's header; if titles stand above it, set header_row"


def check_columns(mapping: TableMapping, raw: RawTable, extras: Mapping[str, RawTable]) -> None:
    """Refuse a source that lacks a column.

    Raises:
        InputError: a file of a source lacks a column that the mapping names.
    """
    own = set(mapping.columns)
    needs = [need for need in _named(mapping) if need[0] in own]
    for part in raw.parts:
        _check_part(needs, part)
    for join in mapping.joins:
        wanted = list(_needs_of(join, mapping))
        for part in extras[join.alias].parts:
            _check_part(wanted, part)


def _named(mapping: TableMapping) -> Iterator[tuple[str, str]]:
    """Each column that something names, and what needs it."""
    for each in mapping.fields:
        yield from ((column, each.field.name) for column in each.columns)
    for test in mapping.where:
        yield test.column, "a condition"
    for join in mapping.joins:
        yield from ((ours, _spoken(join)) for ours, _ in join.on)


def _needs_of(join: Join, mapping: TableMapping) -> Iterator[tuple[str, str]]:
    for theirs in join.keys:
        yield theirs, _spoken(join)
    for each in mapping.fields:
        for column in each.columns:
            if mapping.join_of(column) == join:
                yield column.partition(".")[2], each.field.name
    for column in join.columns:
        yield column, _spoken(join)


def _spoken(join: Join) -> str:
    return "a lookup" if " " in join.alias else f"the join '{join.alias}'"


def _check_part(needs: list[tuple[str, str]], part: Part) -> None:
    missing = {column: who for column, who in reversed(needs) if column not in part.columns}
    if not missing:
        return
    column = next(one for one, _ in needs if one in missing)
    more = f" (and {len(missing) - 1} more are missing)" if len(missing) > 1 else ""
    who = missing[column]
    raise SourceError(
        f"the file has no column '{column}', which {who} needs{more}",
        file=part.file,
        field="" if " " in who else who,
        expected="all columns that the mapping names",
        advice=part.hint or suggestion(column, part.columns) or _HEADER,
    )
