"""Rough pictures of sets of persons, by which most pairs of figures are known to be unlike at once.

A *sketch* is a set's size and how many of its persons fall into each of 64 buckets by their keys.

Rules kept here:

1. What the sketches exclude is certain. If one set holds another and d persons more, no bucket of
   the one is below the other's, and the sizes differ by d. If two sets differ by d persons in all,
   their buckets differ by at most d in all.
2. What they do not exclude is compared person by person elsewhere.
3. Of a released table only what was shown has a sketch.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from oversight_agent.history.record_sets import Behind, Name, RecordSets

BUCKETS = 64

_Counts = NDArray[np.int32]


@dataclass(frozen=True)
class Sketches:
    """The sketches of several figures.

    Attributes:
        figures: with the kind of persons of each.
        buckets: a line for each figure.
    """

    figures: tuple[tuple[str, Behind], ...]
    buckets: _Counts = field(repr=False)

    @classmethod
    def of(cls, sets: Iterable[RecordSets], shown: frozenset[Name] | None = None) -> Sketches:
        """The sketches of a table's figures that are shown; None for all."""
        found, lines = list[tuple[str, Behind]](), []
        for one in sets:
            places = (one.distinct % BUCKETS).astype(np.intp)
            for behind in one.figures(shown):
                found.append((one.kind, behind))
                there = places.compress(one.present(behind))
                lines.append(np.bincount(there, minlength=BUCKETS))
        return cls(tuple(found), np.array(lines, dtype=np.int32).reshape(-1, BUCKETS))

    def write(self) -> bytes:
        """As bytes: a line of JSON, then the buckets."""
        about = [[kind, list(behind.name), behind.rest] for kind, behind in self.figures]
        return json.dumps(about).encode() + b"\n" + self.buckets.astype("<i4").tobytes()

    @classmethod
    def read(cls, content: bytes) -> Sketches:
        """What `write` wrote."""
        about, rest = content.split(b"\n", 1)
        return cls(_figures(about), np.frombuffer(rest, "<i4").reshape(-1, BUCKETS))


@lru_cache(maxsize=1000)
def _figures(about: bytes) -> tuple[tuple[str, Behind], ...]:
    """The figures of a line of JSON; tables of one form have the same."""
    return tuple((kind, Behind(Name(*name), rest)) for kind, name, rest in json.loads(about))


class Near(NamedTuple):
    """A figure that a sketch does not tell from another.

    Attributes:
        number: of its table.
        within: whether one of the two may hold the other and more; else they can only be as large
            as each other, or each have somebody of its own.
        alike: whether the sketches are the same, so that the sets may be.
    """

    number: int
    behind: Behind
    within: bool
    alike: bool


class Pile:
    """The sketches of many tables, of one kind of persons, to be searched at once.

    Args:
        tables: each with the number under which it is known.
        kind: of the persons.
    """

    def __init__(self, tables: Sequence[tuple[int, Sketches]], kind: str) -> None:
        picked = [
            (number, [at for at, (one, _) in enumerate(each.figures) if one == kind], each)
            for number, each in tables
        ]
        self.figures = [(number, each.figures[at][1]) for number, ats, each in picked for at in ats]
        lines = [each.buckets[ats] for _, ats, each in picked if ats]
        self._buckets = np.concatenate(lines) if lines else np.zeros((0, BUCKETS), np.int32)
        self._sizes = self._buckets.sum(axis=1, dtype=np.int64)

    def near(self, buckets: _Counts, most: int) -> list[Near]:
        """The figures that may differ from a set by `most` persons in all."""
        sizes = np.abs(self._sizes - int(buckets.sum()))
        at = np.flatnonzero(sizes <= most)
        apart = np.abs(self._buckets[at] - buckets).sum(axis=1)
        keep = apart <= most
        within, alike = (apart == sizes[at]) & (apart > 0), apart == 0
        found = zip(at[keep], within[keep], alike[keep], strict=True)
        return [
            Near(number, behind, bool(inside), bool(same))
            for one, inside, same in found
            for number, behind in [self.figures[one]]
        ]
