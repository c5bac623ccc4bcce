"""Which files a source is.

Rules kept here:

1. A pattern is looked for inside the data folder, and its files are read in the order of their
   names, so that the same folder gives the same rows.
2. A pattern that fits nothing is an error. What programs leave beside an open file (`~$a.xlsx`,
   `.~lock.a.ods#`) is no source.
"""

from __future__ import annotations

from pathlib import Path

from oversight_agent.problems import SourceError
from oversight_agent.sources import SourceLimits, SourceSettings


def locate(source: SourceSettings, folder: Path, limits: SourceLimits) -> tuple[str, ...]:
    """The names of a source's files relative to the data folder, at least one.

    Raises:
        InputError: no file fits the pattern, or too many do.
    """
    names = source.names
    if isinstance(source.files, str):
        names = _fitting(source.files, folder)
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


def _fitting(pattern: str, folder: Path) -> tuple[str, ...]:
    files = (path for path in folder.glob(pattern.replace("\\", "/")) if path.is_file())
    kept = (path for path in files if not path.name.startswith(("~$", ".")))
    return tuple(sorted(path.relative_to(folder).as_posix() for path in kept))
