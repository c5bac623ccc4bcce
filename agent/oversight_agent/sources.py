"""Where a table's data comes from, and how much of it is read at most.

Rules kept here:

1. A source that is a file lies inside the data folder: its name in the mapping is relative and
   never climbs out. A database on a server is named; how it is reached stands elsewhere
   (`readers.connections`), for that is a secret and the mapping is none.
2. A file is an ordinary one. It is read once, whole, within a limit on its size; a database is read
   in place, and only read.
3. An error names the file as the mapping does, never its content.
"""

from __future__ import annotations

import stat
import string
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from oversight_agent.problems import SourceError

ReturnKind = Literal["cin-census", "workforce-census", "annex-a", "ssd"]
"""The statutory returns that need no mapping."""

RETURNS: frozenset[str] = frozenset(get_args(ReturnKind))

Format = Literal["delimited", "workbook", "parquet", "sqlite"] | ReturnKind

SUFFIXES: dict[str, Format] = {
    ".xlsx": "workbook",
    ".xlsm": "workbook",
    ".xls": "workbook",
    ".xlsb": "workbook",
    ".ods": "workbook",
    ".parquet": "parquet",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
    ".db": "sqlite",
}
"""The format of a file by the end of its name; of any other name it is delimited text."""

TEXT_SUFFIXES = frozenset({".csv", ".txt", ".tsv", ".tab", ".psv", ".dat", ".asc"})
"""How the names of delimited texts end that a folder may hold without a word in the mapping."""

_DELIMITERS = frozenset(string.punctuation + "\t") - {'"'}


@dataclass(frozen=True)
class SourceLimits:
    """The most that is read of a source: far above what an authority holds, far below what hurts.

    Attributes:
        bytes: size of one source file, in bytes; of a workbook also once it is unpacked.
        rows: rows of a source after its header, in all its files, blank ones included.
        columns: columns of a source.
        cells: rows by columns of a sheet: a workbook is unpacked in memory, gaps included. Also
            the texts that a workbook keeps once for all its cells.
        part_bytes: size of a part of a workbook that holds neither cells nor their texts, in bytes.
        files: files that are read as one.
        lock_seconds: how long a database that another program holds is waited for.
        mapping_bytes: size of a mapping file, in bytes.
    """

    bytes: int = 512 * 1024 * 1024
    rows: int = 5_000_000
    columns: int = 1_000
    cells: int = 20_000_000
    part_bytes: int = 16 * 1024 * 1024
    files: int = 200
    lock_seconds: float = 5.0
    mapping_bytes: int = 256 * 1024


LIMITS = SourceLimits()


def _inside_the_folder(name: str) -> str:
    parts = name.replace("\\", "/").split("/")
    if parts[0] == "" or parts[0].endswith(":") or ".." in parts:
        raise ValueError("this must be a file's name relative to the data folder, without '..'")
    return name


def _one_level(pattern: str) -> str:
    if "**" in pattern:
        raise ValueError("this must be a pattern of file names with * and ?, without '**'")
    return pattern


def _known_encoding(name: str) -> str:
    try:
        "a".encode(name)
    except (LookupError, ValueError):
        raise ValueError("this must be the name of a text encoding, as utf-8 or cp1252") from None
    return name


def is_delimiter(text: str) -> bool:
    """Whether a text can stand between two values: one punctuation mark or a tab."""
    return text in _DELIMITERS


def _one_delimiter(text: str) -> str:
    if not is_delimiter(text):
        raise ValueError("this must be one punctuation mark or a tab")
    return text


_Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f]+$"),
]
_Heading = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
_File = Annotated[_Name, AfterValidator(_inside_the_folder)]
_Pattern = Annotated[_File, AfterValidator(_one_level)]


class WideSettings(BaseModel):
    """Columns that become rows: a survey's export has a row for a respondent, a column a question.

    Attributes:
        question: for each such column, what stands for it in the rows: a question's code.
        question_column: the name of the new column that holds it.
        answer_column: the name of the new column that holds what stood in the column.
    """

    # What else stands here is told, with the nearest right name, by the mapping's own check.
    model_config = ConfigDict(frozen=True, extra="allow", strict=True, hide_input_in_errors=True)

    question: Annotated[dict[_Heading, _Name], Field(min_length=1)]
    question_column: _Name = "question"
    answer_column: _Name = "answer"


class SourceSettings(BaseModel):
    """One file or table, or several files with the same columns that are read as one.

    Attributes:
        file: a file's name relative to the data folder.
        files: in its place, several names, or a pattern such as `supervision *.csv`.
        folder: in its place, a folder below the data folder: all its files, of one format.
        database: in its place, a database of `databases.toml`.
        format: the kind of file; by default by its suffix.
        encoding: of delimited text: a Python codec's name; by default as the file's byte-order mark
            says, else UTF-8.
        delimiter: of delimited text: the one character between two values; by default the one that
            the header can only mean.
        header_row: of delimited text and workbooks: the row of the header, from 1; by default the
            first that holds anything.
        header_rows: of the same: how many rows the header has; their names are joined.
        sheet: of a workbook: the sheet's name; needed if several are visible.
        table: of a database: a table or view.
        database_schema: of a database: the schema of the table, if it is not the account's own.
        wide: columns that become rows.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    file: _File | None = None
    files: _Pattern | Annotated[list[_File], Field(min_length=1)] | None = None
    folder: _File | None = None
    database: _Name | None = None
    format: Format | None = None
    encoding: Annotated[str, AfterValidator(_known_encoding)] | None = None
    delimiter: Annotated[str, AfterValidator(_one_delimiter)] | None = None
    header_row: Annotated[int, Field(ge=1, le=10_000)] | None = None
    header_rows: Annotated[int, Field(ge=1, le=5)] = 1
    sheet: _Name | None = None
    table: _Name | None = None
    database_schema: _Name | None = None
    wide: WideSettings | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names, the pattern or the folder that the mapping gives; none for a database."""
        if isinstance(self.files, list):
            return tuple(self.files)
        return tuple(name for name in (self.file, self.files, self.folder) if name is not None)

    def format_of(self, name: str) -> Format:
        """The kind of a file of this source."""
        suffix = "." + name.rsplit(".", 1)[-1].lower()
        return self.format or SUFFIXES.get(suffix, "delimited")


def tidy(name: str) -> str:
    """A column's, sheet's or table's name as it is compared: each white space as one blank."""
    return " ".join(name.split())


def read_bytes(path: Path, name: str, max_bytes: int) -> bytes:
    """The whole of an ordinary file.

    Args:
        path: where the file lies.
        name: what an error calls it.
        max_bytes: the size above which it is not read.

    Raises:
        InputError: the file is missing, a folder or a device, unreadable, or too large.
    """
    check_file(path, name, max_bytes)
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise _cannot_open(error, name) from None
    if len(data) > max_bytes:
        raise too_large(name, max_bytes)
    return data


def read_start(path: Path, name: str, size: int) -> bytes:
    """The first bytes of an ordinary file of any size.

    Raises:
        InputError: the file is missing, a folder or a device, or unreadable.
    """
    check_file(path, name, None)
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError as error:
        raise _cannot_open(error, name) from None


def check_file(path: Path, name: str, max_bytes: int | None) -> None:
    """Check what `read_bytes` checks, but for the right to read; without a limit if it is None.

    Raises:
        InputError: the file is missing, a folder or a device, or too large.
    """
    try:
        status = path.stat()
    except PermissionError:  # a file can be looked at without the right to read it
        raise cannot_enter(name, "a folder that leads to the file may not be opened") from None
    except OSError as error:
        raise _cannot_open(error, name) from None
    if not stat.S_ISREG(status.st_mode):
        raise SourceError(
            "this is not a file",
            file=name,
            found="a folder" if stat.S_ISDIR(status.st_mode) else "a device or pipe",
            expected="an ordinary file",
            advice="name the file itself",
        )
    if max_bytes is not None and status.st_size > max_bytes:
        raise too_large(name, max_bytes)


def too_large(name: str, max_bytes: int) -> SourceError:
    """The error of a file above a limit."""
    return SourceError(
        "the file is too large",
        file=name,
        expected=f"at most {max_bytes:,} bytes",
        advice="export only the columns and the years that are needed",
    )


def cannot_enter(name: str, what: str = "the folder may not be opened") -> SourceError:
    """The error of a folder that the agent's account has no right to."""
    return SourceError(
        what,
        file=name,
        expected="a folder that the agent's account may open and read",
        advice="give the agent's account the right to open it",
    )


def _cannot_open(error: OSError, name: str) -> SourceError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return SourceError(
            "there is no such file",
            file=name,
            expected="a file of that name",
            advice="put the file in its folder, or correct its name where it is named",
        )
    if isinstance(error, PermissionError):
        return SourceError(
            "the file may not be read",
            file=name,
            expected="a file that the agent's account may read",
            advice="give the agent's account the right to read it, or close the program that has it"
            " open",
        )
    return SourceError(
        "the file could not be read",
        file=name,
        advice="close the programs that use it and check its disk, then try again",
    )
