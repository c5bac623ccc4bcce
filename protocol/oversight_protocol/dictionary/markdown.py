"""The data dictionary as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from oversight_protocol.dictionary.entries import (
    Dictionary,
    FieldEntry,
    MeasureEntry,
    TableEntry,
)
from oversight_protocol.dictionary.words import by_table, lowered, use_in_words


def markdown(content: Dictionary) -> str:
    """The dictionary of a version as one Markdown document."""
    return "\n".join(_lines(content)) + "\n"


def _lines(content: Dictionary) -> Iterator[str]:
    yield f"# {content.title}: version {content.version}"
    yield ""
    yield content.description
    yield ""
    yield from _reading(content)
    yield from _contents(content)
    for table in content.tables:
        yield from _table(table)
    yield from _bank_holidays(content)
    yield from _measures(content)


def _reading(content: Dictionary) -> Iterator[str]:
    yield (
        "This document is generated from the specification itself. A *required* field has a value "
        "in every row. Fields of the *key* together name a row. An *identifier* is replaced by a "
        "keyed pseudonym as it is read; the original is not kept. A *dimension* may break a "
        "figure down."
    )
    yield ""
    if content.studies:
        yield f"Numbers of measures are those of the study: {'; '.join(content.studies)}."
        yield ""


def _contents(content: Dictionary) -> Iterator[str]:
    yield "| Table | Holds | Fields |"
    yield "|---|---|---|"
    for table in content.tables:
        holds = _cell(table.description)
        yield f"| [{table.name}](#{table.name}) | {holds} | {len(table.fields)} |"
    yield ""


def _table(table: TableEntry) -> Iterator[str]:
    yield f"## {table.name}"
    yield ""
    yield f"**{table.title}.** {table.description}"
    yield ""
    yield "Key: " + ", ".join(f"`{name}`" for name in table.key) + "."
    for own, other in table.references:
        yield f"Each `{own}` stands in `{other}`."
    yield ""
    yield "| Field | Meaning | Values | Source | Base tables (measures) |"
    yield "|---|---|---|---|---|"
    for field in table.fields:
        yield _row(field)
    yield ""
    for field in table.fields:
        if field.codes:
            yield from _codes(field)


def _row(field: FieldEntry) -> str:
    meaning = f"**{field.title}.** {field.description}"
    if field.retired:
        meaning += f" *{field.retired}*"
    cells = (
        f"`{field.name}`",
        meaning,
        _values(field),
        field.standard or "",
        _uses(field),
    )
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _values(field: FieldEntry) -> str:
    marks = [
        "**required**" if field.required else "may be empty",
        *(["key"] if field.key else []),
        *(["dimension"] if field.dimension else []),
    ]
    kind = f"identifier of {field.identifies}" if field.identifies else field.type
    unit = [f"unit: {field.unit}"] if field.unit else []
    return ", ".join([kind, *field.values, *unit, *marks])


def _uses(field: FieldEntry) -> str:
    return "; ".join(words for use in field.uses for words in use_in_words(use))


def _codes(field: FieldEntry) -> Iterator[str]:
    yield f"Codes of `{field.name}`:"
    yield ""
    for code, label in field.codes:
        yield f"- `{code}` {label}"
    yield ""


def _bank_holidays(content: Dictionary) -> Iterator[str]:
    holidays = content.bank_holidays
    yield "## Bank holidays"
    yield ""
    yield f"{holidays.description} Source: {holidays.source}."
    yield ""
    yield "| Year | Days |"
    yield "|---|---|"
    for year, days in sorted(holidays.years.items()):
        yield f"| {year} | {', '.join(f'{day:%d %B}'.lstrip('0') for day in days)} |"


def _measures(content: Dictionary) -> Iterator[str]:
    if not content.measures:
        return
    yield ""
    yield "## What each measure needs"
    yield ""
    yield "| Base table | Measures | Fields of the figure | Fields of its breakdowns |"
    yield "|---|---|---|---|"
    for group in content.alike:
        yield _need(group)


def _need(group: list[MeasureEntry]) -> str:
    first = group[0]
    breakdowns = "; ".join(
        f"by {lowered(label)}: {_points(points)}"
        for label, points in first.needs.breakdowns.items()
    )
    titles = "; ".join(f"{one.number} {one.title}" for one in group)
    cells = (f"`{first.base_table}`", titles, _points(first.needs.figure), breakdowns)
    return "| " + " | ".join(map(_cell, cells)) + " |"


def _points(points: Iterable[str]) -> str:
    return "; ".join(f"`{table}`: {', '.join(fields)}" for table, fields in by_table(points))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
