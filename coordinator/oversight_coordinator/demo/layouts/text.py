"""Delimited text files, one or one for each quarter."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from oversight_coordinator.demo.layouts.columns import Column, fill, header_rows
from oversight_coordinator.demo.layouts.sources import Delimited


def write_text(
    folder: Path,
    source: Delimited,
    columns: Sequence[Column],
    records: Sequence[Any],
    date_format: str,
) -> None:
    """Write the source's files below `folder`, those that are there replaced."""
    for name, part in zip(source.files, _parts(source, records), strict=True):
        filled = fill(columns, part, date_format)
        head = header_rows([one.column for one in filled], source.header_rows)
        text = _text(source, head, zip(*(one.texts for one in filled), strict=True))
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_encoded(text, source.encoding))


def _parts(source: Delimited, records: Sequence[Any]) -> list[Sequence[Any]]:
    if source.quarters is None:
        return [records]
    parts: list[list[Any]] = [[] for _ in source.files]
    places: dict[object, int] = {}
    for record in records:
        day = getattr(record, source.quarters.by)
        if day not in places:
            places[day] = source.quarters.place(day)
        parts[places[day]].append(record)
    return list(parts)


def _text(source: Delimited, head: Iterable[Sequence[str]], rows: Iterable[tuple[str, ...]]) -> str:
    text = io.StringIO()
    text.writelines(line + source.newline for line in source.above)
    writer = csv.writer(
        text,
        delimiter=source.delimiter,
        lineterminator=source.newline,
        quoting=source.quoting,  # type: ignore[arg-type]
    )
    writer.writerows(head)
    writer.writerows(rows)
    return text.getvalue()


def _encoded(text: str, encoding: str) -> bytes:
    if encoding == "utf-16":
        # The codec of that name writes in the order of the machine's bytes.
        return codecs.BOM_UTF16_LE + text.encode("utf-16-le")
    return text.encode(encoding)
