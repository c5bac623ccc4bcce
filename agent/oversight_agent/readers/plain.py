"""Whether a text is plain: each line a record, quotation marks around all values or none.

Most exports are, and this tells it of a million lines in the time of reading them a few times. It
proves the form and finds no mistakes: of any other text it says nothing, and `layout` walks
through it.
"""

from __future__ import annotations

import re
from functools import cache

_LINE, _QUOTE = b"\n", b'"'

LAST_SPACE = 0x3000
"""The highest code point that is white space: the ideographic space."""


def plain_records(text: bytes, header_end: int, width: int, delimiter: str, most: int) -> int:
    """How many records follow the header if the text is plain, else 0.

    Args:
        text: in UTF-8 with LF line ends.
        header_end: the last line of the header, from 1.
        width: values of the header.
        delimiter: between two values.
        most: records above which the text is not looked at further.
    """
    start = _after(text, header_end)
    mark, blank = delimiter.encode(), _blank(delimiter.encode())
    quote = b"" if text.find(_QUOTE, start) < 0 else _QUOTE
    line = mark.join([quote * 2] * width) + _LINE
    marks = _marks(text, start, mark + quote)
    records = len(marks) // len(line)
    if not 0 < records <= most or marks != line * records:
        return 0
    if quote and not _adjoin(text, start, mark, records * (width - 1), records - 1):
        return 0
    # The last line may lack its end.
    last = text[text.rfind(_LINE) :] + _LINE
    is_blank = blank.search(text, start - 1) or (len(last) > 2 and blank.match(last))
    return 0 if is_blank else records


def _adjoin(text: bytes, start: int, mark: bytes, delimiters: int, line_ends: int) -> bool:
    """Whether each delimiter and line end stands between two quotation marks.

    Each has one before and one behind it, as is known; if as many touch as there are, all do.
    """
    return (
        text.startswith(_QUOTE, start)
        and text.endswith((_QUOTE, _QUOTE + _LINE))
        and text.count(_QUOTE + mark + _QUOTE, start) == delimiters
        and text.count(_QUOTE + _LINE + _QUOTE, start) == line_ends
    )


def _after(text: bytes, lines: int) -> int:
    """Where the line after these starts."""
    at = 0
    for _ in range(lines):
        at = text.find(_LINE, at) + 1 or len(text)
    return at


def _marks(text: bytes, start: int, marks: bytes) -> bytes:
    """These characters and line ends from `start` on alone; the last line gets its end."""
    others = bytes(set(range(256)) - set(marks + _LINE))
    # The text is not cut first: that would copy all of it.
    kept = text.translate(None, others)[len(text[:start].translate(None, others)) :]
    return kept if start == len(text) or text.endswith(_LINE) else kept + _LINE


@cache
def _blank(mark: bytes) -> re.Pattern[bytes]:
    """A line of delimiters, quotation marks and white space, with the end of the one before."""
    space = [chr(one).encode() for one in range(LAST_SPACE + 1) if chr(one).isspace()]
    single = b"".join(one for one in space if len(one) == 1 and one != _LINE)
    several = b"|".join(one for one in space if len(one) > 1)
    return re.compile(b"\n(?:[%b]|%b)*\n" % (re.escape(mark + _QUOTE + single), several))
