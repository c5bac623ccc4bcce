"""A text that is told to be plain has the form that walking through its lines finds."""

from __future__ import annotations

from pathlib import Path
from sys import maxunicode

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from oversight_agent.problems import Problem, problem_of
from oversight_agent.readers import layout
from oversight_agent.readers.plain import LAST_SPACE, plain_records
from oversight_agent.readers.request import Request
from oversight_agent.sources import LIMITS, SourceSettings
from oversight_protocol.errors import InputError

REQUEST = Request(SourceSettings(file="x", delimiter=","), "x", Path("x"), None, LIMITS)
HEADER = "a,b\n"


def records(text: str) -> int:
    return plain_records(text.encode(), 1, 2, ",", 1_000)


def form(text: str) -> list[int] | Problem:
    """The lines of the records, or what is wrong."""
    try:
        return list(layout.scan(text.encode(), REQUEST).lines)
    except InputError as error:
        return problem_of(error)


@pytest.mark.parametrize(
    "body",
    ["1,2\n", "1,2", "1,2\n,x\n", '"1","2"\n', '"1","2"', '"","x"\n"1",""\n', "é,\u00a0x\n"],
)
def test_a_plain_text_is_told(body: str) -> None:
    assert records(HEADER + body) == body.rstrip("\n").count("\n") + 1


@pytest.mark.parametrize(
    "body",
    [
        *["", "\n", "1\n", "1,2,3\n", "1,2\n3", "1,2\n\n", "1,2\n,\n", " ,\u00a0\n", ",", "1,2\n,"],
        *['"1",2\n', '"1","2\n"\n', '"1,2"\n', '"1"x,"2"\n', 'x"1","2"\n', '"1""","2"\n'],
        *['"1" ,"2"\n', '"1","2" \n', '"1","2"\n"",""\n', '"","\u00a0"\n', '"1"\n"2"\n'],
    ],
)
def test_of_any_other_text_nothing_is_said(body: str) -> None:
    assert records(HEADER + body) == 0


def test_more_records_than_the_limit_are_not_told() -> None:
    text = (HEADER + "1,2\n" * 3).encode()

    assert plain_records(text, 1, 2, ",", 3) == 3
    assert plain_records(text, 1, 2, ",", 2) == 0


cells = st.sampled_from(["1", "x y", "", " ", "\u00a0", "é"])
rows = st.lists(st.tuples(cells, cells), min_size=1, max_size=4)
pieces = st.sampled_from(['"', ",", "\n", " ", "x", '""', '","', '"\n"', "\u2003"])


@settings(max_examples=300)
@given(rows=rows, quoted=st.booleans(), ends=st.booleans(), at=st.integers(0, 40),
       cut=st.integers(0, 2), piece=st.just("") | pieces)  # fmt: skip
@example(rows=[("1", "2")], quoted=True, ends=True, at=0, cut=1, piece="x")
def test_the_short_way_and_the_long_way_find_the_same_form(
    rows: list[tuple[str, str]], *, quoted: bool, ends: bool, at: int, cut: int, piece: str
) -> None:
    mark = '"' if quoted else ""
    lines = [",".join(f"{mark}{cell}{mark}" for cell in row) for row in rows]
    body = "\n".join(lines) + "\n" * ends
    text = HEADER + body[:at] + piece + body[at + cut :]
    event(f"plain: {records(text) > 0}")

    short = form(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layout, "plain_records", lambda *_: 0)
        long = form(text)

    assert short == long


def test_no_white_space_lies_beyond_the_last_that_is_looked_for() -> None:
    spaces = [code for code in range(maxunicode + 1) if chr(code).isspace()]

    assert spaces[-1] == LAST_SPACE
