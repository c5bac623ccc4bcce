"""`pooled.csv` and `authorities.csv`: UTF-8, one form for one content, whole or absent."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from oversight_coordinator import files
from oversight_coordinator.pool.rows import AUTHORITY_COLUMNS, COLUMNS, AuthorityRow, PooledRow


def csv_bytes(rows: Iterable[PooledRow]) -> bytes:
    """The content of `pooled.csv`: a header and a line per row, ended by a line feed alone."""
    return _content(COLUMNS, (vars(row) for row in rows))


def authorities_csv_bytes(rows: Iterable[AuthorityRow], names: Mapping[str, str]) -> bytes:
    """The content of `authorities.csv`, likewise.

    Args:
        rows: what it holds.
        names: each authority's name by its ONS code.
    """
    return _content(AUTHORITY_COLUMNS, ({**vars(row), "la_name": names[row.la]} for row in rows))


def write_csv(rows: Iterable[PooledRow], path: Path) -> None:
    """Write `pooled.csv` durably and in one step, so that no reader sees half of it.

    Raises:
        OSError: the folder cannot be written to.
    """
    files.write(path, csv_bytes(rows))


def write_authorities_csv(
    rows: Iterable[AuthorityRow], names: Mapping[str, str], path: Path
) -> None:
    """Write `authorities.csv` likewise.

    Raises:
        OSError: the folder cannot be written to.
    """
    files.write(path, authorities_csv_bytes(rows, names))


def _content(columns: Sequence[str], rows: Iterable[Mapping[str, str | float | None]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_text(row[name]) for name in columns] for row in rows)
    return text.getvalue().encode()


def _text(value: str | float | None) -> str:
    if value is None:
        return ""
    return f"{value:.1f}" if isinstance(value, float) else str(value)
