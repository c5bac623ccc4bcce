"""The history beside an authority's own tables: what was released, and what is remembered of them.

Rules kept here:

1. A table that the history holds with these very numbers is answered as it was, whatever the rules
   are now. Other numbers of the same table are a correction, protected beside what they correct.
2. Of own tables only counts are known. So one in days that overlap with another's, neither within
   the other, is withheld: nobody can say how few people are in one of them alone.
3. What is recorded is what was answered, withheld tables too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from oversight_agent.disclosure import PUBLIC, Past, Tie
from oversight_agent.history import OWN, Answered, Head, History, Recalled, Span
from oversight_agent.history.explaining import explain
from oversight_agent.history.matching import known
from oversight_agent.history.stage import Judged, New, judge, remember
from oversight_agent.history.ties import foreseen, ties
from oversight_agent.history.unforeseen import unforeseen
from oversight_agent.tables import UnsafeTable
from oversight_protocol.policy import Rules
from oversight_protocol.study import Link

VERSION = "own"
"""In place of a version of the specification, which own tables do not depend on."""


@dataclass(frozen=True)
class Beside:
    """What own tables are protected beside.

    Attributes:
        kept: the tables that are protected, by their places in the file.
        frozen: those that are answered as they were, by place.
        places: of those among them of which anything was released.
        past: released tables, those of the file first.
        reasons: what other tables have to do with each, by place.
        seen: the history that was asked.
        key: by which figures are chosen that are hidden besides.
    """

    kept: tuple[int, ...]
    frozen: Mapping[int, Past] = field(repr=False)
    places: tuple[int, ...]
    past: tuple[Past, ...] = field(repr=False)
    reasons: Mapping[int, tuple[str, ...]]
    seen: Head | None
    key: bytes = field(repr=False)

    @property
    def numbers(self) -> dict[int, int]:
        """The tables of the file that take part, by place: those kept, then those past."""
        return {place: number for number, place in enumerate((*self.kept, *self.places))}

    @property
    def others(self) -> tuple[Past, ...]:
        """Released tables that are not in the file."""
        return self.past[len(self.places) :]


def beside(
    history: History | None, tables: Sequence[UnsafeTable], rules: Rules, links: Sequence[Link]
) -> Beside:
    """What the tables of a file are protected beside.

    Raises:
        HistoryError: something of the history was altered.
    """
    frozen = dict(_frozen(history, tables)) if history else {}
    places = [place for place in range(len(tables)) if place not in frozen]
    new = [tables[place] for place in places]
    judged = judge(history, [New(one) for one in new], rules, links) if history \
        else _judged(new, rules, links)  # fmt: skip
    asked = [(one.table.name, Span.of(one.period)) for one in new]
    said = {(one.table, one.period): one.reasons for one in explain(judged, asked, own=True)}
    shown = [place for place, one in frozen.items() if one.entry.about.released]
    inside = {frozen[place].entry.number for place in shown}
    again = [(tables[place].table.name, Span.of(tables[place].period)) for place in shown]
    beside_these = history.past(again, tuple(links)) if history and again else ()
    recalled = {one.entry.number: one.past for one in (*judged.recalled, *beside_these)}
    others = [one for number, one in recalled.items() if number not in inside]
    return Beside(
        kept=tuple(places[number] for number in judged.kept),
        frozen={place: one.past for place, one in frozen.items()},
        places=tuple(shown),
        past=(*(frozen[place].past for place in shown), *others),
        reasons={
            place: said.get((tables[place].table.name, tables[place].period.id), ())
            for place in places
        },
        seen=judged.seen if history else None,
        key=history.sealing.lot if history else PUBLIC,
    )


def record(
    history: History, tables: Sequence[UnsafeTable], answered: Sequence[Answered], found: Beside
) -> None:
    """Keep own tables as they were answered.

    Raises:
        HistoryMovedError: something was recorded meanwhile; nothing was kept.
        HistoryError: the history cannot be written.
    """
    memories = [
        remember(New(one), answer, history.sealing, VERSION, own=True)
        for place, (one, answer) in enumerate(zip(tables, answered, strict=True))
        if place not in found.frozen
    ]
    now = datetime.now(UTC).replace(microsecond=0).isoformat()
    history.add(memories, OWN, now, found.seen)


def _frozen(
    history: History, tables: Sequence[UnsafeTable]
) -> Iterator[tuple[int, Recalled]]:  # fmt: skip
    """The tables that the history holds with these numbers, by place; of several, the newest."""
    for place, one in enumerate(tables):
        question = one.table.question(one.period, VERSION)
        for entry in history.entries[::-1]:
            if entry.about.question == question and entry.ticket == OWN:
                found = history.recalled(entry)
                if _rows(found.past.unsafe) == _rows(one):
                    yield place, found
                    break


def _rows(unsafe: UnsafeTable) -> dict[tuple[str, str], object]:
    return {(row.dimension, row.category): row for row in unsafe.rows}


def _judged(new: Sequence[UnsafeTable], rules: Rules, links: Sequence[Link]) -> Judged:
    """What the tables of a file say of one another where no history does."""
    tied: Sequence[Tie] = ties(new, [], links)
    pairs = foreseen(tied, new, [-1 - place for place in range(len(new))])
    candidates = [
        known(-1 - place, one.table.name, Span.of(one.period), (), frozenset())
        for place, one in enumerate(new)
    ]
    found = unforeseen(candidates, [], pairs, rules.minimum_persons - 1)
    gone = {each.new for each in found}
    kept = tuple(place for place in range(len(new)) if -1 - place not in gone)
    return Judged(Head(0, ""), kept, (), tuple(tied), tuple(found), {})
