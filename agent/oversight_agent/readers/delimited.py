"""Delimited text: decode it, check its form, then let pandas take it apart.

Rules kept here:

1. The form is checked before pandas sees the text (`layout`), for pandas pads short rows and may
   shift long ones in silence.
2. Every value is text: nothing is guessed, "NA" is two letters.
3. The index is the line on which a record starts, also where quoted values span lines.
4. A byte-order mark and the kind of line ends do not matter.
"""

from __future__ import annotations

import warnings
from io import BytesIO
from pathlib import Path

import pandas as pd

from oversight_agent.readers.layout import Layout, scan
from oversight_agent.sources import SourceLimits, SourceSettings, read_bytes
from oversight_agent.tables import RawTable
from oversight_protocol.errors import InputError


def read_delimited(source: SourceSettings, path: Path, limits: SourceLimits) -> RawTable:
    """Read a delimited text file.

    Raises:
        InputError: see `oversight_agent.readers.read`.
    """
    text = _decode(read_bytes(path, source.name, limits.bytes), source)
    layout = scan(text, source, limits)
    return RawTable(frame=_parse(text, layout, source), source=source.name)


def _decode(data: bytes, source: SourceSettings) -> bytes:
    """The file as UTF-8 without a byte-order mark, lines ending in LF."""
    try:
        text = data.decode(source.encoding).lstrip("\ufeff").encode()
    except UnicodeDecodeError as error:
        raise _wrong_encoding(source, f", line {data.count(10, 0, error.start) + 1}") from None
    except (LookupError, ValueError):
        raise _wrong_encoding(source, "") from None
    text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if b"\0" in text:
        raise _zero_byte(source, text.count(b"\n", 0, text.index(b"\0")) + 1)
    return text


def _wrong_encoding(source: SourceSettings, line: str) -> InputError:
    return InputError(
        f"the file is not in the encoding {source.encoding}",
        where=f"{source.name}{line}",
        advice="state its encoding in the mapping; for a CSV file from Excel it is utf-8 or cp1252",
    )


def _zero_byte(source: SourceSettings, line: int) -> InputError:
    return InputError(
        "the file holds a zero byte, which text does not",
        where=f"{source.name}, line {line}",
        advice="export it again as text; if its encoding is utf-16, state that in the mapping",
    )


def _parse(text: bytes, layout: Layout, source: SourceSettings) -> pd.DataFrame:
    body = text.split(b"\n", layout.header_line - 1)[-1]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame = _take_apart(body, layout.header, source.delimiter).iloc[1:]
    except (ValueError, pd.errors.ParserWarning):
        raise _unsound(source) from None
    if len(frame) != len(layout.is_row):
        raise _unsound(source)
    frame = frame[layout.is_row]
    frame.index = pd.Index(layout.lines, dtype="int64")
    return frame


def _take_apart(body: bytes, header: tuple[str, ...], delimiter: str) -> pd.DataFrame:
    """All lines as rows, the header and blank ones too."""
    return pd.read_csv(
        BytesIO(body),
        sep=delimiter,
        header=None,
        names=list(header),
        index_col=False,
        dtype=str,
        keep_default_na=False,
        na_filter=False,
        skip_blank_lines=False,
        encoding="utf-8",
    )


def _unsound(source: SourceSettings) -> InputError:
    return InputError(
        "the file cannot be taken apart without doubt",
        where=source.name,
        expected="quotation marks only around whole values, doubled inside them",
        advice="export it again as CSV",
    )
