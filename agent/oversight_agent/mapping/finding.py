"""What a mapping may not say, advice on what was meant, and the error that tells all of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from oversight_agent.mapping.document import Document, Place
from oversight_protocol.errors import InputError

_NUMBER = re.compile("0*([0-9]+)")

_TOLD = 20
"""Findings that are told; more would not be read before these are corrected."""


@dataclass(frozen=True)
class Finding:
    """Something in a mapping that the specification does not allow, and where it stands."""

    place: Place
    what: str
    expected: str = ""
    advice: str = ""
    found: str = ""


class MappingError(InputError):
    """All that is wrong with a mapping, one line each, in the order of the file.

    Args:
        document: the mapping.
        findings: at least one. The first in the file is the error's own.
    """

    def __init__(self, document: Document, findings: Sequence[Finding]) -> None:
        ordered = sorted(
            ((document.line(one.place), one) for one in findings), key=lambda pair: pair[0]
        )
        told = [_error(document, *pair) for pair in ordered[:_TOLD]]
        first, more = told[0], len(ordered) - len(told)
        others = f" (and {len(ordered) - 1} more in this file)" if len(ordered) > 1 else ""
        super().__init__(
            first.what + others, where=first.where, found=first.found, expected=first.expected,
            advice=first.advice,
        )  # fmt: skip
        lines = [*map(str, told), *[f"{document.name}: {more} more findings."] * bool(more)]
        self.args = ("\n".join(lines),)


def _error(document: Document, line: int, finding: Finding) -> InputError:
    return InputError(
        finding.what,
        where=f"{document.name}, line {line}",
        found=finding.found,
        expected=finding.expected,
        advice=finding.advice,
    )


def suggestion(name: str, candidates: Iterable[str]) -> str:
    """Advice that names the candidate nearest to a name, or no advice.

    Two names that differ in their numbers alone are near by chance: S99 is no misspelt S09.
    """
    known = [one for one in candidates if not _other_numbers(name, one)]
    nearest = get_close_matches(name, known, n=1)
    return f"write '{nearest[0]}', if that is meant" if nearest else ""


def _other_numbers(one: str, other: str) -> bool:
    """Whether two names differ in their numbers and in nothing else; 9 and 09 are the same."""
    alike = _NUMBER.sub("0", one) == _NUMBER.sub("0", other)
    return alike and _NUMBER.findall(one) != _NUMBER.findall(other)
