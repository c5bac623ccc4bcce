"""Which tables of an authority's answer are of one moment of its data.

An authority answers a wave from one snapshot, and what it answered once stays as it was. So a
release may hold tables of several moments: some that were answered before, and some that could not
be had then. Tables are taken to be of one moment where the answers that came from the authority
before released both of them or neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from oversight_coordinator.pool import Moments
from oversight_coordinator.store import Ask, Run, Store
from oversight_coordinator.stored_answers import read_answer
from oversight_protocol.envelope import Envelope
from oversight_protocol.release import Release
from oversight_protocol.study import Study, Wave

_Days = tuple[date, date]
"""A period by its days, as every study names periods as it likes."""


def moments(store: Store, run: Run, wave: Wave) -> Moments:
    """The moment of every table that an authority had released before it answered a run."""
    answered = {ask.la: ask for ask in store.asks(run.id) if ask.answer is not None}
    periods = {(one.start, one.end): one.id for one in wave.periods}
    found: dict[tuple[str, str, str], frozenset[str]] = {}
    for other, table, days in _before(store, run, answered):
        if days in periods:
            key = (other.la, table, periods[days])
            found[key] = found.get(key, frozenset()) | {other.ticket}
    return found


def _before(store: Store, run: Run, answered: dict[str, Ask]) -> Iterator[tuple[Ask, str, _Days]]:
    """Each table that was released before, with the ask that it answered and its days."""
    for earlier in store.runs():
        asks = [
            ask for ask in (store.asks(earlier.id) if earlier.id != run.id else ())
            if ask.la in answered and _came_before(ask, answered[ask.la])
        ]  # fmt: skip
        days = _days(store, earlier) if asks else {}
        for ask in asks:
            release = read_answer(ask.answer or b"")
            for table in release.tables if isinstance(release, Release) else ():
                if table.status == "released":
                    yield ask, table.table, days[table.period]


def _came_before(ask: Ask, other: Ask) -> bool:
    return ask.answer is not None and (ask.received_at or 0) <= (other.received_at or 0)


def _days(store: Store, run: Run) -> dict[str, _Days]:
    study = Study.parse(Envelope.from_bytes(store.study(run.study).envelope).payload)
    return {one.id: (one.start, one.end) for one in study.wave(run.wave).periods}
