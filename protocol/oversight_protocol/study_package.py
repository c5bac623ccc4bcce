"""Studies as data: a folder each, with `study.toml` and a file of SQL for each base table.

What several tables say alike stands once, in `fragments/`: a line `-- include: child_team` in a
table's SQL, with or without a comma at its end, is replaced by the text of
`fragments/child_team.sql` and that comma. A fragment is one common table expression or several. So
does a dimension that several tables have: below `[dimensions]` in `study.toml`, and a table names
it by its key there.

What staff are asked and how what they say is coded stands in `survey.toml` and `themes.toml`, if
the study has them.

Rules kept here:

1. A folder says everything about a study but when it is issued and when it expires.
2. A study is made from the folder as it stands: nothing is filled in, nothing left out. The only
   choice is to ask fewer authorities than it names.
3. The SQL that is signed is whole: no line of it stands for another text.
4. An error names file and field, so that an analyst can mend it.

Service and team of an oversight event: the specification gives an event no team of its own, and
the measures speak of "the team on the record, or of the child's team". The first study settles it
thus, in its SQL and in its populations' texts: the team of the child's open case-holder allocation
as of the quarter's last day (the latest start, ties to the smallest worker identifier); for an
event without a child, or with a child who has none open, the team of the worker's post in force on
the day it was held (the latest to start); else none, and the service is `unknown`. What is about a
child and no worker (audits, pairs of supervisions) has the team of the child or none. A table whose
figures need no team yields none, so that it need not read who works with whom.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from oversight_protocol.errors import InputError, Reason, Refused
from oversight_protocol.study import Study

__all__ = ["FIRST_STUDY", "Read", "installed", "load_package"]

FIRST_STUDY = "management_oversight_2026"
"""The folder of the first study, which is installed with this package."""

Read = Callable[[str], str]
"""Gives a file of a folder as text, by its name below the folder with `/` between.

Raises `OSError` or `UnicodeDecodeError` where it cannot.
"""

_FILE = "study.toml"
_PARTS = {"survey": "survey.toml", "themes": "themes.toml"}
"""Parts of a study that stand in files of their own, where `study.toml` names them so."""

_FRAGMENTS = "fragments"

_INCLUDE = re.compile(r"^-- include: (?P<name>[a-z][a-z0-9_]*)(?P<comma>,?)$", re.MULTILINE)
_LIKE_AN_INCLUDE = re.compile(r"--\s*include\b", re.IGNORECASE)


@cache
def installed(name: str = FIRST_STUDY) -> Study:
    """A study of this package as anybody may look at it: unsigned, with made-up dates of issue.

    It says which figures the study will ask for and what they need. It asks for nothing: only a
    study that two people signed does.

    Raises:
        InputError: no study of this name is installed.
    """
    folder = files("oversight_protocol") / "studies" / name

    def read(file: str) -> str:
        return folder.joinpath(*file.split("/")).read_text(encoding="utf-8")

    issued = datetime(2026, 1, 1, tzinfo=UTC)
    return load_package(read, issued=issued, expires=issued.replace(year=2027))


def load_package(
    read: Read, *, issued: datetime, expires: datetime, las: Sequence[str] | None = None
) -> Study:
    """The study of a folder, unsigned.

    Args:
        read: gives `study.toml`, for each base table `<name>.sql`, and the fragments that these
            include.
        issued: from when the study is in force, with a time zone, in whole seconds.
        expires: until when.
        las: ONS codes of the authorities to ask, among those of the folder; all of them if `None`.

    Raises:
        InputError: a file is missing or is not TOML, the study does not hold together (the message
            names the field), or `las` is not a part of the study's cohort.
    """
    content = _read_toml(read, _FILE)
    shared = content.pop("dimensions", {})
    content["base_tables"] = [
        _with_dimensions(shared, _with_sql(read, table)) for table in _tables(content)
    ]
    for part, file in _PARTS.items():
        if content.get(part) == file:
            content[part] = _part(read, part, file)
    content |= {"issued": issued, "expires": expires}
    if las is not None:
        content["cohort"] = _restricted(content.get("cohort"), las)
    try:
        return Study.parse(json.dumps(content, default=_plain).encode())
    except Refused as refused:
        place = "" if refused.reason is not Reason.MALFORMED else refused.place
        raise InputError(
            "the study does not hold together",
            where=_FILE,
            found=f"a problem at {place}" if place else "",
            advice="compare the file with the schema of a study",
        ) from None


def _part(read: Read, part: str, file: str) -> object:
    """The content of a file of its own; a list stands there below its own name."""
    content = _read_toml(read, file)
    return content[part] if set(content) == {part} else content


def _read_toml(read: Read, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(_read(read, file))
    except tomllib.TOMLDecodeError as error:
        raise InputError("this is not TOML", where=file, found=str(error)) from None


def _read(read: Read, file: str) -> str:
    try:
        return read(file)
    except (OSError, UnicodeDecodeError):
        raise InputError(
            "the file could not be read as text",
            where=file,
            expected="a file in UTF-8 in the study's folder",
        ) from None


def _tables(content: dict[str, Any]) -> list[dict[str, Any]]:
    tables = content.get("base_tables")
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise InputError("the study lists no base tables", where=_FILE, expected="[[base_tables]]")
    return tables


def _with_sql(read: Read, table: dict[str, Any]) -> dict[str, Any]:
    name = table.get("name")
    if not isinstance(name, str) or not name.replace("_", "").replace("-", "").isalnum():
        raise InputError("a base table has no usable name", where=_FILE)
    return {**table, "sql": _whole(read, f"{name}.sql")}


def _whole(read: Read, file: str) -> str:
    """A table's SQL with each fragment in the place of the line that includes it."""

    def fragment(line: re.Match[str]) -> str:
        text = _read(read, f"{_FRAGMENTS}/{line['name']}.sql")
        return text.rstrip() + line["comma"]

    sql = _INCLUDE.sub(fragment, _read(read, file))
    if _LIKE_AN_INCLUDE.search(sql):
        raise InputError(
            "the SQL includes something that cannot be included",
            where=file,
            expected="lines of the form `-- include: name`, and none in a fragment",
        )
    return sql


def _with_dimensions(shared: object, table: dict[str, Any]) -> dict[str, Any]:
    """A base table with the dimensions that it names in place of their names."""
    named = table.get("dimensions", [])
    known = shared if isinstance(shared, dict) else {}
    if not isinstance(named, list) or any(
        isinstance(one, str) and one not in known for one in named
    ):
        raise InputError(
            f"the base table {table['name']} names a dimension that the file does not define",
            where=_FILE,
            expected="the key of a table below [dimensions]",
        )
    return {**table, "dimensions": [known[o] if isinstance(o, str) else o for o in named]}


def _restricted(cohort: object, las: Sequence[str]) -> dict[str, Any]:
    if not isinstance(cohort, dict) or not set(las) <= set(cohort.get("las", ())):
        raise InputError(
            "an authority is not in the study's cohort",
            where=_FILE,
            expected="codes that the cohort lists",
        )
    return {**cohort, "las": list(las)}


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a study")
