"""The demo's folder: made, emptied for the next demo, and never anybody else's.

Rules kept here:

1. What no demo made is left alone, whatever the options say.
2. A folder is checked before anything in it, or anything that runs, is touched.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from oversight_protocol.errors import InputError

MARK = ".oversight-demo"


def check_folder(out: Path) -> None:
    """Check that a folder may be used: it is absent, empty or an earlier demo's.

    Raises:
        InputError: it holds something that no demo made, is a file, or cannot be read.
    """
    try:
        if not out.exists():
            return
        foreign = not out.is_dir() or (any(out.iterdir()) and not (out / MARK).is_file())
    except OSError as error:
        raise _unusable(out, error) from None
    if foreign:
        raise InputError(
            "no demo made this, and it is not an empty folder",
            where=str(out),
            advice="name another folder with --out",
        )


def prepare_folder(out: Path) -> None:
    """Make an empty folder for the demo; an earlier demo's is emptied.

    Raises:
        InputError: it is not the demo's to use, or cannot be made.
    """
    check_folder(out)
    try:
        if out.exists():
            _empty(out)
        out.mkdir(parents=True, exist_ok=True)
        (out / MARK).write_text("Made by 'oversight demo'; the next demo empties it.\n", "utf-8")
    except OSError as error:
        raise _unusable(out, error) from None


def _empty(out: Path) -> None:
    """Remove what is in it, the mark last, so that a half-emptied folder is still the demo's."""
    for path in out.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != MARK:
            path.unlink()


def _unusable(out: Path, error: OSError) -> InputError:
    return InputError(
        f"this folder cannot be used ({error.strerror})",
        where=str(out),
        advice="name another folder with --out",
    )
