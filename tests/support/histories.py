"""Small histories for tests: tables of synthetic persons, judged, answered and remembered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from oversight_agent import disclosure
from oversight_agent.history import Answered, History, Memory, Sealing, Span
from oversight_agent.history.stage import New, remember, sets_of
from oversight_agent.tables import UnsafeTable
from oversight_protocol.policy import Rules
from oversight_protocol.study import AnyPeriod, BaseTable
from support.exact_tables import CHILD, Event, base_table, tabulate

SECRET = bytes(range(32))
OTHER_SECRET = bytes(range(1, 33))
RULES = Rules()
VERSION = "1.0"
BEGUN = "2026-01-01T00:00:00Z"
LATER = "2026-04-02T09:00:00Z"


class Row(NamedTuple):
    """A row behind a table: who, which outcome, which service."""

    child: int
    outcome: str
    service: str = "a"


def children_table(name: str = "open_children", **more: object) -> BaseTable:
    """A table of children, by outcome and service."""
    return base_table(("yes", "no"), name=name, subjects=(CHILD,), **more)  # type: ignore[arg-type]


def days(name: str, start: str, end: str) -> AnyPeriod:
    """A period of any days, as an authority's own publication may have it."""
    return AnyPeriod(
        id=name, label=name, start=date.fromisoformat(start), end=date.fromisoformat(end)
    )


def rows(yes: Iterable[int], no: Iterable[int], services: str = "abc") -> list[Row]:
    """Children by outcome, spread over services by their number."""
    both = [(child, "yes") for child in yes] + [(child, "no") for child in no]
    return [Row(child, outcome, services[child % len(services)]) for child, outcome in both]


def new(table: BaseTable, period: AnyPeriod, found: Sequence[Row], secret: bytes = SECRET) -> New:
    """A counted table with its record sets."""
    codes, services = table.outcome_codes, _codes(table)
    events: list[Event] = [
        (
            row.child, -1, row.child % 7, codes.index(row.outcome),
            *(codes_of.index(row.service) for codes_of in services.values()),
        )
        for row in found
    ]  # fmt: skip
    columns: dict[str, Sequence[str | None]] = {
        "child": [pseudonym(row.child) for row in found],
        "outcome": [row.outcome for row in found],
        **{name: [row.service for row in found] for name in services},
    }
    unsafe: UnsafeTable = tabulate(table, events, period)
    return New(unsafe, sets_of(table, Sealing(secret), columns))


def pseudonym(child: int) -> str:
    """A pseudonym of 32 digits."""
    return f"{child * 2654435761 % 2**64:032x}"


def counted(one: New) -> New:
    """The same table where only its counts are known."""
    return New(one.unsafe)


def memory(
    one: New, *, withheld: bool = False, own: bool = False, secret: bytes = SECRET
) -> Memory:
    """A table protected by itself and remembered."""
    from oversight_agent.history.stage import withheld as refused

    if withheld:
        answer = refused(one.unsafe)
    else:
        answer = disclosure.protect([one.unsafe], RULES, VERSION).tables[0].answer
    return remember(one, Answered(answer=answer, rules=RULES), Sealing(secret), VERSION, own=own)


def history(folder: Path, *released: New) -> History:
    """A history of tables that were released one after another."""
    made = History.begin(folder / "history.db", SECRET, BEGUN)
    for number, one in enumerate(released):
        made.add([memory(one)], f"t{number}", LATER)
    return made


def spans(*tables: New) -> list[tuple[str, Span]]:
    """What `History.past` is asked of tables."""
    return [(one.unsafe.table.name, Span.of(one.unsafe.period)) for one in tables]


def _codes(table: BaseTable) -> Mapping[str, Sequence[str]]:
    return {each.name: each.codes for each in table.dimensions}
