"""Which files a source is.

Rules kept here:

1. A pattern is looked for inside the data folder, and its files are read in the order of their
   names, so that the same folder gives the same rows.
2. A pattern that fits nothing is an error, and so is a folder that may not be looked into. What
   programs leave beside an open file (`~$a.xlsx`, `.~lock.a.ods#`, `a.tmp`) is no source, and so is
   what a system keeps for itself.
3. A folder is read whole: all its files are of one format, or none of it is read. Folders inside it
   are not looked into.
"""

from __future__ import annotations

import os
from pathlib import Path

from oversight_agent.problems import SourceError
from oversight_agent.sources import (
    SUFFIXES,
    TEXT_SUFFIXES,
    SourceLimits,
    SourceSettings,
    cannot_enter,
)

_ENDINGS = (".tmp", ".temp", ".lock", ".part", ".crdownload", "~", "#")
_SYSTEM = frozenset({"thumbs.db", "desktop.ini"})


def locate(source: SourceSettings, folder: Path, limits: SourceLimits) -> tuple[str, ...]:
    """The names of a source's files relative to the data folder, at least one.

    Raises:
        InputError: no file fits the pattern, too many do, or a folder's are not of one format.
    """
    names = _names(source, folder)
    if not names:
        raise SourceError(
            "no file fits this name",
            file=", ".join(source.names),
            found="none",
            expected="at least one file in the data folder",
            advice="put the files in their folder, or correct the pattern in the mapping",
        )
    if len(names) > limits.files:
        raise SourceError(
            "these are too many files",
            file=", ".join(source.names[:1]),
            found=f"{len(names):,}",
            expected=f"at most {limits.files}",
            advice="name fewer, or join them when they are exported",
        )
    return names


def _names(source: SourceSettings, folder: Path) -> tuple[str, ...]:
    try:
        if isinstance(source.files, str):
            _check_access(source.files, folder)
            return _fitting(source.files, folder)
        if source.folder is not None:
            _check_access(f"{source.folder}/*", folder)
            names = _inside(source.folder, folder)
            _check_format(source, source.folder, names)
            return names
    except OSError:
        raise SourceError(
            "the folder could not be read",
            file=", ".join(source.names),
            advice="check its disk and the right to read it, then try again",
        ) from None
    return source.names


def _check_access(pattern: str, folder: Path) -> None:
    """Refuse a folder that may not be looked into: a pattern would pass over it without a word."""
    parts = pattern.replace("\\", "/").split("/")[:-1]
    for depth in range(len(parts) + 1):
        inside = [folder] if depth == 0 else list(folder.glob("/".join(parts[:depth])))
        for each in inside:
            if each.is_dir() and not os.access(each, os.R_OK | os.X_OK):
                name = "the data folder" if depth == 0 else each.relative_to(folder).as_posix()
                raise cannot_enter(name)


def _fitting(pattern: str, folder: Path) -> tuple[str, ...]:
    files = (path for path in folder.glob(pattern.replace("\\", "/")) if path.is_file())
    kept = (path for path in files if not _left_behind(path.name))
    return tuple(sorted(path.relative_to(folder).as_posix() for path in kept))


def _left_behind(name: str) -> bool:
    """Whether a program or a system keeps a file of this name for itself."""
    name = name.casefold()
    return name.startswith(("~$", ".")) or name.endswith(_ENDINGS) or name in _SYSTEM


def _inside(name: str, folder: Path) -> tuple[str, ...]:
    within = folder / name.replace("\\", "/")
    if not within.is_dir():
        raise SourceError(
            "there is no such folder",
            file=name,
            expected="a folder below the data folder",
            advice="make it and put the files there, or correct its name in the mapping",
        )
    files = sorted(path.name for path in within.iterdir() if path.is_file())
    kept = [each for each in files if not _left_behind(each)]
    if not kept:
        raise SourceError(
            "the folder holds no source",
            file=name,
            found=", ".join(files[:5]) or "no file; folders inside it are not looked into",
            expected="at least one file; hidden, temporary and lock files do not count",
            advice="put the files there, and close the programs that have them open",
        )
    return tuple((within / each).relative_to(folder).as_posix() for each in kept)


def _check_format(source: SourceSettings, folder: str, names: tuple[str, ...]) -> None:
    """Refuse files whose formats are unknown or differ; the settings may state one for all."""
    suffixes = {"." + name.rpartition(".")[2].lower(): name for name in names}
    unknown = [name for one, name in suffixes.items() if one not in {*SUFFIXES, *TEXT_SUFFIXES}]
    formats = {source.format_of(name): name for name in names}
    if source.format is not None or not (unknown or len(formats) > 1):
        return
    raise SourceError(
        "the folder holds files of an unknown format" if unknown else "the folder mixes formats",
        file=folder,
        found=", ".join(unknown or [f"{name} ({one})" for one, name in formats.items()]),
        expected="files of one format alone",
        advice="move the others out of it; or set 'format', if all are of one; or name them as"
        " 'files'",
    )
