"""XML, walked through element by element and never kept as a whole.

Rules kept here:

1. A document type is refused: it could define entities, which expand without bound or name other
   files.
2. What is no sound XML is refused, also where a laxer parser would go on.
"""

from __future__ import annotations

from collections.abc import Callable
from xml.parsers import expat

from oversight_agent.readers.package import Damaged

Attributes = dict[str, str]


def walk(
    xml: bytes,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Tell each element's start and end by its local name, and text in between.

    Raises:
        Damaged: see the rules; also a `ValueError` that a callback raises.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = lambda name, attributes: start(local(name), attributes)
    if end is not None:
        parser.EndElementHandler = lambda name: end(local(name))
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(xml, True)
    except (expat.ExpatError, ValueError):
        raise Damaged from None


def local(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]


def _refuse(*_: object) -> None:
    raise Damaged
