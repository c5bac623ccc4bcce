"""Whether a text is plain: no quotation marks, each line a record with the header's width.

Most exports are, and this tells it of a million lines in the time of reading them once. It proves
the form and finds no mistakes: of any other text it says nothing, and `layout` walks through it.
"""

from __future__ import annotations

import re
from functools import cache
from sys import maxunicode

_LINE, _QUOTE = b"\n", b'"'


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
    if text.find(_QUOTE, start) >= 0:
        return 0
    mark = delimiter.encode()
    marks = _marks(text, start, mark)
    records = len(marks) // width
    if records > most or marks != (mark * (width - 1) + _LINE) * records:
        return 0
    # The last line may lack its end.
    last = text[text.rfind(_LINE) :] + _LINE
    blank = _blank(mark).search(text, start - 1) or (len(last) > 2 and _blank(mark).match(last))
    return 0 if blank else records


def _after(text: bytes, lines: int) -> int:
    """Where the line after these starts."""
    at = 0
    for _ in range(lines):
        at = text.find(_LINE, at) + 1 or len(text)
    return at


def _marks(text: bytes, start: int, mark: bytes) -> bytes:
    """The delimiters and line ends from `start` on alone; the last line gets its end."""
    others = bytes(set(range(256)) - {mark[0], _LINE[0]})
    # The text is not cut first: that would copy all of it.
    marks = text.translate(None, others)[len(text[:start].translate(None, others)) :]
    return marks if start == len(text) or text.endswith(_LINE) else marks + _LINE


@cache
def _blank(mark: bytes) -> re.Pattern[bytes]:
    """A line that holds nothing but delimiters and white space, with the end of the one before."""
    space = [chr(one).encode() for one in range(maxunicode) if chr(one).isspace()]
    single = b"".join(one for one in space if len(one) == 1 and one != _LINE)
    several = b"|".join(one for one in space if len(one) > 1)
    return re.compile(b"\n(?:[%b]|%b)*\n" % (re.escape(mark + single), several))
