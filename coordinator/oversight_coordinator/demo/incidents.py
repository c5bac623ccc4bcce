"""What goes wrong on purpose, so that the demo shows what becomes of it.

In a network of nineteen somebody is always away, somebody objects, somebody's export is broken and
somebody wants to look first. From six authorities on, each of the last four is made to behave so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

FEWEST = 6
"""With fewer authorities nothing goes wrong: too few would be left to pool."""

BLOCKED_TABLE = "caseload"
SPOILT_TABLE = "audit_grade"
"""One of the base tables that read the source with bad rows."""


@dataclass(frozen=True)
class Incident:
    """What is done to one authority.

    Attributes:
        kind: `off`, its agent does not run; `blocks`, its policy refuses a table; `spoilt`, one of
            its sources has bad rows; `holds`, its policy leaves every release to a person.
        sentence: what the demo says of it.
        ending: how the run must end for it, as `outcome.problems` reads it.
    """

    kind: Literal["off", "blocks", "spoilt", "holds"]
    sentence: str
    ending: str


_INCIDENTS = (
    Incident("off", "its agent is switched off", "unreachable"),
    Incident("blocks", f"its policy blocks the table {BLOCKED_TABLE}", f"table:{BLOCKED_TABLE}"),
    Incident("spoilt", "its file of audits has bad rows", f"table:{SPOILT_TABLE}"),
    Incident("holds", "its policy holds releases for a person", "held"),
)


def staged(codes: Sequence[str]) -> dict[str, Incident]:
    """The incidents of a demo with these authorities, by ONS code."""
    if len(codes) < FEWEST:
        return {}
    return dict(zip(codes[-len(_INCIDENTS) :], _INCIDENTS, strict=True))


def endings(codes: Sequence[str]) -> dict[str, str]:
    """How the run must end for each authority."""
    planned = staged(codes)
    return {code: planned[code].ending if code in planned else "released" for code in codes}
