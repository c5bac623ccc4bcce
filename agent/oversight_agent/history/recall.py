"""A history, opened: what it knows of released tables, as far as a new one concerns them.

Rules kept here:

1. Nothing is opened but what is needed: the exact numbers of the tables that new ones are tied to,
   directly or through others; the sketches of all; who stands behind a table, only when a sketch
   does not tell it from a new one.
2. A table that was withheld shows nothing, but what was hidden of it is recalled all the same: a
   sum over it must not give it away. People are compared with tables that were shown alone.
3. An entry that the ledger does not have yet counts as released: what is protected beside it is
   protected more than it needs to be, and never less.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from oversight_agent.disclosure.past import Past
from oversight_agent.history import content
from oversight_agent.history.entries import Entry
from oversight_agent.history.memory import Head, Memory, Span
from oversight_agent.history.sealing import Sealing
from oversight_agent.history.store import Store
from oversight_agent.tables import UnsafeTable
from oversight_protocol.study import BaseTable, Link

if TYPE_CHECKING:
    from oversight_agent.history.matching import Known
    from oversight_agent.history.record_sets import RecordSets

FILE = "history.db"
"""The history's file in the agent's folder."""

_AT_HAND = 16
"""Tables of which it is kept in memory who stands behind them, once that was needed."""


class Recalled(NamedTuple):
    """A released table, with its entry."""

    entry: Entry
    past: Past


@dataclass
class History:
    """A history that verifies.

    Attributes:
        store: its file.
        sealing: its keys.
    """

    store: Store
    sealing: Sealing = field(repr=False)
    _tables: dict[str, BaseTable] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def open(cls, path: Path, secret: bytes, *, read_only: bool = False) -> Self:
        """The history of a file; see `Store` for its errors."""
        sealing = Sealing(secret)
        return cls(Store(path, sealing, read_only=read_only), sealing)

    @classmethod
    def begin(cls, path: Path, secret: bytes, begun: str) -> Self:
        """A new history, empty and durable; `begun` is the moment, in ISO form."""
        sealing = Sealing(secret)
        return cls(Store.begin(path, sealing, begun), sealing)

    def close(self) -> None:
        """Let the file go."""
        self.store.close()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Everything that is kept, oldest first."""
        return self.store.entries

    @property
    def head(self) -> Head:
        """How far it has come."""
        return self.store.head

    def add(
        self, memories: Sequence[Memory], ticket: str, recorded: str, seen: Head | None = None
    ) -> tuple[Entry, ...]:
        """Keep tables durably; see `Store.add`."""
        return self.store.add(memories, ticket, recorded, seen)

    def past(
        self, new: Sequence[tuple[str, Span]], links: Iterable[Link] = ()
    ) -> tuple[Recalled, ...]:
        """The released tables that new ones are tied to, oldest first.

        Args:
            new: the name and the period of each new table.
            links: of the study that asks for them.
        """
        pairs = [link.tables for link in links]
        tied, open_ends = dict[int, Entry](), list(new)
        while open_ends:
            name, span = open_ends.pop()
            for entry in self.entries:
                about = entry.about
                if entry.number not in tied and _is_tied(
                    (name, span), (about.table, about.span), pairs
                ):
                    tied[entry.number] = entry
                    open_ends.append((about.table, about.span))
        return tuple(self.recalled(tied[number]) for number in sorted(tied))

    def recalled(self, entry: Entry) -> Recalled:
        """A released table with its exact numbers."""
        answered = entry.answered
        return Recalled(entry, Past(self._unsafe(entry), answered.answer, answered.rules))

    def known(self) -> list[Known]:
        """Every released table, for comparison with new ones."""
        from oversight_agent.history.matching import Known  # noqa: PLC0415
        from oversight_agent.history.sketches import Sketches  # noqa: PLC0415 — loads numpy

        released = list(self._released())
        counted = [entry for entry in released if entry.about.has_records]
        opened = self.store.open_all([entry.number for entry in counted], "sketches")
        sketches = {
            entry.number: Sketches.read(each) for entry, each in zip(counted, opened, strict=True)
        }
        records = lru_cache(maxsize=_AT_HAND)(self._records)
        return [
            Known(
                entry.number, entry.about.table, entry.about.span, sketches.get(entry.number),
                partial(records, entry.number),
            )
            for entry in released
        ]  # fmt: skip

    def _released(self) -> Iterator[Entry]:
        return (entry for entry in self.entries if entry.about.released)

    def _unsafe(self, entry: Entry) -> UnsafeTable:
        return content.read(self.store.open(entry.number, "content"))

    def _records(self, number: int) -> Sequence[RecordSets]:
        from oversight_agent.history import record_sets  # noqa: PLC0415 — loads numpy

        entry = self.entries[number - 1]
        if entry.about.definition not in self._tables:
            self._tables[entry.about.definition] = self._unsafe(entry).table
        return record_sets.read(
            self.store.open(number, "records"), self._tables[entry.about.definition]
        )


def _is_tied(
    one: tuple[str, Span], other: tuple[str, Span], linked: Sequence[tuple[str, ...]]
) -> bool:
    (name, span), (its_name, its_span) = one, other
    if name == its_name:
        return span.holds(its_span) or its_span.holds(span)
    together = any(name in names and its_name in names for names in linked)
    return together and span.same_days(its_span)
