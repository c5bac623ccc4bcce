"""Files that must be whole or absent, and readable by nobody else."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from oversight_protocol.errors import InputError


def write(path: Path, content: bytes, *, private: bool = False) -> None:
    """Write a file atomically and durably; a private one is readable by its owner only.

    Raises:
        OSError: it cannot be written; the error names this file, not the one beside it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        _write(path, content, 0o600 if private else 0o644)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def require_folder_of(path: Path) -> None:
    """Check that the folder is there in which a person wants a file, before anything is done.

    Raises:
        InputError: it is not there, or is no folder.
    """
    if not path.parent.is_dir():
        raise InputError(
            "there is no such folder",
            where=str(path.parent),
            expected=f"a folder in which {path.name} can be written",
            advice="make the folder first, or name another place",
        )


def _write(path: Path, content: bytes, mode: int) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder durable (a no-operation where folders cannot be opened)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read(path: Path, what: str, advice: str) -> bytes:
    """Read a file that a person named or a command made.

    Raises:
        InputError: it is not there or cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{what} cannot be read ({error.strerror})", where=str(path), advice=advice
        ) from None
