"""The rows of the study's base tables about events, from the records, by the definitions.

A row is a tuple: the outcome first (of supervision_gap the days, of a table with magnitudes their
values), then the category in each of the table's dimensions, in the order in `truth_tables`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

from oversight_coordinator.demo.asof import UNKNOWN, AsOf, is_case_supervision
from oversight_coordinator.demo.records import Event, Post
from oversight_protocol.specification import load

Row = tuple[object, ...]

_PART1_IN_PLACE = ("child_file", "both")
_PART2_IN_PLACE = ("supervision_record", "both")
_SOMEWHERE = ("child_file", "supervision_record", "both")
_IN_TIME, _SATURDAY = 5, 5
_HOLIDAYS = frozenset(load("1.0").bank_holidays.days)


def recording(asof: AsOf) -> Iterator[Row]:
    """Case, personal and combined events held in the quarter."""
    for event in asof.held_in_quarter:
        if event.type in ("case", "personal", "combined"):
            post = asof.post(event.worker_id, event.held_date)
            yield (recorded(event), asof.service_of_event(event), *of_post(post))


def recorded(event: Event) -> str:
    """Where the two parts of a supervision are recorded."""
    first, second = event.part1_location, event.part2_location
    if first in (None, "unknown") or second in (None, "unknown"):
        return UNKNOWN
    if first in _PART1_IN_PLACE:
        return "both" if second in _PART2_IN_PLACE else "part1_only"
    if second in _PART2_IN_PLACE:
        return "part2_only"
    return "neither" if first == second == "neither" else "misplaced"


def of_post(post: Post | None) -> tuple[str, str, str]:
    """Role, agency and first year of a post."""
    if post is None:
        return UNKNOWN, UNKNOWN, UNKNOWN
    role = {4: "senior_practitioner", 5: "case_holder"}.get(post.role, "other")
    agency = "agency" if post.agency == 1 else "employed"
    if post.kss is None:
        return role, agency, UNKNOWN
    return role, agency, "asye" if post.kss == 1 else "not_asye"


def part1_reflection(asof: AsOf) -> Iterator[Row]:
    """Events of the auditors' sample with part 1 somewhere: does it reflect on the family?"""
    for event in asof.held_in_quarter:
        if event.evidence == "audit_sample" and event.part1_location in _SOMEWHERE:
            yield _said(event.reflects_family), asof.service_of_event(event)


def part2_reflection(asof: AsOf) -> Iterator[Row]:
    """Events of the auditors' sample with part 2 somewhere: does it reflect on the practitioner?"""
    for event in asof.held_in_quarter:
        if event.evidence == "audit_sample" and event.part2_location in _SOMEWHERE:
            yield _said(event.reflects_practitioner), asof.service_of_event(event)


def _said(answer: str | None) -> str:
    return answer if answer in ("Y", "N") else UNKNOWN


def recorded_in_time(asof: AsOf) -> Iterator[Row]:
    """Case supervisions held in the quarter, by the working days until they were recorded."""
    for event in asof.held_in_quarter:
        if is_case_supervision(event):
            yield _recorded_by(event, asof.q1), asof.service_of_event(event)


def _recorded_by(event: Event, last: date) -> str:
    recorded = event.recorded_date
    if recorded is None or recorded > last:
        return "not_recorded"
    return "within_5" if working_days(event.held_date, recorded) <= _IN_TIME else "over_5"


@cache
def working_days(start: date, end: date) -> int:
    """Working days after one day and up to another; none if that is no later."""
    days = (start + timedelta(days=number) for number in range(1, (end - start).days + 1))
    return sum(day.weekday() < _SATURDAY and day not in _HOLIDAYS for day in days)


def authorised(asof: AsOf) -> Iterator[Row]:
    """Case supervisions held in the quarter: authorised by its last day or not."""
    for event in asof.held_in_quarter:
        if is_case_supervision(event):
            when = event.authorised_date
            by_then = when is not None and when <= asof.q1
            yield "authorised" if by_then else "not_authorised", asof.service_of_event(event)


def actions(asof: AsOf) -> Iterator[Row]:
    """Case supervisions held in the quarter: actions set or not."""
    for event in asof.held_in_quarter:
        if is_case_supervision(event):
            yield _said(event.actions_set), asof.service_of_event(event)


def since_supervision(asof: AsOf) -> Iterator[Row]:
    """Open children, by the days since their last case supervision."""
    for child in asof.held:
        started, held = asof.spell_starts[child], asof.supervisions.get(child)
        service, plan_type = asof.service_of_child(child), asof.plan_type(child)
        last = held[-1] if held else date.min
        supervised = last >= started
        days = (asof.q1 - (last if supervised else started)).days
        yield since_outcome(days, asof.standard(child), supervised=supervised), service, plan_type


def since_outcome(days: int, standard: int | None, *, supervised: bool) -> str:
    """The outcome of a child, from days since supervision or else since its spell's start."""
    if not supervised and days > 42:
        return "never_43_90" if days <= 90 else "never_91"
    if days > 90:
        return "d91_more"
    band = "d0_31" if days <= 31 else "d32_42" if days <= 42 else "d43_90"
    return f"{band}_{'within' if standard is not None and days <= standard else 'over'}"


def supervision_gap(asof: AsOf) -> Iterator[Row]:
    """Pairs of consecutive case supervisions of a child, the later in the quarter: the days."""
    for child, held in asof.supervisions.items():
        service = asof.service_of_child(child) or UNKNOWN
        for before, later in pairwise(held):
            if later >= asof.q0:
                yield (later - before).days, service
