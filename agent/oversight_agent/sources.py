"""Where a table's data comes from, and how much of it is read at most.

Rules kept here:

1. A source lies inside the data folder: its name in the mapping is relative and never climbs out.
2. A source is an ordinary file. It is read once, whole, within a limit on its size.
3. An error names the file as the mapping does, never its content.
"""

from __future__ import annotations

import stat
import string
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from oversight_protocol.errors import InputError

_DELIMITERS = frozenset(string.punctuation + "\t") - {'"'}


@dataclass(frozen=True)
class SourceLimits:
    """The most that is read of a source: far above what an authority holds, far below what hurts.

    Attributes:
        bytes: size of a source file, in bytes.
        rows: lines of a source after its header, blank ones included.
        columns: columns of a source.
        mapping_bytes: size of a mapping file, in bytes.
    """

    bytes: int = 512 * 1024 * 1024
    rows: int = 5_000_000
    columns: int = 1_000
    mapping_bytes: int = 256 * 1024


LIMITS = SourceLimits()


def _inside_the_folder(name: str) -> str:
    parts = name.replace("\\", "/").split("/")
    if parts[0] == "" or parts[0].endswith(":") or ".." in parts:
        raise ValueError("this must be a file's name relative to the data folder, without '..'")
    return name


def _known_encoding(name: str) -> str:
    try:
        "a".encode(name)
    except (LookupError, ValueError):
        raise ValueError("this is not the name of a text encoding, as utf-8 or cp1252") from None
    return name


def _one_delimiter(text: str) -> str:
    if text not in _DELIMITERS:
        raise ValueError("this must be one punctuation mark or a tab")
    return text


class SourceSettings(BaseModel):
    """A delimited text file.

    Attributes:
        file: its name relative to the data folder.
        encoding: a Python codec's name; the default reads UTF-8 with or without a byte-order mark.
        delimiter: the one character between two values.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    file: Annotated[
        str,
        StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f]+$"),
        AfterValidator(_inside_the_folder),
    ]
    encoding: Annotated[str, AfterValidator(_known_encoding)] = "utf-8-sig"
    delimiter: Annotated[str, AfterValidator(_one_delimiter)] = ","

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.file.replace("\\", "/").rsplit("/", 1)[-1]


def read_bytes(path: Path, name: str, max_bytes: int) -> bytes:
    """The whole of an ordinary file.

    Args:
        path: where the file lies.
        name: what an error calls it.
        max_bytes: the size above which it is not read.

    Raises:
        InputError: the file is missing, a folder or a device, unreadable, or too large.
    """
    try:
        _check_kind(path, name, max_bytes)
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise _cannot_open(error, name) from None
    if len(data) > max_bytes:
        raise _too_large(name, max_bytes)
    return data


def _check_kind(path: Path, name: str, max_bytes: int) -> None:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise InputError(
            "this is not a file",
            where=name,
            found="a folder" if stat.S_ISDIR(status.st_mode) else "a device or pipe",
            expected="an ordinary file",
            advice="name the file itself",
        )
    if status.st_size > max_bytes:
        raise _too_large(name, max_bytes)


def _too_large(name: str, max_bytes: int) -> InputError:
    return InputError(
        "the file is too large",
        where=name,
        expected=f"at most {max_bytes:,} bytes",
        advice="export only the columns and the years that are needed",
    )


def _cannot_open(error: OSError, name: str) -> InputError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return InputError(
            "there is no such file",
            where=name,
            advice="put the file in its folder, or correct its name where it is named",
        )
    if isinstance(error, PermissionError):
        return InputError(
            "the file may not be read",
            where=name,
            advice="give the agent's account the right to read it",
        )
    return InputError(
        "the file could not be read",
        where=name,
        advice="close the programs that use it and check its disk, then try again",
    )
