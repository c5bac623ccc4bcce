"""Rules that look at the answers to a study's survey.

A question is known by its number in the study's survey, and a round by the day on which it was
opened, the same for all its answers. Answers under other numbers are not wrong in themselves, and
no measure counts them.
"""

from __future__ import annotations

import pandas as pd

from oversight_agent.checks.plausibility import Days, Find, Frames, Rule
from oversight_protocol.study import Study

QUESTION, ROUND = "survey_response.question_id", "survey_response.wave"

DAYS_BETWEEN_ROUNDS = 14
"""Days from one round's opening to the next, at the very least. Days that lie closer are those on
which people answered."""


def question_numbers(study: Study) -> tuple[str, ...]:
    """The numbers of the questions that a study asks staff, in its order; none if it asks none."""
    return tuple(one.id for one in study.survey.questions) if study.survey else ()


def rules_of_surveys(study: Study) -> tuple[Rule, ...]:
    """The rules for a study's survey; none if it has no survey."""
    numbers = question_numbers(study)
    if not numbers:
        return ()
    return (
        Rule(
            "unknown_questions", "survey_response", (QUESTION,),
            f"answers to questions that {study.name} does not ask",
            f"give each question its number in the study's survey ({in_short(numbers)}): a number "
            "stands for the same words at every authority, and no other is counted",
            _not_asked(numbers),
        ),
        Rule(
            "rounds_days_apart", "survey_response", (ROUND,),
            "rounds of the survey that open within "
            f"{DAYS_BETWEEN_ROUNDS} days of the one before",
            "give the day on which the round was opened (for a file of one round: wave = "
            "{ constant = 2026-05-01 }), not the day on which a person answered",
            _days_apart,
        ),
    )  # fmt: skip


def in_short(numbers: tuple[str, ...]) -> str:
    """Numbers of questions, those that follow each other as a stretch: "S01 to S13, T02"."""
    stretches: list[list[str]] = []
    for one in sorted(numbers):
        if stretches and _follows(stretches[-1][-1], one):
            stretches[-1].append(one)
        else:
            stretches.append([one])
    return ", ".join(one[0] if len(one) == 1 else f"{one[0]} to {one[-1]}" for one in stretches)


def _follows(one: str, other: str) -> bool:
    return one[0] == other[0] and int(other[1:]) == int(one[1:]) + 1


def _not_asked(numbers: tuple[str, ...]) -> Find:
    def find(frames: Frames, _days: Days) -> pd.Series[bool]:
        return ~frames["survey_response"]["question_id"].isin(numbers)

    return find


def _days_apart(frames: Frames, _days: Days) -> pd.Series[bool]:
    """The first row of each round that opens too soon after another."""
    opened = frames["survey_response"]["wave"]
    rounds = opened.drop_duplicates().sort_values()
    soon = rounds.diff() < pd.Timedelta(days=DAYS_BETWEEN_ROUNDS)
    return soon.reindex(opened.index, fill_value=False)
