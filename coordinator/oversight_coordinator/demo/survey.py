"""What a synthetic authority's staff answered in the study's survey, round by round.

Fewer agree that supervision is regular and reflective than agree to other items. Some leave a
question out, some do not say their role or their team.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import count

from oversight_coordinator.demo.dice import Dice, Weighted
from oversight_coordinator.demo.effects import SUPERVISION_LESS, effects_of
from oversight_coordinator.demo.profiles import Profile
from oversight_coordinator.demo.records import Post, Response
from oversight_coordinator.demo.staff import Staff
from oversight_protocol import study_package

_ROUNDS = ((2025, 11), (2026, 5), (2026, 9))
"""Year and month in which rounds are opened: one before the quarters, one in each."""
_ANSWER = 0.62
"""Of staff, those who answer a round."""
_LEFT_OUT, _NO_ROLE, _NO_TEAM = 0.03, 0.06, 0.08
_DISAGREE = Weighted({3: 40, 2: 40, 1: 20})
_AGREE = Weighted({4: 70, 5: 30})
_SPREAD = (0.04, -0.06, 0.02, -0.03, 0.0, -0.02, 0.05)
"""How much more than on average agree to each item after the first, in turn; no sum is left."""


def questions() -> tuple[str, ...]:
    """The numbers of the study's questions; the first is on supervision itself."""
    survey = study_package.installed().survey
    return tuple(one.id for one in survey.questions) if survey else ()


def make_responses(profile: Profile, staff: Staff, dice: Dice) -> tuple[Response, ...]:
    """All answers, by round and person."""
    agree, numbers = effects_of(profile.planted).agree, count(1)
    shares = {
        question: agree + (_SPREAD[place % len(_SPREAD)] if place else -SUPERVISION_LESS)
        for place, question in enumerate(questions())
    }
    found: list[Response] = []
    for year, month in _ROUNDS:
        wave = date(year, month, dice.whole(3, 24))
        for post in _asked(staff, wave):
            if dice.happens(_ANSWER):
                found.extend(_answers(f"{next(numbers):04d}", wave, post, shares, dice))
    return tuple(found)


def _asked(staff: Staff, day: date) -> Iterator[Post]:
    """Everybody in post but senior managers, once each."""
    seen = set()
    for post in staff.posts:
        in_post = post.role_start <= day and (post.role_end is None or day < post.role_end)
        if in_post and post.role > 1 and post.worker_id not in seen:
            seen.add(post.worker_id)
            yield post


def _answers(
    respondent: str, wave: date, post: Post, shares: dict[str, float], dice: Dice
) -> Iterator[Response]:
    role = None if dice.happens(_NO_ROLE) else post.role
    team = None if dice.happens(_NO_TEAM) else post.team_id
    for question, share in shares.items():
        if dice.happens(_LEFT_OUT):
            continue
        answer = dice.weighted(_AGREE if dice.happens(share) else _DISAGREE)
        yield Response(respondent, wave, question, answer, role, team)
