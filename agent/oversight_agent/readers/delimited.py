"""Delimited text: decode it, check its form, then let pandas take it apart.

Rules kept here:

1. The form is checked before pandas sees the text (`layout`), for pandas pads short rows and may
   shift long ones in silence.
2. Every value is text: nothing is guessed, "NA" is two letters.
3. The index is the line on which a record starts, also where quoted values span lines.
4. A byte-order mark, the kind of line ends and a first line `sep=;` do not matter.
5. Encoding and delimiter are what the mapping says, else what the file proves (`encodings`,
   `delimiters`).
"""

from __future__ import annotations

import warnings
from io import BytesIO

import pandas as pd

from oversight_agent.problems import Part, SourceError
from oversight_agent.readers import delimiters, encodings
from oversight_agent.readers.layout import Layout, advise, scan
from oversight_agent.readers.request import Request
from oversight_agent.sources import read_bytes
from oversight_agent.tables import RawTable


def read_delimited(request: Request) -> RawTable:
    """Read a delimited text file.

    Raises:
        InputError: see `oversight_agent.readers.read`.
    """
    data = read_bytes(request.path, request.name, request.limits.bytes)
    text = encodings.decode(data, request)
    request = delimiters.decided(text, request)
    layout = scan(text, request)
    frame = _parse(text, layout, request)
    missing = set(request.columns or ()) - set(layout.header)
    hint = advise(text, layout.header_line, request) if missing else ""
    return RawTable(frame, (Part(request.name, len(frame), layout.header, hint=hint),))


def _parse(text: bytes, layout: Layout, request: Request) -> pd.DataFrame:
    index = pd.Index(layout.lines, dtype="int64")
    wanted = [name for name in layout.header if request.wants(name)]
    if not wanted:
        return pd.DataFrame(index=index)
    body = text.split(b"\n", layout.header_line - 1)[-1]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame = _take_apart(body, layout.header, wanted, request.delimiter)
    except (ValueError, pd.errors.ParserWarning):
        raise _unsound(request) from None
    frame = frame.iloc[request.source.header_rows :]
    if len(frame) != len(layout.is_row):
        raise _unsound(request)
    if not all(layout.is_row):
        frame = frame[layout.is_row]
    frame.index = index
    return frame


def _take_apart(
    body: bytes, header: tuple[str, ...], wanted: list[str], delimiter: str
) -> pd.DataFrame:
    """All lines as rows, the header and blank ones too."""
    return pd.read_csv(
        BytesIO(body),
        sep=delimiter,
        header=None,
        names=list(header),
        usecols=wanted,
        index_col=False,
        dtype=str,
        keep_default_na=False,
        na_filter=False,
        skip_blank_lines=False,
        encoding="utf-8",
    )


def _unsound(request: Request) -> SourceError:
    return SourceError(
        "the file cannot be taken apart without doubt",
        file=request.name,
        expected="quotation marks only around whole values, doubled inside them",
        advice="export it again as CSV",
    )
