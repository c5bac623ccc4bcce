"""What cell-key perturbation publishes, by the names of our figures.

The method adds to each count a number that a table of perturbations holds for the count and the
cell's key: the sum of the random keys of its records. So the same records always get the same
figure. Then it leaves out figures below the threshold.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import pandas as pd
from cell_key_perturbation.create_perturbed_table import create_perturbed_table
from cell_key_perturbation.utils.generate_test_ptable import generate_ptable_10_5_rule

from oracles.microdata import ALL, columns, outcomes, questions
from oversight_protocol.study import BaseTable
from support.attacker import Key
from support.exact_tables import Event

KEYS = 256
ROUNDING = generate_ptable_10_5_rule()
"""The package's own table: nothing below 10, and all others to the nearest 5."""


class Published(NamedTuple):
    """A cell: its true count, and the figure, `None` if it is suppressed."""

    count: int
    figure: int | None


def noise() -> pd.DataFrame:
    """A table of perturbations that move a figure by up to 2, and by 0 as often as not."""
    source = random.Random(1)
    made = ROUNDING.copy()
    made["pvalue"] = [source.choice((0, 0, 0, 0, -2, -1, 1, 2)) for _ in range(len(made))]
    return made


def frame_of_events(table: BaseTable, events: Sequence[Event]) -> pd.DataFrame:
    """One row per event; a record's key depends on its place among the events alone."""
    source = random.Random(2)
    plain = {**columns(table, [event[4:] for event in events]), "outcome": outcomes(table, events)}
    return pd.DataFrame(plain | {"record_key": [source.randrange(KEYS) for _ in events]})


def publish(
    table: BaseTable, frame: pd.DataFrame, ptable: pd.DataFrame = ROUNDING, threshold: int = 10
) -> dict[Key, Published]:
    """All figures of a table but the number of all records, which the method cannot be asked."""
    return dict(chain.from_iterable(
        _asked(frame, name, [*dimensions], with_outcome, ptable, threshold)
        for name, dimensions in (("", ()), *questions(table))
        for with_outcome in (True, False)
        if with_outcome or dimensions
    ))  # fmt: skip


def _asked(
    frame: pd.DataFrame, name: str, dimensions: list[str], with_outcome: bool,
    ptable: pd.DataFrame, threshold: int,
) -> Iterator[tuple[Key, Published]]:  # fmt: skip
    asked = [*dimensions, *(["outcome"] if with_outcome else [])]
    made = create_perturbed_table(
        frame, ptable, geog=[], tab_vars=asked, record_key="record_key", threshold=threshold
    )
    for row in made.to_dict("records"):
        category = " / ".join(row[each] for each in dimensions)
        figure = None if pd.isna(row["count"]) else int(row["count"])
        key = (name, category, row["outcome"] if with_outcome else ALL)
        yield key, Published(int(row["pre_sdc_count"]), figure)
