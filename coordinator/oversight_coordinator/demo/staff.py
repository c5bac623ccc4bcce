"""A synthetic authority's teams and workers.

Some workers leave during the months shown, some move to another team, some never came into the
workforce file: each makes a case that the definitions must decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import NamedTuple

from oversight_coordinator.demo.dice import Dice
from oversight_coordinator.demo.profiles import FIRST_EVENT, LAST_DAY, SERVICES, Profile
from oversight_coordinator.demo.records import Post, Team

_FIRST, _LAST = FIRST_EVENT.toordinal(), LAST_DAY.toordinal()
NEVER = date.max.toordinal()


@dataclass(frozen=True)
class Member:
    """A case holder's time in a team; days are ordinals, `end` the first day outside."""

    worker_id: str
    start: int
    end: int


@dataclass(frozen=True)
class Staff:
    """Teams and workers.

    Attributes:
        posts: as the workforce file lists them.
        members: the case holders of each team by team_id; some are in no file.
        managers: the first-line manager of each team by team_id.
    """

    teams: tuple[Team, ...]
    posts: tuple[Post, ...]
    members: dict[str, list[Member]]
    managers: dict[str, str]

    def of_service(self, service: str) -> list[Team]:
        """The teams of a service."""
        return [team for team in self.teams if team.service == service]

    def in_post(self, dice: Dice, team: str, day: int) -> Member:
        """A case holder of a team on a day; each team always has one."""
        members = self.members[team]
        first = dice.whole(0, len(members) - 1)
        order = (*members[first:], *members[:first])
        return next(member for member in order if member.start <= day < member.end)


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
        self._numbers = count(1)
        self._posts: list[Post] = []
        self._managers: dict[str, str] = {}
        self._teams = tuple(_teams(profile))
        self._members: dict[str, list[Member]] = {team.team_id: [] for team in self._teams}

    def make(self) -> Staff:
        director = self._manager(1, None, None)
        for number, team in enumerate(self._teams):
            if number % 6 == 0:
                head = self._manager(2, director, None)
            self._managers[team.team_id] = self._manager(3, head, team.team_id)
        for team in self._teams:
            for place in range(self._dice.whole(*self._profile.team_size)):
                self._case_holder(team.team_id, stays=place < 2)
        return Staff(self._teams, tuple(self._posts), self._members, self._managers)

    def _worker(self) -> str:
        return f"{next(self._numbers):04d}"

    def _manager(self, role: int, supervisor: str | None, team: str | None) -> str:
        worker = self._worker()
        start = date.fromordinal(_FIRST - self._dice.whole(200, 3000))
        self._posts.append(Post(worker, role, 0, 1.0, None, start, None, supervisor, team))
        return worker

    def _case_holder(self, team: str, *, stays: bool) -> None:
        worker, start = self._worker(), _FIRST - self._dice.whole(30, 2500)
        changes = not stays and self._dice.happens(0.13)
        end = self._dice.whole(_FIRST + 10, _LAST - 10) if changes else NEVER
        kind = self._kind()
        listed = stays or not self._dice.happens(self._profile.unlisted)
        self._post(Member(worker, start, end), kind, team, listed=listed)
        if not changes:
            return
        if self._dice.happens(0.4):
            moved_to = self._dice.pick(self._teams).team_id
            self._post(Member(worker, end, NEVER), kind, moved_to, listed=listed)
        self._post(Member(self._worker(), end, NEVER), self._kind(), team, listed=True)

    def _kind(self) -> _Kind:
        role = 4 if self._dice.happens(0.2) else 5
        agency = int(self._dice.happens(self._profile.agency))
        fte = self._dice.pick((1.0, 1.0, 1.0, 1.0, 0.8, 0.6))
        kss = self._dice.pick((1, 2, 2, 2, None)) if role == 5 else 3
        return _Kind(role, agency, fte, kss)

    def _post(self, member: Member, kind: _Kind, team: str, *, listed: bool) -> None:
        self._members[team].append(member)
        if listed:
            first = date.fromordinal(member.start)
            last = None if member.end == NEVER else date.fromordinal(member.end)
            manager = self._managers[team]
            self._posts.append(Post(member.worker_id, *kind, first, last, manager, team))


def _teams(profile: Profile) -> list[Team]:
    teams: list[Team] = []
    for service, number in zip(SERVICES, profile.teams, strict=True):
        parent = None
        for _ in range(number):
            team = Team(f"{len(teams) + 1:02d}", parent, service)
            parent = parent or team.team_id
            teams.append(team)
    return teams
