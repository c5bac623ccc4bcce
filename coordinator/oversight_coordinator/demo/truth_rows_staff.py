"""The rows of the study's base tables about workers, and of the survey of staff.

Rows are tuples as in `truth_rows`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from oversight_coordinator.demo.asof import AsOf
from oversight_coordinator.demo.records import Post
from oversight_coordinator.demo.truth_rows import Row, of_post
from oversight_protocol import study_package

_CASE_HOLDING = (4, 5)
_FIRST_LINE_MANAGER = 3
_PERSONAL = ("personal", "combined")
_LEAST_DAYS = 31
_HUNDREDTH = Decimal("0.01")

_SURVEY = study_package.installed().survey
QUESTIONS = tuple(one.id for one in _SURVEY.questions) if _SURVEY else ()
"""The numbers of the questions that the study asks."""


def caseload(asof: AsOf) -> Iterator[Row]:
    """Workers who can hold cases and have working time: their open children and that time."""
    children = Counter(held.worker_id for held in asof.held.values())
    for worker, post in asof.in_post.items():
        time = _working_time(post)
        if post.role in _CASE_HOLDING and time is not None and time > 0:
            yield (Decimal(children[worker]), time), *of_post(post)


def fte_by_agency(asof: AsOf) -> Iterator[Row]:
    """Workers who can hold cases: their working time, nothing where it is not known."""
    for post in asof.in_post.values():
        if post.role in _CASE_HOLDING:
            yield (_working_time(post) or Decimal(0),), of_post(post)[1]


def _working_time(post: Post) -> Decimal | None:
    # By way of text, so that 0.37 is 0.37 and not the nearest binary fraction.
    return None if post.fte is None else Decimal(str(post.fte)).quantize(_HUNDREDTH, ROUND_HALF_UP)


def span(asof: AsOf) -> Iterator[Row]:
    """First-line managers in post: the workers in post whom they supervise."""
    supervised = Counter(post.supervisor_id for post in asof.in_post.values())
    for worker, post in asof.in_post.items():
        if post.role == _FIRST_LINE_MANAGER:
            yield ((Decimal(supervised[worker]),),)


def personal_supervision(asof: AsOf) -> Iterator[Row]:
    """Workers who can hold cases, a month or more in post: is their supervision in time?"""
    last = _last_personal(asof)
    standard = asof.standard_of_workers
    for worker, post in asof.in_post.items():
        if post.role in _CASE_HOLDING and (asof.q1 - post.role_start).days >= _LEAST_DAYS:
            days = (asof.q1 - max(last.get(worker, post.role_start), post.role_start)).days
            within = standard is not None and days <= standard
            role, agency, asye = of_post(post)
            yield "within" if within else "over", asye, agency, role


def _last_personal(asof: AsOf) -> dict[str, date]:
    found: dict[str, date] = {}
    for event in asof.world.events:
        if event.type in _PERSONAL and event.held_date <= asof.q1:
            found[event.worker_id] = max(
                found.get(event.worker_id, event.held_date), event.held_date
            )
    return found


def survey(asof: AsOf) -> Iterator[Row]:
    """Answers to the study's questions in rounds that were opened in the quarter."""
    for one in asof.world.responses:
        if asof.has(one.wave) and one.question_id in QUESTIONS:
            yield str(one.response), one.question_id
