"""The form of a delimited text: its header, where each record starts, and whether all are complete.

Rules kept here:

1. The first line that holds anything is the header: every column has a name, and a name of its own.
2. Every record has as many values as the header. A line without any value is no record.
3. A header without records is an error, for an export that failed must not count as "none".
4. No error quotes a value, nor a name from the header: a file without a header has persons there.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper

from oversight_agent.sources import SourceLimits, SourceSettings
from oversight_protocol.errors import InputError


@dataclass(frozen=True)
class Layout:
    """The form of a text.

    Attributes:
        header: the columns' names, trimmed.
        header_line: the line on which the header starts, counted from 1.
        lines: for each record, the line on which it starts.
        is_row: for each line after the header, or group of lines that quotation marks hold
            together, whether it is a record; blank ones are not.
    """

    header: tuple[str, ...]
    header_line: int
    lines: list[int]
    is_row: list[bool]


def scan(text: bytes, source: SourceSettings, limits: SourceLimits) -> Layout:
    """Walk through a text in UTF-8 with LF line ends.

    Raises:
        InputError: it is empty, its header or a record is malformed, or a limit is passed.
    """
    header: tuple[str, ...] = ()
    header_line = 0
    lines: list[int] = []
    is_row: list[bool] = []
    for line, record in _records(text, source):
        held = any(map(str.strip, record))
        if header:
            if len(record) != len(header) and (held or len(record) > len(header)):
                raise _ragged(len(record), len(header), f"{source.name}, line {line}")
            is_row.append(held)
            lines += [line] if held else []
            if len(is_row) > limits.rows:
                raise _too_many_rows(source, limits)
        elif held:
            header, header_line = _header(record, line, source, limits), line
    _check_not_empty(header, lines, source)
    return Layout(header, header_line, lines, is_row)


def _records(text: bytes, source: SourceSettings) -> Iterator[tuple[int, list[str]]]:
    file = TextIOWrapper(BytesIO(text), encoding="utf-8", newline="\n")
    reader = csv.reader(file, delimiter=source.delimiter, strict=True)
    start = 1
    try:
        for record in reader:
            yield start, record
            start = reader.line_num + 1
    except csv.Error:
        raise InputError(
            "a quoted value that starts here is not closed properly, or is far too long",
            where=f"{source.name}, line {start}",
            expected="quotation marks around whole values, doubled inside them",
            advice="export the file again, or leave long texts out of it: they are never needed",
        ) from None


def _header(
    record: list[str], line: int, source: SourceSettings, limits: SourceLimits
) -> tuple[str, ...]:
    names = tuple(name.strip() for name in record)
    if len(names) > limits.columns:
        raise InputError(
            "the file has too many columns",
            where=f"{source.name}, line {line}",
            expected=f"at most {limits.columns:,}",
            advice="export only the columns that are needed",
        )
    for position, name in enumerate(names):
        if not name or name in names[:position]:
            raise _bad_name(names, position, f"{source.name}, line {line}")
    return names


def _bad_name(names: tuple[str, ...], position: int, where: str) -> InputError:
    what = f"column {position + 1} has no name"
    if names[position]:
        first = names.index(names[position])
        what = f"columns {first + 1} and {position + 1} have the same name"
    return InputError(
        what,
        where=where,
        expected="a header line that gives each column a name of its own",
        advice="name the column in the export; if the file has no header line, add one",
    )


def _ragged(found: int, expected: int, where: str) -> InputError:
    return InputError(
        f"the row has too {'many' if found > expected else 'few'} values",
        where=where,
        found=f"{found}",
        expected=f"{expected}, as in the header",
        advice="check the delimiter in the mapping; a value that holds the delimiter"
        " needs quotation marks",
    )


def _too_many_rows(source: SourceSettings, limits: SourceLimits) -> InputError:
    return InputError(
        "the file has too many rows",
        where=source.name,
        expected=f"at most {limits.rows:,}, blank ones included",
        advice="export only the years that are needed",
    )


def _check_not_empty(header: tuple[str, ...], lines: list[int], source: SourceSettings) -> None:
    if not lines:
        raise InputError(
            "the file has a header but no rows" if header else "the file is empty",
            where=source.name,
            expected="a header line and at least one row",
            advice="export it again; if there is nothing to export, leave its table out of the"
            " mapping",
        )
