"""A mapping file as text and as data, and the line on which each of its settings stands.

The TOML reader of Python's library gives no positions. But a document that is cut after a whole
statement is still a document: a setting starts where the first cut that holds it has its last
statement.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oversight_agent.sources import LIMITS, read_bytes
from oversight_protocol.errors import InputError

Place = tuple[str, ...]
"""The keys that lead to a setting, outermost first; into a list, a position from 0 as text."""


@dataclass(frozen=True)
class Document:
    """A mapping file that is valid TOML.

    Attributes:
        name: the file's name without its folder.
        lines: its lines without their ends.
        data: what it holds.
    """

    name: str
    lines: tuple[str, ...]
    data: dict[str, Any]

    def line(self, place: Place) -> int:
        """The line on which a setting starts, counted from 1.

        For a setting that is not there, the line of the innermost table that should hold it.
        """
        while not holds(self.data, place):
            place = place[:-1]
        numbers = range(1, len(self.lines) + 1)
        return bisect_left(numbers, x=True, key=lambda line: self._is_there_by(line, place)) + 1

    def _is_there_by(self, line: int, place: Place) -> bool:
        """Whether the setting stands in the statements that start on or before a line."""
        for end in range(line, len(self.lines)):
            try:
                return holds(_parse(self.lines[:end]), place)
            except ValueError:
                continue
        return True


def open_document(path: Path) -> Document:
    """Read a mapping file.

    Raises:
        InputError: it cannot be read, or is no TOML; the message names the line.
    """
    data = read_bytes(path, path.name, LIMITS.mapping_bytes)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(path.name, data.count(b"\n", 0, error.start) + 1) from None
    lines = tuple(text.replace("\r\n", "\n").split("\n"))
    try:
        return Document(path.name, lines, _parse(lines))
    except RecursionError:
        raise _not_toml(path.name, "values nested too deeply", len(lines)) from None
    except ValueError as error:
        raise _not_toml(path.name, str(error), len(lines)) from None


def _parse(lines: tuple[str, ...]) -> dict[str, Any]:
    return tomllib.loads("\n".join(lines))


def holds(data: object, place: Place) -> bool:
    """Whether data has a setting."""
    for key in place:
        if isinstance(data, dict) and key in data:
            data = data[key]
        elif isinstance(data, list) and key.isdecimal() and int(key) < len(data):
            data = data[int(key)]
        else:
            return False
    return True


def at(data: Any, place: Place) -> Any:
    """What stands at a setting that data has."""
    for key in place:
        data = data[int(key) if isinstance(data, list) else key]
    return data


def _not_utf8(name: str, line: int) -> InputError:
    return InputError(
        "the mapping is not in UTF-8",
        where=f"{name}, line {line}",
        advice="save it as UTF-8 in your editor",
    )


def _not_toml(name: str, message: str, lines: int) -> InputError:
    text, _, rest = message.partition(" (at ")
    number = re.match(r"line (\d+)", rest)
    line = int(number[1]) if number else lines
    return InputError(
        "the mapping is not valid TOML",
        where=f"{name}, line {line}",
        found=text if rest else "a value that cannot be read",
        advice="correct that line; often a quotation mark, bracket or equals sign is missing",
    )
