"""What lies in the data folder: its tables and the profiles of their columns.

    profile_folder   every readable file, sheet and database table; statutory returns by content;
                     the tables of databases on servers that are named

It is for `proposing`, which sees data through this module only. Rules kept here:

1. No more is read than a proposal needs (`readers.outline` bounds it); what is proposed is checked
   on all rows later.
2. Values stay in memory and out of every repr. What is shown of them is their shape.
3. A file that cannot be read is told as a problem; the others are looked at all the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path

from oversight_agent.pipeline.recognising import annex_a_files, census_kind, ssd_files
from oversight_agent.pipeline.sourcing import DATABASES
from oversight_agent.problems import Problem, problem_of, shape
from oversight_agent.readers.outline import outline
from oversight_agent.readers.outline_database import outline_database
from oversight_agent.readers.piece import Piece, cannot_be_named, settings_of
from oversight_agent.sources import ReturnKind, SourceSettings
from oversight_protocol.errors import InputError

MOST_FILES = 2_000
"""Files of a folder that are looked at."""

EXAMPLES = 5

_SAMPLE = 5_000
"""Rows of a column that are kept in their order, to compare columns with each other."""

_FIGURES = re.compile("[0-9]+")
_MONTH = re.compile(
    "(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)(?:[a-z]{2,6})?", re.IGNORECASE
)
_SKIPPED = ("~$", ".", "Thumbs.db", "desktop.ini")
_NO_TABLES = frozenset(
    (".doc", ".docx", ".dotx", ".exe", ".gif", ".gz", ".htm", ".html", ".ini", ".jpeg", ".jpg",
     ".json", ".lnk", ".log", ".md", ".msg", ".odt", ".pdf", ".png", ".ppt", ".pptx", ".ps1",
     ".pst", ".py", ".rtf", ".sh", ".sql", ".svg", ".toml", ".yaml", ".yml", ".zip", ".7z",
     ".sqlite-shm", ".sqlite-wal", ".db-shm", ".db-wal"),
)  # fmt: skip


@dataclass(frozen=True)
class ColumnProfile:
    """A column.

    Attributes:
        name: as in the header, tidied.
        rows: rows that were looked at.
        values: the distinct trimmed values but the empty one, and how many rows have each.
        sample: the first values in their order.
    """

    name: str
    rows: int
    values: Mapping[str, int] = field(repr=False)
    sample: Sequence[str] = field(repr=False)

    @cached_property
    def filled(self) -> int:
        """Rows with a value."""
        return sum(self.values.values())

    @property
    def empty(self) -> float:
        """The share of rows without a value."""
        return 1 - self.filled / self.rows if self.rows else 1.0

    @property
    def unique(self) -> float:
        """Distinct values for each row with a value; 1 if all differ."""
        return len(self.values) / self.filled if self.filled else 0.0

    @cached_property
    def hashes(self) -> frozenset[int]:
        """The distinct values as numbers that mean nothing outside this process."""
        return frozenset(map(hash, self.values))

    def examples(self) -> tuple[str, ...]:
        """The shapes of up to five values, the most different ones first."""
        return tuple(dict.fromkeys(map(shape, self.values)))[:EXAMPLES]


@dataclass(frozen=True)
class SourceProfile:
    """A table as it lies in a file, or several files of one form.

    Attributes:
        settings: what reads it.
        name: what people call it.
        columns: in the order of the header.
        rows: how many were looked at, in all its files.
        whole: whether these are all.
    """

    settings: SourceSettings
    name: str
    columns: tuple[ColumnProfile, ...]
    rows: int
    whole: bool

    def column(self, name: str) -> ColumnProfile | None:
        """The column of a name."""
        return next((one for one in self.columns if one.name == name), None)


@dataclass(frozen=True)
class Found:
    """What lies in a data folder.

    Attributes:
        sources: tables, in the order of their names.
        returns: statutory returns: kind and files.
        problems: files that could not be read.
        databases: names of the databases that were looked at.
    """

    sources: tuple[SourceProfile, ...]
    returns: tuple[tuple[ReturnKind, tuple[str, ...]], ...]
    problems: tuple[Problem, ...] = ()
    databases: tuple[str, ...] = ()


def profile_folder(folder: Path, databases: Sequence[str] = (), home: Path | None = None) -> Found:
    """Look at all files of a data folder, those in folders below it too, and at databases.

    Args:
        folder: the data folder.
        databases: names in `databases.toml`.
        home: the agent's folder, in which that lies.

    Raises:
        InputError: the folder is not there, or holds far too many files; or a database cannot be
            reached.
    """
    names = _names(folder)
    pieces: list[Piece] = []
    censuses: dict[ReturnKind, list[str]] = {}
    problems: list[Problem] = []
    for name in names:
        try:
            _check_name(name)
            if name.lower().endswith(".xml"):
                censuses.setdefault(census_kind(folder, name), []).append(name)
            else:
                pieces.extend(outline(folder, name))
        except InputError as error:
            problems.append(problem_of(error))
    returns: list[tuple[ReturnKind, tuple[str, ...]]] = [
        (kind, tuple(files)) for kind, files in censuses.items()
    ]
    returns += [("annex-a", (name,)) for name in annex_a_files(pieces)]
    returns += [("ssd", files) for files in ssd_files(pieces)]
    taken = {name for _, files in returns for name in files}
    free = [piece for piece in pieces if piece.settings.file not in taken]
    for database in databases:
        file = None if home is None else home / DATABASES
        free += outline_database(database, file, problems.append)
    sources = tuple(_profile(group, names) for group in _groups(free))
    return Found(sources, tuple(returns), tuple(problems), tuple(databases))


def _check_name(name: str) -> None:
    if not name.isprintable():
        raise cannot_be_named(name)
    settings_of(file=name)


def _names(folder: Path) -> tuple[str, ...]:
    if not folder.is_dir():
        raise InputError(
            "there is no such data folder",
            where=str(folder),
            expected="a folder with the authority's exports",
            advice="name it with --data",
        )
    names = sorted(_files(folder))
    if len(names) > MOST_FILES:
        raise InputError(
            "the data folder holds too many files to look at",
            where=str(folder),
            found=f"{len(names):,}",
            expected=f"at most {MOST_FILES:,}",
            advice="put the exports for this agent into a folder of their own",
        )
    return tuple(names)


def _files(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        hidden = any(part.startswith(_SKIPPED) for part in name.split("/"))
        if path.is_file() and not hidden and path.suffix.lower() not in _NO_TABLES:
            yield name


def _groups(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Files of one form and header belong together; sheets and database tables stand alone."""
    groups: dict[object, list[Piece]] = {}
    for piece in pieces:
        form = piece.settings.model_dump(exclude={"file", "sheet", "table"})
        alone = (piece.settings.sheet, piece.settings.table) != (None, None)
        place = (piece.settings.file, piece.settings.database) if alone else _folder_of(piece)
        key = (piece.columns, str(form), place)
        groups.setdefault((key, piece.settings.sheet, piece.settings.table), []).append(piece)
    yield from groups.values()


def _folder_of(piece: Piece) -> str:
    """Its folder, and the form of its name: `2026-Q1.csv` does not go with `2026 revised.csv`."""
    folder, _, name = (piece.settings.file or "").rpartition("/")
    return f"{folder}/{_MONTH.sub('M', _FIGURES.sub('9', name))}"


def _profile(group: Sequence[Piece], names: Sequence[str]) -> SourceProfile:
    first = group[0]
    rows = [row for piece in group for row in piece.rows]
    columns = tuple(_column(name, [row[n] for row in rows]) for n, name in enumerate(first.columns))
    settings, name = first.settings, first.name
    if len(group) > 1:
        files = [piece.settings.file or "" for piece in group]
        pattern = _pattern(files, names)
        joined: str | list[str] = pattern or files
        settings = SourceSettings.model_validate(
            settings.model_dump(exclude_defaults=True, exclude={"file"}) | {"files": joined}
        )
        name = pattern or f"{files[0]} and {len(files) - 1} more"
    return SourceProfile(settings, name, columns, len(rows), all(one.whole for one in group))


def _pattern(files: Sequence[str], names: Sequence[str]) -> str | None:
    """A pattern with a star or question marks that fits these files and no other."""
    start = _shared(files)
    end = _shared([name[::-1] for name in files])[::-1]
    end = end[max(0, len(start) + len(end) - min(map(len, files))) :]
    wanted = sorted(files)
    for pattern in (f"{start}*{end}", _with_question_marks(files)):
        plain = pattern.replace("*", "").replace("?", "")
        if plain and not set("*?[]") & set(start + end) and _fitting(pattern, names) == wanted:
            return pattern
    return None


def _with_question_marks(files: Sequence[str]) -> str:
    if len(set(map(len, files))) > 1:
        return ""
    return "".join(one[0] if len(set(one)) == 1 else "?" for one in zip(*files, strict=True))


def _fitting(pattern: str, names: Sequence[str]) -> list[str]:
    return sorted(
        name for name in names
        if name.count("/") == pattern.count("/") and fnmatchcase(name, pattern)
    )  # fmt: skip


def _shared(texts: Sequence[str]) -> str:
    low, high = min(texts), max(texts)
    for n, letter in enumerate(low):
        if letter != high[n]:
            return low[:n]
    return low


def _column(name: str, values: Sequence[str]) -> ColumnProfile:
    counts = Counter(values)
    counts.pop("", None)
    return ColumnProfile(name, len(values), counts, tuple(values[:_SAMPLE]))
