"""Bytes to text: in the encoding that the mapping states, a byte-order mark shows, or UTF-8.

Rules kept here:

1. Nothing is replaced or dropped: what does not fit the encoding is refused with its line.
2. Bytes that hold more than ASCII and are sound UTF-8 are UTF-8: any encoding with one byte for a
   letter would read them too, as other letters, and one person would become two. For the same
   reason none of those is ever taken for granted: bytes that are no UTF-8 need the mapping's word.
"""

from __future__ import annotations

import codecs

from oversight_agent.problems import SourceError
from oversight_agent.readers.request import Request

_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_FORMATS = {
    b"PK\x03\x04": "it is a workbook by its content: set format = 'workbook'",
    b"\xd0\xcf\x11\xe0": "it is an old workbook by its content: set format = 'workbook'",
    b"PAR1": "it is a Parquet file by its content: set format = 'parquet'",
    b"SQLite format 3\0": "it is a database by its content: set format = 'sqlite'",
}

_OF_ASCII = frozenset({"ascii", "utf-8", "utf-8-sig", "cp1252", "iso8859-1", "iso8859-15"})
"""Encodings in which ASCII stands for itself: such a file needs no copy."""


def decode(data: bytes, request: Request) -> bytes:
    """A file as UTF-8 without a byte-order mark, lines ending in LF.

    Raises:
        InputError: it is not in the encoding that its settings state, or no text at all.
    """
    encoding = _encoding(data, request)
    try:
        text = _as_utf8(data, encoding)
    except UnicodeDecodeError as error:
        raise _wrong(request, data, data.count(10, 0, error.start) + 1) from None
    except (LookupError, ValueError):
        raise _wrong(request, data) from None
    if _is_utf8_after_all(data, encoding):
        raise _wrong(request, data)
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if b"\0" in text:
        raise _zero_byte(request, data, text.count(b"\n", 0, text.index(b"\0")) + 1)
    return text


def _as_utf8(data: bytes, encoding: str) -> bytes:
    if data.isascii() and codecs.lookup(encoding).name in _OF_ASCII:
        return data
    return data.decode(encoding).lstrip("\ufeff").encode()


def _encoding(data: bytes, request: Request) -> str:
    marked = (name for mark, name in _MARKS.items() if data.startswith(mark))
    return request.source.encoding or next(marked, "utf-8")


def _is_utf8_after_all(data: bytes, encoding: str) -> bool:
    if data.isascii() or codecs.lookup(encoding).name.startswith("utf"):
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def likely(data: bytes, encoding: str) -> str:
    """Advice on the format or encoding that a file is likely in."""
    for start, advice in _FORMATS.items():
        if data.startswith(start):
            return advice
    marked = [name for mark, name in _MARKS.items() if data.startswith(mark)]
    if not marked:
        marked = ["cp1252" if codecs.lookup(encoding).name.startswith("utf") else "utf-8"]
    return f"state its encoding in the mapping: it is likely {marked[0]}"


def _wrong(request: Request, data: bytes, line: int = 0) -> SourceError:
    encoding = _encoding(data, request)
    stated = "text in the encoding that the mapping states"
    return SourceError(
        f"the file is not in the encoding {encoding}",
        file=request.name,
        row=line,
        expected=stated if request.source.encoding else "text in UTF-8, or its encoding stated",
        advice=likely(data, encoding),
    )


def _zero_byte(request: Request, data: bytes, line: int) -> SourceError:
    known = any(data.startswith(start) for start in (*_FORMATS, *_MARKS))
    advice = "export it again as text; if its encoding is utf-16, state that in the mapping"
    return SourceError(
        "the file holds a zero byte, which text does not",
        file=request.name,
        row=line,
        expected="text",
        advice=likely(data, _encoding(data, request)) if known else advice,
    )
