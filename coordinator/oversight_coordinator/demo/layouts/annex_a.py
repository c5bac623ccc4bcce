"""Ofsted's Annex A, as a system fills its workbook: the lists of referrals and of plans.

What it can say of an authority's records is in `as_returned`: a referral's closing only where list
6 has the same child and day, no start of a care leaver's plan, no need and no reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from oversight_coordinator.demo.layouts.census import of_its_type
from oversight_coordinator.demo.layouts.columns import Column, fill
from oversight_coordinator.demo.layouts.dates import ISO
from oversight_coordinator.demo.layouts.sources import Book, Extra, Sheet
from oversight_coordinator.demo.layouts.workbook import write_book
from oversight_coordinator.demo.records import Plan, World

_LISTED = ("cin", "cp", "cla")
_OLDEST, _SPREAD_DAYS = date(2008, 5, 1).toordinal(), 6000
_ABUSE = {
    "NEG": "Neglect",
    "PHY": "Physical abuse",
    "SAB": "Sexual abuse",
    "EMO": "Emotional abuse",
    "MUL": "Multiple",
}
_EMPTY = {
    "List 1": ("Child Unique ID", "Gender", "Ethnicity", "Date of Contact", "Contact Source"),
    "List 2": ("Child Unique ID", "Gender", "Ethnicity", "Assessment start date"),
    "List 4": ("Child Unique ID", "Continuous Assessment Start Date", "Allocated Team"),
    "List 5": ("Child Unique ID", "Strategy discussion initiating Section 47 Enquiry Start Date"),
    "List 10": ("Child Unique ID", "Family identifier", "Date Placed for Adoption"),
    "List 11": ("Individual adopter identifier", "Family identifier", "Date enquiry received"),
}
"""Lists of which nothing is made up but the header."""


def as_returned(world: World) -> World:
    """The records as the workbook holds them."""
    plans = [of_its_type(plan) for plan in world.plans if plan.type in _LISTED]
    in_need = [plan for plan in plans if plan.type == "cin"]
    number = Counter((plan.child_id, plan.start) for plan in in_need)
    ends = {(p.child_id, p.start): p.end for p in in_need if number[p.child_id, p.start] == 1}
    referrals = (
        one._replace(need=None, reason=None, close_date=ends.get((one.child_id, one.referral_date)))
        for one in world.referrals
    )
    return world.replaced({"plan": plans, "episode": list(referrals)})


def write_annex_a(path: Path, world: World, *, prefix: str) -> None:
    """Write the workbook, one that is there replaced.

    Args:
        path: the file.
        world: an authority's records.
        prefix: what its system puts before a child's number.
    """
    book = Book(path.name, tuple(Extra(name, (head,)) for name, head in _EMPTY.items()))
    lists = (
        ("List 3", _referrals(prefix), world.referrals),
        ("List 6", _in_need(prefix), _of_type(world, "cin")),
        ("List 7", _protection(prefix), _of_type(world, "cp")),
        ("List 8", _looked_after(prefix), _of_type(world, "cla")),
        ("List 9", _person(prefix), _of_type(world, "care_leaver")),
    )
    write_book(
        path,
        book,
        [(Sheet(book, name), fill(columns, rows, ISO)) for name, columns, rows in lists],
    )


def _of_type(world: World, kind: str) -> Sequence[Plan]:
    return [plan for plan in world.plans if plan.type == kind]


def _person(prefix: str) -> tuple[Column, ...]:
    return (
        Column("Child Unique ID", "child_id", prefix=prefix),
        _made_up("Gender", lambda _: "c) Not stated"),
        _made_up("Ethnicity", lambda _: "s) NOBT"),
        _made_up("Date of Birth", _born),
        _made_up("Age", lambda child: str(int(child) % 18)),
    )


def _made_up(header: str, text: Callable[[str], str]) -> Column:
    return Column(header, made_of="child_id", text=text)


def _born(child: str) -> str:
    return date.fromordinal(_OLDEST + int(child) * 37 % _SPREAD_DAYS).isoformat()


def _worker() -> tuple[Column, ...]:
    return (
        _made_up("Allocated Team", lambda child: f"Example team {int(child) % 5}"),
        _made_up("Allocated Worker", lambda child: f"Worker {int(child) % 40} Example"),
    )


def _referrals(prefix: str) -> tuple[Column, ...]:
    return (
        *_person(prefix),
        Column("Date of Referral", "referral_date"),
        Column("Referral Source", "source", prefix="q) "),
        Column("Referral NFA?", "nfa", codes={0: "No", 1: "Yes"}),
        *_worker(),
    )


def _in_need(prefix: str) -> tuple[Column, ...]:
    return (
        *_person(prefix),
        Column("CIN Start Date", "start"),
        _made_up("Primary Need Code", lambda _: ""),
        Column("CIN Closure Date", "end"),
        _made_up("Reason for Closure", lambda _: ""),
        _made_up("Case Status", lambda _: "c) Child in need plan"),
        *_worker(),
    )


def _protection(prefix: str) -> tuple[Column, ...]:
    abuse: dict[Any, str] = dict(_ABUSE)
    return (
        *_person(prefix),
        Column("Child Protection Plan Start Date", "start"),
        Column("Latest Category of Abuse", "abuse_category", codes=abuse),
        Column("Child Protection Plan End Date", "end"),
        Column("Number of Previous Child Protection Plans", "previous_cpp"),
        *_worker(),
    )


def _looked_after(prefix: str) -> tuple[Column, ...]:
    return (
        *_person(prefix),
        Column("Date Started to be Looked After", "start"),
        Column("Date Ceased to be Looked After", "end"),
        *_worker(),
    )
