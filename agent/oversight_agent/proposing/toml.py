"""Values as TOML, with the comments that a person reads beside them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date

_BARE = re.compile(r"^[A-Za-z0-9_-]+$")


def key(name: str) -> str:
    """A key, in quotation marks where it must be."""
    return name if _BARE.match(name) else value(name)


def value(given: object) -> str:
    """A value on one line."""
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, int | float):
        return str(given)
    if isinstance(given, date):
        return given.isoformat()
    if isinstance(given, Mapping):
        return inline(given)
    if isinstance(given, list | tuple):
        return f"[{', '.join(map(value, given))}]"
    # A JSON string is a TOML string, but for the delete character.
    return json.dumps(str(given), ensure_ascii=False).replace("\x7f", "\\u007f")


def inline(table: Mapping[str, object]) -> str:
    """A table on one line."""
    pairs = ", ".join(f"{key(str(name))} = {value(one)}" for name, one in table.items())
    return f"{{ {pairs} }}" if pairs else "{}"


def comment(text: str) -> str:
    """A comment of one line."""
    return "# " + " ".join(text.split())


def commented(lines: Iterable[str]) -> list[str]:
    """Lines as comments, to be taken in by deleting the marks."""
    return [f"# {line}" if line else "#" for line in lines]
