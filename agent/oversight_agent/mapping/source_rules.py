"""What a table's source settings must keep together.

Rules kept here:

1. A source is one file, several, a folder of them, or a table of a database.
2. A setting that the kind of source does not have is an error: it would do nothing, and hide a
   mistake.
3. A database needs the name of its table. Whether a workbook needs its sheet's name is seen when
   it is read.
4. Of columns that become rows no two are the same column, nor the two new ones.
"""

from __future__ import annotations

from collections.abc import Iterator

from oversight_agent.mapping.document import Place
from oversight_agent.mapping.finding import Finding, suggestion
from oversight_agent.sources import SourceSettings, WideSettings, tidy

_SOURCES = ("file", "files", "folder", "database")
_DATABASE = "database"
"""What a source is called here that is no file; every other kind has its format's name."""

_BELONGS: dict[str, tuple[str, ...]] = {
    "encoding": ("delimited",),
    "delimiter": ("delimited",),
    "header_row": ("delimited", "workbook"),
    "header_rows": ("delimited", "workbook"),
    "sheet": ("workbook",),
    "table": ("sqlite", _DATABASE),
    "database_schema": (_DATABASE,),
}
"""The kinds of source that a setting goes with."""

_SPOKEN = {
    "delimited": "delimited text",
    "workbook": "a workbook",
    "parquet": "a Parquet file",
    "sqlite": "an SQLite file",
    _DATABASE: "a database",
}


def check_source(settings: SourceSettings, place: Place) -> Iterator[Finding]:
    """What is wrong with a table's source, whose settings stand at `place`."""
    given = [name for name in _SOURCES if getattr(settings, name) is not None]
    if not given:
        yield Finding(
            place,
            "'file' is missing",
            expected="'file' for one file, 'files' for several, 'folder' for all in one, or"
            " 'database'",
            advice="add it",
        )
    elif len(given) > 1:
        both = f"'{given[0]}' and '{given[1]}'"
        yield Finding((*place, given[1]), f"{both} exclude each other", advice="drop one")
    elif len(set(settings.names)) < len(settings.names):
        yield Finding((*place, "files"), "a file is named twice", advice="name each file once")
    else:
        yield from _check_kind(settings, place)
    if settings.wide is not None:
        yield from _check_wide(settings.wide, (*place, "wide"))


def _check_kind(settings: SourceSettings, place: Place) -> Iterator[Finding]:
    kinds = _kinds(settings)
    for name, belongs in _BELONGS.items():
        if name in settings.model_fields_set and not kinds & set(belongs):
            yield Finding(
                (*place, name),
                f"'{name}' goes with {_spoken(belongs)}",
                expected=f"settings of {_spoken(sorted(kinds))}",
                advice=_instead(name, kinds),
            )
    if kinds == {_DATABASE} and settings.format is not None:
        yield Finding((*place, "format"), "'format' goes with a file", advice="drop 'format'")
    if kinds in ({"sqlite"}, {_DATABASE}) and settings.table is None:
        yield Finding(
            place,
            "'table' is missing",
            expected="the name of a table or view of the database",
            advice="add it",
        )


def _kinds(settings: SourceSettings) -> set[str]:
    """The kinds that the source may be: of a folder all, until it is looked into."""
    if settings.database is not None:
        return {_DATABASE}
    if settings.folder is not None and settings.format is None:
        return set(_SPOKEN) - {_DATABASE}
    return {settings.format_of(name) for name in settings.names}


def _spoken(kinds: tuple[str, ...] | list[str]) -> str:
    return " or ".join(_SPOKEN.get(one, one) for one in kinds)


def _instead(name: str, kinds: set[str]) -> str:
    if kinds == {_DATABASE}:
        return f"drop '{name}'"
    if name == "database_schema":
        return f"drop '{name}', or name a 'database' of databases.toml"
    return f"drop '{name}', or say with 'format' what the file is"


def _check_wide(settings: WideSettings, place: Place) -> Iterator[Finding]:
    known = list(WideSettings.model_fields)
    for name in settings.model_extra or {}:
        yield Finding((*place, name), "there is no such setting", advice=suggestion(name, known))
    seen: set[str] = set()
    for heading in settings.question:
        if tidy(heading) in seen:
            yield Finding(
                (*place, "question", heading),
                "two questions are the same but for white space",
                advice="keep one of them",
            )
        seen.add(tidy(heading))
    if tidy(settings.question_column) == tidy(settings.answer_column):
        yield Finding(
            (*place, "answer_column"), "both new columns have one name", advice="change one"
        )
