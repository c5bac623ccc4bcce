"""An authority's own tables of true counts, protected by the very code that releases go through.

Rules kept here:

1. Tables of one name are tied by their periods, whatever the file says: days within days, and parts
   that make up a whole.
2. The file says its rules as a study does, and the policy tightens them.
3. One table that cannot be true stops all, and nothing is told of any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from oversight_agent import disclosure, own_counts
from oversight_agent.disclosure import Named, Past, Tie
from oversight_agent.disclosure.lookback import Told, told
from oversight_agent.disclosure.past import renumbered
from oversight_agent.evaluate.given import given
from oversight_agent.evaluate.own_table import at_of
from oversight_agent.history import Answered, History
from oversight_agent.history.stage import withheld
from oversight_agent.history.ties import ties as ties_by_days
from oversight_agent.pipeline import own_history, own_links
from oversight_agent.pipeline.own_history import VERSION, Beside
from oversight_agent.tables import UnsafeTable
from oversight_protocol.errors import InputError
from oversight_protocol.policy import Rules
from oversight_protocol.protected_tables import (
    ProtectedFigure,
    ProtectedTable,
    ProtectedTables,
    ReportTold,
)
from oversight_protocol.release import row_keys
from oversight_protocol.study import TOTAL, Link
from oversight_protocol.true_counts import TrueCounts


@dataclass(frozen=True)
class _Wave:
    """The tables of a file, and what it says of them together."""

    own: TrueCounts
    path: Path
    tables: tuple[UnsafeTable, ...] = field(repr=False)
    ties: tuple[Tie, ...]
    public: tuple[Named, ...]
    links: tuple[Link, ...]
    rules: Rules


def _untold(_: str) -> None:
    """Nobody waits."""


def protect_own(
    path: Path, policy: Rules | None = None, history: History | None = None, *,
    record: bool = False, tell: Callable[[str], None] = _untold,
    note: Callable[[str], None] = _untold,
) -> ProtectedTables:  # fmt: skip
    """Protect the tables of a file of true counts together.

    Args:
        path: the file.
        policy: the authority's own rules; without, those of the file hold.
        history: of what was released before.
        record: whether the history is to keep these tables as they are answered.
        tell: is told each step that may take long, in words.
        note: is told what else the authority should know.

    Raises:
        InputError: the file, or the history, cannot be used.
        HistoryMovedError: something was recorded meanwhile; nothing was kept.
    """
    wave = _wave(path, policy)
    for each in own_links.not_kept(wave.own, wave.tables, wave.rules.minimum_persons - 1):
        note(each)
    tell(f"Protecting {_size(wave.own)}")
    found = own_history.beside(history, wave.tables, wave.rules, wave.links)
    answered = _answered(wave, found)
    if record and history is not None:
        own_history.record(history, wave.tables, answered, found)
    tell("Working out between what and what anybody can tell each hidden figure to be")
    seen = _told(wave, answered, found)
    return ProtectedTables(
        rules=wave.rules,
        recorded=record and history is not None,
        tables=tuple(_protected(wave, place, answered, seen, found)
                     for place in range(len(wave.tables))),
        report=tuple(
            ReportTold.model_validate(
                {**dict(report), "rules": [one.model_dump() for one in report.rules],
                 "history": found.reasons.get(place, ())},
                strict=False,
            )
            for place, report in enumerate(seen.reports[: len(wave.tables)])
        ),
    )  # fmt: skip


def _size(own: TrueCounts) -> str:
    """How much there is to protect, in words."""
    tables, figures = len(own.tables), sum(one.size for one in own.tables)
    return f"{tables} {'table' if tables == 1 else 'tables'} of {figures:,} figures"


def _wave(path: Path, policy: Rules | None) -> _Wave:
    own = own_counts.read(path)
    names = [f"{path}, table {one.name}, period {one.period.id}" for one in own.tables]
    tables = tuple(given(one, where) for one, where in zip(own.tables, names, strict=True))
    tied = own_links.ties(own, path)
    return _Wave(
        own, path, tables, tied, own_links.public(own, tables, path), own_links.links(own, tied),
        own.rules if policy is None else own.rules.tighten(policy),
    )  # fmt: skip


def _answered(wave: _Wave, found: Beside) -> list[Answered]:
    """What is answered of each table, in the order of the file."""
    kept = [wave.tables[place] for place in found.kept]
    at = found.numbers
    tied = (
        *renumbered(wave.ties, at),
        *ties_by_days(kept, [one.unsafe for one in found.past], wave.links),
    )
    public = [(at[n], row, code, outcome) for n, row, code, outcome in wave.public if n in at]
    try:
        done = disclosure.protect(
            kept, wave.rules, VERSION, ties=tied, public=public, past=found.past, key=found.key
        )
    except ValueError as error:
        raise InputError(
            f"the tables cannot be true: {error}",
            where=str(wave.path),
            advice="correct the table; nothing was protected",
        ) from None
    safe = {place: one.answer for place, one in zip(found.kept, done.tables, strict=True)}
    return [
        Answered(answer=found.frozen[place].answer, rules=found.frozen[place].rules)
        if place in found.frozen
        else Answered(answer=safe.get(place, withheld(unsafe)), rules=wave.rules)
        for place, unsafe in enumerate(wave.tables)
    ]


def _told(wave: _Wave, answered: Sequence[Answered], found: Beside) -> Told:
    """How the tables stand as they are answered, beside what was released before."""
    others = [one.unsafe for one in found.others]
    every = [
        Past(unsafe, one.answer, one.rules)
        for unsafe, one in zip(wave.tables, answered, strict=True)
    ]
    tied = (*wave.ties, *ties_by_days(wave.tables, others, wave.links))
    return told([*every, *found.others], tied, wave.public)


def _protected(
    wave: _Wave, place: int, answered: Sequence[Answered], seen: Told, found: Beside
) -> ProtectedTable:
    own, unsafe, answer = wave.own.tables[place], wave.tables[place], answered[place]
    return ProtectedTable(
        name=own.name,
        period=own.period,
        status="released" if answer.answer.status == "released" else "withheld",
        recorded_before=place in found.frozen,
        rules=answer.rules,
        question=unsafe.table.question(unsafe.period, VERSION),
        figures=tuple(_figures(unsafe, place, answer, seen)),
    )


def _figures(
    unsafe: UnsafeTable, place: int, answered: Answered, seen: Told
) -> Iterator[ProtectedFigure]:
    table = unsafe.table
    published = {
        (row.dimension, row.category, cell.outcome): cell
        for row in answered.answer.rows
        for cell in row.figures
    }
    for key in row_keys(table):
        merged = [code for code in table.merges if (*key, code) in published]
        for outcome in (TOTAL, *table.outcome_codes, *table.magnitude_names, *merged):
            cell = published.get((*key, outcome))
            yield ProtectedFigure.model_validate({
                "at": at_of(table, key),
                "outcome": outcome,
                "value": None if cell is None else cell.value,
                "marker": "[c]" if cell is None else cell.marker,
                "interval": seen.intervals[(place, *key, outcome)],
            })  # fmt: skip
