"""`pooled.csv`: UTF-8, one form for one content, whole or absent."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from oversight_coordinator import files
from oversight_coordinator.pool.rows import COLUMNS, PooledRow


def csv_bytes(rows: Iterable[PooledRow]) -> bytes:
    """The file's content: a header and a line per row, ended by a line feed alone."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_text(getattr(row, name)) for name in COLUMNS] for row in rows)
    return text.getvalue().encode()


def write_csv(rows: Iterable[PooledRow], path: Path) -> None:
    """Write `pooled.csv` durably and in one step, so that no reader sees half of it.

    Raises:
        OSError: the folder cannot be written to.
    """
    files.write(path, csv_bytes(rows))


def _text(value: str | float | None) -> str:
    if value is None:
        return ""
    return f"{value:.1f}" if isinstance(value, float) else str(value)
