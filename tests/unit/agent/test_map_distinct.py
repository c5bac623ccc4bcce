"""However many of a column's texts differ: each row keeps its text."""

from __future__ import annotations

from random import Random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversight_agent.mapping.distinct import distinct


def texts_of_rows(column: list[str]) -> tuple[list[str], list[str]]:
    positions, texts = distinct(pd.Series(column, dtype="str"))
    return [texts[position] for position in positions], texts


@pytest.mark.parametrize(
    ("values", "as_they_come"),
    [(1, False), (5, False), (4_000, False), (15_000, False), (20_000, True)],
)
def test_each_row_keeps_its_text_however_many_differ(values: int, *, as_they_come: bool) -> None:
    column = [f"text {n % values}" for n in range(20_000)]
    Random(20261126).shuffle(column)

    of_rows, texts = texts_of_rows(column)

    assert of_rows == column
    assert len(texts) == len(set(column))
    assert (texts == column) == as_they_come


def test_equal_texts_in_several_objects_are_one() -> None:
    stretches = [[str(["yes", "no"])[2:5] if n % 2 else "no"] * 500 for n in range(40)]
    column = [text for stretch in stretches for text in stretch]
    assert len(set(map(id, column))) > len(set(column))

    of_rows, texts = texts_of_rows(column)

    assert of_rows == column
    assert sorted(texts) == ["no", "yes"]


def test_first_rows_that_differ_say_nothing_of_the_rest() -> None:
    column = [f"{n}" for n in range(5_000)] + ["same"] * 20_000

    of_rows, _ = texts_of_rows(column)

    assert of_rows == column


@settings(deadline=None, max_examples=40)
@given(
    some=st.lists(st.text(max_size=2), min_size=1, max_size=30), times=st.sampled_from([1, 400]),
    own=st.booleans(),
)  # fmt: skip
def test_positions_and_texts_give_the_column_back(
    some: list[str], times: int, *, own: bool
) -> None:
    column = [f"{one}." if own else one for _ in range(times) for one in some]

    of_rows, _ = texts_of_rows(column)

    assert of_rows == column
