"""A synthetic authority on the last day of a quarter (q1), by the definitions, in plain loops.

1. A post, plan or allocation is open as of a day when start <= day and (no end or end > day).
2. A child is open as of q1 when a case-holder allocation is. Of several the latest start decides,
   then the smallest worker_id, then the smallest team_id: that gives its worker and its team.
3. Its current spell is the longest run of case-holder allocations up to q1 with no day uncovered.
4. A worker's post in force on a day is, of those open, the one with the latest role_start.
5. A child's plan type is that of the plan open as of q1: cp before cla, cin, care_leaver, none.
6. A case supervision is an event of type case or combined for a child.
7. The standard for a cohort is the one with the latest policy_date on or before q1; a child's is
   that of its plan type, else that for all; a worker's that for workers, and no other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property

from oversight_coordinator.demo.records import Allocation, Event, Plan, Post, Standard, World
from oversight_protocol.study import Period

UNKNOWN = "unknown"
_PRECEDENCE = ("cp", "cla", "cin", "care_leaver")


class AsOf:
    """A world as of a quarter's last day.

    Attributes:
        q0: the quarter's first day.
        q1: its last.
        held: of each open child, the case-holder allocation that decides.
    """

    def __init__(self, world: World, period: Period) -> None:
        self.world, self.q0, self.q1 = world, period.start, period.end
        self._service_of = {team.team_id: team.service for team in world.teams}
        self.held = _deciding(world.allocations, self.q1)
        self._posts: dict[str, list[Post]] = defaultdict(list)
        for post in world.posts:
            self._posts[post.worker_id].append(post)
        self._standards = _standards(world.standards, self.q1)

    def service_of_child(self, child: str) -> str | None:
        """The service of an open child's team; None if the child is not open."""
        held = self.held.get(child)
        return None if held is None else self._service_of[held.team_id]

    def service_of_event(self, event: Event) -> str:
        """That of its child's team, else of the worker's post on the day, else unknown."""
        service = None if event.child_id is None else self.service_of_child(event.child_id)
        if service is not None:
            return service
        post = self.post(event.worker_id, event.held_date)
        return UNKNOWN if post is None or post.team_id is None else self._service_of[post.team_id]

    def post(self, worker: str, day: date) -> Post | None:
        """The worker's post in force on a day."""
        found: Post | None = None
        for post in self._posts.get(worker, ()):
            if runs(post.role_start, post.role_end, day) and (
                found is None or post.role_start > found.role_start
            ):
                found = post
        return found

    @cached_property
    def held_in_quarter(self) -> tuple[Event, ...]:
        """Events held in the quarter, of every type."""
        return tuple(event for event in self.world.events if self.q0 <= event.held_date <= self.q1)

    @cached_property
    def supervisions(self) -> Mapping[str, list[date]]:
        """The days of each child's case supervisions up to q1, in order."""
        found: dict[str, list[date]] = defaultdict(list)
        for event in self.world.events:
            if is_case_supervision(event) and event.held_date <= self.q1:
                found[event.child_id or ""].append(event.held_date)
        return {child: sorted(days) for child, days in found.items()}

    @cached_property
    def in_post(self) -> Mapping[str, Post]:
        """The post in force on q1 of each worker who has one."""
        posts = ((worker, self.post(worker, self.q1)) for worker in self._posts)
        return {worker: post for worker, post in posts if post is not None}

    @cached_property
    def holding(self) -> Mapping[str, list[Allocation]]:
        """Case-holder allocations of the open children that start by q1."""
        found: dict[str, list[Allocation]] = defaultdict(list)
        for one in self.world.allocations:
            if one.role == "case_holder" and one.start <= self.q1 and one.child_id in self.held:
                found[one.child_id].append(one)
        return found

    @cached_property
    def spell_starts(self) -> Mapping[str, date]:
        """The first day of each open child's current spell."""
        return {child: _spell_start(rows, self.q1) for child, rows in self.holding.items()}

    @cached_property
    def plan_types(self) -> Mapping[str, str]:
        """The plan type of each child with an open plan."""
        return _plan_types(self.world.plans, self.q1)

    def plan_type(self, child: str) -> str:
        """A child's plan type, or `none`."""
        return self.plan_types.get(child, "none")

    def standard(self, child: str) -> int | None:
        """The longest interval that the policy allows for a child, in days, if it says one."""
        own = self._standards.get(self.plan_type(child))
        return self._standards.get("all") if own is None else own

    @property
    def standard_of_workers(self) -> int | None:
        """The longest interval that the policy allows between personal supervisions, in days."""
        return self._standards.get("worker")

    def has(self, day: date | None) -> bool:
        """Whether a day is in the quarter; a missing one is not."""
        return day is not None and self.q0 <= day <= self.q1


def is_case_supervision(event: Event) -> bool:
    """Whether an event is of type case or combined, for a child."""
    return event.type in ("case", "combined") and event.child_id is not None


def runs(start: date, end: date | None, day: date) -> bool:
    """Whether something is open as of a day."""
    return start <= day and (end is None or day < end)


def _deciding(allocations: Iterable[Allocation], day: date) -> dict[str, Allocation]:
    found: dict[str, Allocation] = {}
    for one in allocations:
        if one.role == "case_holder" and runs(one.start, one.end, day):
            known = found.get(one.child_id)
            if known is None or _decides(one, known):
                found[one.child_id] = one
    return found


def _decides(one: Allocation, other: Allocation) -> bool:
    if one.start != other.start:
        return one.start > other.start
    return (one.worker_id, one.team_id) < (other.worker_id, other.team_id)


def _spell_start(allocations: Iterable[Allocation], day: date) -> date:
    """Go back from those open on the day as long as an earlier one reaches the first day so far."""
    starts = [one.start for one in allocations if runs(one.start, one.end, day)]
    first = min(starts)
    while True:
        earlier = [
            one.start
            for one in allocations
            if one.start < first and (one.end is None or one.end >= first)
        ]
        if not earlier:
            return first
        first = min(earlier)


def _plan_types(plans: Iterable[Plan], day: date) -> dict[str, str]:
    found: dict[str, str] = {}
    for plan in plans:
        if runs(plan.start, plan.end, day):
            known = found.get(plan.child_id)
            if known is None or _PRECEDENCE.index(plan.type) < _PRECEDENCE.index(known):
                found[plan.child_id] = plan.type
    return found


def _standards(standards: Iterable[Standard], day: date) -> dict[str, int]:
    latest: dict[str, Standard] = {}
    for one in standards:
        known = latest.get(one.cohort)
        if one.policy_date <= day and (known is None or one.policy_date > known.policy_date):
            latest[one.cohort] = one
    return {cohort: one.max_interval_days for cohort, one in latest.items()}
