"""What ACRO would suppress, by the names of our figures.

ACRO checks a table that pandas made, cell by cell, and says for each which checks failed. It is
asked without suppression, since its suppressed table no longer tells a cell that it took out from
one that was empty, and leaves out a category of which nothing remains.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from itertools import product

import acro
import pandas as pd

from oracles.microdata import ALL, Question, columns, outcomes, questions
from oversight_protocol.study import BaseTable
from support.attacker import Key
from support.exact_tables import Event, Person

logging.getLogger("acro").setLevel(logging.WARNING)
logging.getLogger("acro:records").setLevel(logging.WARNING)

FREQUENCY = frozenset({"MinimumThresholdCheck", "PresenceOfZeroCheck"})
P_PERCENT = "PPercentCheck"
N_K = "NKCheck"
MARGIN = "All"


def session(**changes: float) -> acro.ACRO:
    """An ACRO with its default settings but for these."""
    made = acro.ACRO()
    unknown = changes.keys() - made.config.keys()
    assert not unknown, f"ACRO has no setting {unknown}"
    made.config.update(changes)
    return made


def frame_of_events(table: BaseTable, events: list[Event]) -> pd.DataFrame:
    frame = pd.DataFrame(
        {**columns(table, [event[4:] for event in events]), "outcome": outcomes(table, events)}
    )
    return _declared(table, frame)


def frame_of_persons(table: BaseTable, persons: list[Person]) -> pd.DataFrame:
    """With a column of integers for each magnitude, in units of its last decimal place."""
    values = {
        magnitude.name: [person[2][place] for person in persons]
        for place, magnitude in enumerate(table.magnitudes)
    }
    plain = {**columns(table, [person[1] for person in persons]), "outcome": [ALL] * len(persons)}
    return _declared(table, pd.DataFrame(plain | values))


def counts(
    by: acro.ACRO, table: BaseTable, frame: pd.DataFrame
) -> tuple[dict[Key, int], dict[Key, frozenset[str]]]:
    """ACRO's counts with margins, and the checks that each of them fails.

    pandas leaves the total of a crossed row open in which nobody is: that is a count of 0.
    """
    found: dict[Key, int] = {}
    failed: dict[Key, frozenset[str]] = {}
    for question in questions(table):
        index = [frame[name] for name in question[1]]
        made = by.crosstab(index, [frame["outcome"]], margins=True)
        found.update((key, int(n)) for key, n in _named(question, made.fillna(0)))
        failed.update(_failed(by, question))
    return found, failed


def sums(
    by: acro.ACRO, table: BaseTable, frame: pd.DataFrame, magnitude: str, how: str
) -> dict[Key, frozenset[str]]:
    """The checks that each sum or mean (`how`) of a magnitude fails, margins included."""
    failed: dict[Key, frozenset[str]] = {}
    for question in questions(table):
        index = [frame[name] for name in question[1]]
        by.crosstab(index, [frame["outcome"]], values=frame[magnitude], aggfunc=how, margins=True)
        every = _failed(by, question)
        failed.update({(*key[:2], magnitude): each for key, each in every.items()})
    return failed


def suppressed(failed: Mapping[Key, frozenset[str]]) -> set[Key]:
    """The figures that fail a check."""
    return {key for key, checks in failed.items() if checks}


def _declared(table: BaseTable, frame: pd.DataFrame) -> pd.DataFrame:
    """A category in which nobody is has a row of its own only if pandas knows of it."""
    codes = {each.name: each.codes for each in table.dimensions}
    codes["outcome"] = table.outcome_codes or (ALL,)
    return frame.astype({name: pd.CategoricalDtype(list(of)) for name, of in codes.items()})


def _failed(by: acro.ACRO, question: Question) -> dict[Key, frozenset[str]]:
    *_, last = by.results.results.values()
    return {
        key: frozenset(text.removesuffix("; ").split("; ")) - {"ok"}
        for key, text in _named(question, last.outcome)
    }


def _named(question: Question, made: pd.DataFrame) -> Iterator[tuple[Key, object]]:
    """Each cell of a table by the name of our figure."""
    for row, column in product(range(made.shape[0]), range(made.shape[1])):
        labels = made.index[row] if isinstance(made.index[row], tuple) else (made.index[row],)
        whole = labels[0] == MARGIN
        name, category = ("", "") if whole else (question[0], " / ".join(labels))
        outcome = made.columns[column]
        outcome = outcome[0] if isinstance(outcome, tuple) else outcome
        yield (name, category, ALL if outcome == MARGIN else outcome), made.iloc[row, column]
