"""Ofsted's Annex A workbook: referrals, plans, teams, and allocations where a list dates them.

    episode     list 3, with what list 6 says of the same child and day
    plan        lists 6 (children in need plans), 7 and 8
    allocation  the open cases of lists 6 to 9 that say since when their worker is allocated
    team        the teams that lists 3 to 9 name

A workbook names no day of its own: of several, the last in the mapping is the latest.

Rules kept here:

1. A list that a table needs and that is not there is an error: its rows would be missing unseen.
2. What a list does not say is not made up: no list has the start of a care leaver's plan, and few
   have the start of an allocation.
3. Of several referrals of a child on one day, list 6 speaks of the only one that led to work; if
   several did, nobody can tell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from oversight_agent.problems import SourceError
from oversight_agent.readers.request import Request
from oversight_agent.readers.returns.annex_a_book import Book, ListRead, Record
from oversight_agent.readers.returns.annex_a_lists import (
    CARE_LEAVERS,
    IN_NEED,
    LISTS,
    LOOKED_AFTER,
    PROTECTION,
    REFERRALS,
)
from oversight_agent.readers.returns.rows import Extract, Rows
from oversight_agent.readers.returns.texts import (
    category,
    code,
    day,
    is_in_need_plan,
    name,
    yes_no,
)
from oversight_agent.sources import SourceLimits

_NOTHING = Record(0, {})


@dataclass(frozen=True)
class _Sheets:
    """The lists of a workbook, and room for the rows that a table takes of each."""

    book: Book
    names: tuple[str, ...]
    limits: SourceLimits

    def rows(self, found: ListRead) -> Rows:
        return Rows(found.file, "row", self.names, self.limits)


def read_annex_a(request: Request, table: str, names: tuple[str, ...]) -> Extract:
    """Read one workbook for one table.

    Raises:
        InputError: see `oversight_agent.readers.read`.
    """
    sheets = _Sheets(Book(request), names, request.limits)
    return Extract(tuple(_TABLES[table](sheets, request)))


def _episodes(sheets: _Sheets, _: Request) -> Iterator[Rows]:
    more = _in_need(sheets.book)
    found = sheets.book.read(REFERRALS, "child date source nfa")
    rows = sheets.rows(found)
    on_day = Counter(map(_day_of, found.records))
    at_work = Counter(_day_of(one) for one in found.records if _led_to_work(one))
    for one in found.records:
        child, date = _day_of(one)
        alone = on_day[child, date] == 1 or (_led_to_work(one) and at_work[child, date] == 1)
        told = more.get((child, date), _NOTHING) if alone else _NOTHING
        rows.add(
            one.number,
            child_id=child,
            referral_date=date,
            source=code(one["source"]),
            need=code(told["need"]),
            nfa=yes_no(one["nfa"]),
            close_date=day(told["end"]),
            reason=code(told["reason"]),
        )
    yield rows


def _day_of(one: Record) -> tuple[str, str]:
    return one["child"].strip(), day(one["date"])


def _led_to_work(one: Record) -> bool:
    return yes_no(one["nfa"]) != "1"


def _in_need(book: Book) -> dict[tuple[str, str], Record]:
    """The rows of list 6 by child and day, those that stand alone with both."""
    records = book.read(IN_NEED, "child start need end reason").records
    keys = [(one["child"].strip(), day(one["start"])) for one in records]
    count = Counter(keys)
    return {key: one for key, one in zip(keys, records, strict=True) if count[key] == 1}


def _plans(sheets: _Sheets, _: Request) -> Iterator[Rows]:
    in_need = sheets.book.read(IN_NEED, "child start end status")
    yield _plan_rows(sheets, in_need, "cin", lambda one: is_in_need_plan(one["status"]))
    protection = sheets.book.read(PROTECTION, "child start end category previous")
    yield _plan_rows(sheets, protection, "cp", _always)
    looked_after = sheets.book.read(LOOKED_AFTER, "child start end")
    yield _plan_rows(sheets, looked_after, "cla", _always)


def _plan_rows(
    sheets: _Sheets, found: ListRead, kind: str, counts: Callable[[Record], bool]
) -> Rows:
    rows = sheets.rows(found)
    for one in filter(counts, found.records):
        rows.add(
            one.number,
            child_id=one["child"].strip(),
            type=kind,
            start=day(one["start"]),
            end=day(one["end"]),
            abuse_category=category(one["category"]),
            previous_cpp=one["previous"],
        )
    return rows


def _always(_: Record) -> bool:
    return True


def _allocations(sheets: _Sheets, request: Request) -> Iterator[Rows]:
    people = "child team worker"
    in_need = sheets.book.read(IN_NEED, f"{people} end", "allocated")
    if "allocated" not in in_need.columns:
        raise _undated(request)
    for found in (
        in_need,
        sheets.book.read(PROTECTION, f"{people} end allocated"),
        sheets.book.read(LOOKED_AFTER, f"{people} end allocated"),
        sheets.book.read(CARE_LEAVERS, f"{people} allocated"),
    ):
        rows = sheets.rows(found)
        for one in found.records:
            if not one["end"].strip():
                _add_allocation(rows, one)
        yield rows


def _add_allocation(rows: Rows, one: Record) -> None:
    rows.add(
        one.number,
        child_id=one["child"].strip(),
        worker_id=name(one["worker"]),
        team_id=name(one["team"]),
        role="case_holder",
        start=day(one["allocated"]),
    )


def _teams(sheets: _Sheets, _: Request) -> Iterator[Rows]:
    seen = {""}
    for number in LISTS:
        if not sheets.book.has(number):
            continue
        found = sheets.book.read(number, "child", "team")
        rows = sheets.rows(found)
        for one in found.records:
            team = name(one["team"])
            if team not in seen:
                rows.add(one.number, team_id=team, service=team)
            seen.add(team)
        yield rows


def _undated(request: Request) -> SourceError:
    return SourceError(
        "the lists do not say since when a worker is allocated",
        file=request.name,
        expected="a column 'Allocation Start Date' in lists 6 to 9",
        advice="add the column to the lists, or map allocation by hand from the case system",
    )


_TABLES: dict[str, Callable[[_Sheets, Request], Iterator[Rows]]] = {
    "episode": _episodes,
    "plan": _plans,
    "allocation": _allocations,
    "team": _teams,
}
