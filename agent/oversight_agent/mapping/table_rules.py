"""What the joins, lookups and conditions of a table must keep.

Rules kept here:

1. A join is used by something, and its keys are columns that are there when it is made: the
   table's own, or those of joins that stand before it.
2. A condition tests one thing.
"""

from __future__ import annotations

from collections.abc import Iterator

from oversight_agent.mapping.document import Place
from oversight_agent.mapping.finding import Finding
from oversight_agent.mapping.rules import check_date_formats
from oversight_agent.mapping.settings import Condition, FieldSettings, TableSettings
from oversight_agent.mapping.source_rules import check_source

_TESTS = ("is", "is_not", "from", "to", "empty")


def check_joins(settings: TableSettings, place: Place) -> Iterator[Finding]:
    """What is wrong with a table's joins and lookups; the table stands at `place`."""
    for name, field in settings.fields.items():
        if field.lookup is not None:
            yield from check_source(field.lookup, (*place, "fields", name, "lookup"))
    used = set(_aliases(settings))
    before: set[str] = set()
    for alias, join in settings.joins.items():
        at = (*place, "joins", alias)
        yield from check_source(join, at)
        later = settings.joins.keys() - before
        for column in join.on:
            if column.partition(".")[0] in later and "." in column:
                yield Finding(
                    (*at, "on"),
                    f"'{column}' belongs to a join that is not made yet",
                    advice="write the join that it belongs to first",
                )
        if alias not in used:
            what = f"nothing uses the join '{alias}'"
            yield Finding(at, what, advice=f"name a column of it as '{alias}.Column', or drop it")
        before.add(alias)


def _aliases(settings: TableSettings) -> Iterator[str]:
    """What stands before the first point of each column that something names."""
    columns = [column for field in settings.fields.values() for column in columns_of(field)]
    columns += [test.column for test in settings.where]
    columns += [column for join in settings.joins.values() for column in join.on]
    columns += [one.lookup.start for one in settings.fields.values() if one.lookup is not None]
    return (column.partition(".")[0].strip() for column in columns if "." in column)


def columns_of(field: FieldSettings) -> list[str]:
    """The columns that a field's settings name."""
    named = [*(field.first_of or ()), *(field.join_text or ())]
    if field.working_days is not None:
        named += [field.working_days.start, field.working_days.end]
    return named + [field.column] * (field.column is not None)


def check_conditions(settings: TableSettings, place: Place) -> Iterator[Finding]:
    """What is wrong with a table's conditions, which stand at `place`."""
    for number, test in enumerate(settings.where):
        yield from _check_condition(test, (*place, str(number)))


def _check_condition(test: Condition, place: Place) -> Iterator[Finding]:
    said = [
        name
        for name, value in zip(
            _TESTS, (test.listed, test.not_listed, test.start, test.end, test.empty), strict=True
        )
        if value is not None
    ]
    if not said:
        expected = "one of is, is_not, from, to, empty"
        yield Finding(place, "this tests nothing", expected=expected, advice="add the test")
    elif len(said) > 1 and set(said) != {"from", "to"}:
        yield Finding(
            (*place, said[1]), f"'{said[0]}' and '{said[1]}' exclude each other",
            advice="write two conditions",
        )  # fmt: skip
    elif test.start is not None and test.end is not None and test.start > test.end:
        yield Finding((*place, "to"), "'to' is before 'from'", advice="exchange them")
    if test.date_format is not None:
        yield from _check_date_format(test, place)


def _check_date_format(test: Condition, place: Place) -> Iterator[Finding]:
    if test.start is None and test.end is None:
        what = "'date_format' goes with 'from' and 'to'"
        yield Finding((*place, "date_format"), what, advice="drop it")
    elif test.date_format is not None:
        yield from check_date_formats(test.date_format, (*place, "date_format"))
