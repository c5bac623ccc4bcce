"""What a table's source settings must keep together.

Rules kept here:

1. A source is one file or several, never both.
2. A setting that the format does not have is an error: it would do nothing, and hide a mistake.
3. A database needs the name of its table. Whether a workbook needs its sheet's name is seen when
   it is read.
"""

from __future__ import annotations

from collections.abc import Iterator

from oversight_agent.mapping.document import Place
from oversight_agent.mapping.rules import Finding
from oversight_agent.mapping.settings import TableSettings
from oversight_agent.sources import Format

_BELONGS: dict[str, tuple[Format, ...]] = {
    "encoding": ("delimited",),
    "delimiter": ("delimited",),
    "header_row": ("delimited", "workbook"),
    "sheet": ("workbook",),
    "table": ("sqlite",),
}
"""The formats that a setting goes with."""

_SPOKEN: dict[Format, str] = {
    "delimited": "delimited text",
    "workbook": "a workbook",
    "sqlite": "a database",
}


def check_source(settings: TableSettings, place: Place) -> Iterator[Finding]:
    """What is wrong with a table's source, whose settings stand at `place`."""
    if settings.file is None and settings.files is None:
        yield Finding(
            place,
            "'file' is missing",
            expected="'file' for one file or 'files' for several",
            advice="add it",
        )
    elif settings.file is not None and settings.files is not None:
        yield Finding((*place, "files"), "'file' and 'files' exclude each other", advice="drop one")
    elif len(set(settings.names)) < len(settings.names):
        yield Finding((*place, "files"), "a file is named twice", advice="name each file once")
    else:
        yield from _check_format(settings, place)


def _check_format(settings: TableSettings, place: Place) -> Iterator[Finding]:
    formats = {settings.format_of(name) for name in settings.names}
    for name, belongs in _BELONGS.items():
        if name in settings.model_fields_set and not formats & set(belongs):
            yield Finding(
                (*place, name),
                f"'{name}' goes with {' or '.join(_SPOKEN[one] for one in belongs)}",
                expected=f"settings of {' or '.join(_SPOKEN[one] for one in sorted(formats))}",
                advice=f"drop '{name}', or say with 'format' what the file is",
            )
    if "sqlite" in formats and settings.table is None:
        yield Finding(
            place,
            "'table' is missing",
            expected="the name of a table or view of the database",
            advice="add it",
        )
