"""A synthetic authority's teams and workers.

Some workers leave during the months shown, some move to another team, some are promoted or finish
their first year, some have no working hours at present, some never came into the workforce file:
each makes a case that the definitions must decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import count
from typing import NamedTuple

from oversight_coordinator.demo.dice import Dice, Weighted
from oversight_coordinator.demo.profiles import HISTORY, LAST_DAY, SERVICES, Profile
from oversight_coordinator.demo.records import Post, Team

_FIRST, _LAST = HISTORY.toordinal(), LAST_DAY.toordinal()
NEVER = date.max.toordinal()
_YEARS = (_LAST - _FIRST) / 365
_EDGES = tuple(date(2026, *day).toordinal() for day in ((4, 1), (6, 30), (7, 1), (9, 30), (10, 1)))
"""Days on which it matters whether an end is inside or outside."""

_FTE = Weighted({1.0: 66, 0.8: 12, 0.6: 8, 0.5: 5, 0.9: 3, 0.75: 2, 0.37: 2, 0.0: 2})


class Member(NamedTuple):
    """Somebody's time in a team; days are ordinals, `end` the first day outside."""

    worker_id: str
    start: int
    end: int


@dataclass(frozen=True)
class Staff:
    """Teams and workers.

    Attributes:
        posts: as the workforce file lists them.
        members: the case holders of each team by team_id; some are in no file.
        managers: the first-line managers of each team by team_id: one, or one after the other.
        others: who is supervised and holds no case: managers, and the qualified without cases.
    """

    teams: tuple[Team, ...]
    posts: tuple[Post, ...]
    members: dict[str, list[Member]]
    managers: dict[str, list[Member]]
    others: tuple[tuple[Member, Team], ...]

    @cached_property
    def by_service(self) -> dict[str, list[Team]]:
        """The teams of each service."""
        found: dict[str, list[Team]] = {service: [] for service in SERVICES}
        for team in self.teams:
            found[team.service].append(team)
        return found

    def in_post(self, dice: Dice, team: str, day: int) -> Member:
        """A case holder of a team on a day; each team always has one."""
        members = self.members[team]
        first = dice.whole(0, len(members) - 1)
        for place in range(len(members)):
            member = members[first - place]
            if member.start <= day < member.end:
                return member
        raise AssertionError("the first two of a team stay")

    def manager(self, team: str, day: int) -> str:
        """A team's first-line manager on a day."""
        managers = self.managers[team]
        return (managers[-1] if managers[-1].start <= day else managers[0]).worker_id


def make_staff(profile: Profile, dice: Dice) -> Staff:
    """Teams, managers and case holders of an authority."""
    return _Maker(profile, dice).make()


class _Kind(NamedTuple):
    role: int
    agency: int
    fte: float
    kss: int | None


class _Maker:
    def __init__(self, profile: Profile, dice: Dice) -> None:
        self._profile, self._dice = profile, dice
        self._planted = profile.planted
        self._numbers = count(1)
        self._posts: list[Post] = []
        self._managers: dict[str, list[Member]] = {}
        self._others: list[tuple[Member, Team]] = []
        self._teams = tuple(_teams(profile))
        self._members: dict[str, list[Member]] = {team.team_id: [] for team in self._teams}

    def make(self) -> Staff:
        self._make_managers()
        for team in self._teams:
            for place in range(self._profile.team_size(team.service)):
                self._case_holder(team.team_id, stays=place < 2)
            if self._dice.happens(0.3):
                self._without_cases(team)
        return Staff(
            self._teams, tuple(self._posts), self._members, self._managers, tuple(self._others)
        )

    def _worker(self) -> str:
        return f"{next(self._numbers):04d}"

    # ------------------------------------------------------------------ managers

    def _make_managers(self) -> None:
        director = self._manager(1, None, None)
        for number, team in enumerate(self._teams):
            if number % 6 == 0:
                head = self._manager(2, director, None)
            first = self._manager(3, head, team.team_id)
            self._managers[team.team_id] = [first]
            self._others.append((first, team))
            if self._dice.happens(0.08):
                self._succeeded(first, head, team)

    def _manager(self, role: int, supervisor: Member | None, team: str | None) -> Member:
        member = Member(self._worker(), _FIRST - self._dice.whole(200, 3000), NEVER)
        self._write(member, _Kind(role, 0, 1.0, None), supervisor, team)
        return member

    def _succeeded(self, first: Member, head: Member, team: Team) -> None:
        """The team's manager leaves; those who came before them go on naming them."""
        day = self._changing_day()
        place = max(i for i, post in enumerate(self._posts) if post.worker_id == first.worker_id)
        self._posts[place] = self._posts[place]._replace(role_end=date.fromordinal(day))
        second = Member(self._worker(), day, NEVER)
        self._write(second, _Kind(3, 0, 1.0, None), head, team.team_id)
        self._managers[team.team_id] = [first._replace(end=day), second]
        self._others[-1] = (first._replace(end=day), team)
        self._others.append((second, team))

    # ------------------------------------------------------------------ workers

    def _case_holder(self, team: str, *, stays: bool) -> None:
        start = _FIRST - self._dice.whole(30, 2500)
        leaves = not stays and self._dice.happens(self._planted.turnover * _YEARS)
        end = self._changing_day() if leaves else NEVER
        kind = self._kind()
        member = Member(self._worker(), start, end)
        listed = stays or not self._dice.happens(self._planted.unlisted)
        self._join(member, kind, team, listed=listed)
        if not leaves:
            return
        if self._dice.happens(0.4):
            moved_to = self._dice.pick(self._teams).team_id
            self._join(Member(member.worker_id, end, NEVER), kind, moved_to, listed=listed)
        else:
            self._join(Member(self._worker(), end, NEVER), self._kind(), team, listed=True)

    def _changing_day(self) -> int:
        if self._dice.happens(0.15):
            return self._dice.pick(_EDGES)
        return self._dice.whole(_FIRST + 10, _LAST - 10)

    def _without_cases(self, team: Team) -> None:
        member = Member(self._worker(), _FIRST - self._dice.whole(30, 2500), NEVER)
        self._write(member, _Kind(6, 0, 0.6, None), self._managers[team.team_id][0], team.team_id)
        self._others.append((member, team))

    def _kind(self) -> _Kind:
        dice = self._dice
        agency = int(dice.happens(self._planted.agency))
        fte = dice.weighted(_FTE)
        if dice.happens(0.2):
            return _Kind(4, agency, fte, dice.pick((3, 3, 4, None)))
        if dice.happens(self._planted.asye / 0.8):
            return _Kind(5, agency, fte, 1)
        return _Kind(5, agency, fte, dice.pick((2, 2, 2, 2, 2, 3, None)))

    def _join(self, member: Member, kind: _Kind, team: str, *, listed: bool) -> None:
        self._members[team].append(member)
        if not listed:
            return
        managers = self._managers[team]
        later = managers[-1].start <= member.start or self._dice.happens(0.5)
        manager = managers[-1] if later else managers[0]
        day = self._changing_day()
        if self._dice.happens(0.12) and member.start + 30 < day < member.end - 30:
            self._changed(member, kind, manager, team, day)
        else:
            self._write(member, kind, manager, team)

    def _changed(self, member: Member, kind: _Kind, manager: Member, team: str, day: int) -> None:
        """Another post in the same team; sometimes the file ends the first one a little late."""
        late = 4 if self._dice.happens(0.2) else 0
        self._write(member._replace(end=day + late), kind, manager, team)
        self._write(member._replace(start=day), self._next_kind(kind), manager, team)

    def _next_kind(self, kind: _Kind) -> _Kind:
        if kind.kss == 1:
            return kind._replace(kss=2)
        return kind._replace(agency=0) if kind.agency else kind._replace(role=4, kss=3)

    def _write(self, who: Member, kind: _Kind, manager: Member | None, team: str | None) -> None:
        first = date.fromordinal(who.start)
        last = None if who.end == NEVER else date.fromordinal(who.end)
        supervisor = manager.worker_id if manager else None
        self._posts.append(Post(who.worker_id, *kind, first, last, supervisor, team))


def _teams(profile: Profile) -> list[Team]:
    teams: list[Team] = []
    for service, number in zip(SERVICES, profile.teams, strict=True):
        parent = None
        for _ in range(number):
            team = Team(f"{len(teams) + 1:02d}", parent, service)
            parent = parent or team.team_id
            teams.append(team)
    return teams
