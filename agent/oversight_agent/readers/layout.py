"""The form of a delimited text: its header, where each record starts, and whether all are complete.

Rules kept here:

1. The header is the line that the settings name, or the first that holds anything: every column
   has a name, and a name of its own.
2. Every record has as many values as the header. A line without any value is no record.
3. A header without records is an error, for an export that failed must not count as "none".
4. No error quotes a value, nor a name from the header: a file without a header has persons there.

A line without a quotation mark is one record, and its delimiters are its form: counting them
proves it. Only what quotation marks hold is taken apart by the library.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from itertools import islice
from sys import maxunicode

from oversight_agent.problems import SourceError
from oversight_agent.readers.header import (
    CANDIDATES,
    LOOK_AHEAD,
    check_width,
    delimiter_hint,
    names,
    own_word,
    row_hint,
    same_name,
)
from oversight_agent.readers.headings import one_header
from oversight_agent.readers.plain import plain_records
from oversight_agent.readers.request import Request

_SPACE = "".join(filter(str.isspace, map(chr, range(maxunicode))))
_NO_NAME = "name the column in the export; if titles stand above the header, set header_row"


@dataclass(frozen=True)
class Layout:
    """The form of a text.

    Attributes:
        header: the columns' names, tidied.
        header_line: the line on which the header starts, counted from 1.
        lines: for each record, the line on which it starts.
        is_row: for each line after the header, or group of lines that quotation marks hold
            together, whether it is a record; blank ones are not.
    """

    header: tuple[str, ...]
    header_line: int
    lines: list[int] | range
    is_row: list[bool]


def scan(text: bytes, request: Request) -> Layout:
    """Walk through a text in UTF-8 with LF line ends.

    Raises:
        InputError: it is empty, its header or a record is malformed, or a limit is passed.
    """
    file = _lines(text)
    start = request.source.header_row or 1
    if start == 1 and own_word(text) is not None:
        start = 2
    skipped = sum(1 for _ in islice(file, start - 1))
    header, header_line, last = _header(file, skipped + 1, text, request)
    plain = plain_records(text, last, len(header), request.delimiter, request.limits.rows)
    if plain:
        return Layout(header, header_line, range(last + 1, last + 1 + plain), [True] * plain)
    lines: list[int] = []
    is_row: list[bool] = []
    for line, width, held, whole in _records(file, last + 1, request):
        if width != len(header) and (held or width > len(header)):
            hint = "" if whole else "the file was cut off in this row: export it again"
            hint = hint or advise(text, header_line, request)
            raise _ragged(width, len(header), line, request, hint)
        is_row.append(held)
        if held:
            lines.append(line)
        if len(is_row) > request.limits.rows:
            raise _too_many_rows(request)
    if not lines:
        raise _empty("the file has a header but no rows", request)
    return Layout(header, header_line, lines, is_row)


def advise(text: bytes, header_line: int, request: Request) -> str:
    """Advice on a setting that is likely wrong if this line is no header, or none."""
    head = list(islice(_lines(text), LOOK_AHEAD))
    line = "".join(head[header_line - 1 : header_line])
    return row_hint(_loosely(head, request), request, header_line) or delimiter_hint(
        line, request.delimiter
    )


def _lines(text: bytes) -> TextIOWrapper:
    return TextIOWrapper(BytesIO(text), encoding="utf-8", newline="\n")


def _loosely(head: list[str], request: Request) -> Iterator[tuple[int, list[str]]]:
    """Each of the first lines by itself, as each delimiter parts it."""
    for number, line in enumerate(head, start=1):
        for mark in dict.fromkeys((request.delimiter, *CANDIDATES)):
            with suppress(csv.Error):  # a value that is far too long; its row will be told
                yield number, next(csv.reader([line], delimiter=mark), [])


def _header(
    file: Iterator[str], first: int, text: bytes, request: Request
) -> tuple[tuple[str, ...], int, int]:
    """The header, the line on which it starts, and the line on which it ends."""
    reader = csv.reader(file, delimiter=request.delimiter, strict=True)
    line = first
    try:
        for record in reader:
            if any(map(str.strip, record)):
                rows = [record, *islice(reader, request.source.header_rows - 1)]
                last = first - 1 + reader.line_num
                return _checked(one_header(rows), line, text, request), line, last
            if request.source.header_row:
                break
            line = first + reader.line_num
    except csv.Error:
        raise _not_closed(line, request) from None
    if request.source.header_row:
        raise _no_header(request)
    raise _empty("the file is empty", request)


def _checked(record: list[str], line: int, text: bytes, request: Request) -> tuple[str, ...]:
    header = names(record)
    check_width(len(header), request, request.name, line, "line")
    for position, name in enumerate(header):
        if not name or name in header[:position]:
            raise SourceError(
                same_name(header, position) if name else f"column {position + 1} has no name",
                file=request.name,
                row=line,
                expected="a header line that gives each column a name of its own",
                advice=advise(text, line, request) or _NO_NAME,
            )
    return header


def _records(
    file: Iterator[str], first: int, request: Request
) -> Iterator[tuple[int, int, bool, bool]]:
    """For each record its line, its number of values, whether it holds any, whether it ends."""
    delimiter = request.delimiter
    blank = delimiter + _SPACE
    quoted: list[str] = []
    reader = csv.reader(_taken_first(quoted, file), delimiter=delimiter, strict=True)
    number, taken = first, 0
    for line in file:
        if '"' in line:
            quoted.append(line)
            try:
                record = next(reader)
            except csv.Error:
                raise _not_closed(number, request) from None
            yield number, len(record), any(map(str.strip, record)), True
            number, taken = number + reader.line_num - taken, reader.line_num
        else:
            yield number, line.count(delimiter) + 1, bool(line.strip(blank)), line[-1] == "\n"
            number += 1


def _taken_first(lines: list[str], file: Iterator[str]) -> Iterator[str]:
    """The lines put into a list, and the file's next ones when the list is empty."""
    while True:
        line = lines.pop() if lines else next(file, None)
        if line is None:
            return
        yield line


def _not_closed(line: int, request: Request) -> SourceError:
    return SourceError(
        "a quoted value that starts here is not closed properly, or is far too long",
        file=request.name,
        row=line,
        expected="quotation marks around whole values, doubled inside them",
        advice="export the file again, for it may have been cut off; leave long texts out of it:"
        " they are never needed",
    )


def _ragged(found: int, expected: int, line: int, request: Request, hint: str) -> SourceError:
    return SourceError(
        f"the row has too {'many' if found > expected else 'few'} values",
        file=request.name,
        row=line,
        found=f"{found}",
        expected=f"{expected}, as in the header",
        advice=hint
        or "check the delimiter in the mapping; a value that holds the delimiter needs quotation"
        " marks",
    )


def _too_many_rows(request: Request) -> SourceError:
    return SourceError(
        "the file has too many rows",
        file=request.name,
        expected=f"at most {request.limits.rows:,}, blank ones included",
        advice="export only the years that are needed",
    )


def _no_header(request: Request) -> SourceError:
    return SourceError(
        "there is no header in the row that the mapping names",
        file=request.name,
        row=request.source.header_row or 0,
        found="nothing",
        expected="the columns' names",
        advice="correct header_row in the mapping, or leave it out",
    )


def _empty(what: str, request: Request) -> SourceError:
    return SourceError(
        what,
        file=request.name,
        expected="a header line and at least one row",
        advice="export it again; if there is nothing to export, leave its table out of the mapping",
    )
