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

BUCKETS, FEW = 64, 8

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
        self._figures = [figure for _, each in tables for figure in each.figures]
        self._numbers = [number for number, each in tables for _ in each.figures]
        lines = [each.buckets for _, each in tables]
        self._buckets = np.concatenate([np.zeros((0, BUCKETS), np.int32), *lines])
        sizes = self._buckets.sum(axis=1, dtype=np.int64)
        places = np.flatnonzero([one == kind for one, _ in self._figures])
        self._by_size = places[np.argsort(sizes[places], kind="stable")]
        self._sizes = sizes[self._by_size]

    def near(self, buckets: _Counts, most: int) -> list[Near]:
        """The figures that may differ from a set by `most` persons in all."""
        size = int(buckets.sum())
        first, last = np.searchsorted(self._sizes, (size - most, size + most + 1))
        at = np.sort(self._by_size[first:last])
        # A few of the buckets exclude nearly all.
        at = at[_apart(self._buckets[at, :FEW], buckets[:FEW]) <= most]
        lines = self._buckets[at]
        apart = _apart(lines, buckets)
        within = (apart == np.abs(lines.sum(axis=1) - size)) & (apart > 0)
        found = zip(at.tolist(), apart.tolist(), within.tolist(), strict=True)
        return [
            Near(self._numbers[one], self._figures[one][1], inside, alike=by == 0)
            for one, by, inside in found
            if by <= most
        ]


def _apart(lines: _Counts, buckets: _Counts) -> NDArray[np.int64]:
    """By how many persons in all each line is apart from one."""
    found: NDArray[np.int64] = np.abs(lines - buckets).sum(axis=1)
    return found
