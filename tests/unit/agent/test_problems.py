"""A shape says what kind of value it was, never which."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversight_agent.problems import shape


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("", "nothing"),
        ("31/02/2020", "99/99/9999"),
        ("Zoë O'Neill", "aaa a'aaaaa"),
        ("٣½\t☎", "99??"),
        ("a" * 20, "a" * 20),
        ("1" * 21, "9" * 19 + "…"),
    ],
)
def test_a_value_is_masked_character_by_character(value: str, masked: str) -> None:
    assert shape(value) == masked


@given(text=st.text(max_size=40))
def test_a_shape_is_short_and_holds_no_letter_or_digit_of_the_value(text: str) -> None:
    masked = shape(text)

    assert len(masked) <= 20
    assert not text or set(filter(str.isalnum, masked)) <= {"a", "9"}
