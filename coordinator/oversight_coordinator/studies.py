"""Study packages as folders; `oversight_protocol.study_package` says what one holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from oversight_protocol import study_package
from oversight_protocol.study import Study

MANAGEMENT_OVERSIGHT_2026 = Path(
    str(files("oversight_protocol") / "studies" / study_package.FIRST_STUDY)
)
"""The folder of the first study."""


def load_package(
    folder: Path, *, issued: datetime, expires: datetime, las: Sequence[str] | None = None
) -> Study:
    """The study of a folder, unsigned; arguments and errors are those of `study_package`."""

    def read(file: str) -> str:
        return (folder / file).read_text(encoding="utf-8")

    return study_package.load_package(read, issued=issued, expires=expires, las=las)
