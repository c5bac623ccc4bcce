"""Something in a mapping that is not allowed, and advice on what was meant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from oversight_agent.mapping.document import Place


@dataclass(frozen=True)
class Finding:
    """Something in a mapping that the specification does not allow, and where it stands."""

    place: Place
    what: str
    expected: str = ""
    advice: str = ""


def suggestion(name: str, candidates: Iterable[str]) -> str:
    """Advice that names the candidate nearest to a name, or no advice."""
    nearest = get_close_matches(name, list(candidates), n=1)
    return f"write '{nearest[0]}', if that is meant" if nearest else ""
