"""Keys are unique and lead somewhere; what breaks this is counted, never shown."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from hypothesis import example, given, settings
from hypothesis import strategies as st

from oversight_agent.problems import Origin, Part
from oversight_agent.tables import MAPPING, SpecTable
from oversight_agent.validate import validate
from oversight_protocol import specification

SPECIFICATION = specification.load("1.0")


def table_of(name: str, rows: list[dict[str, object]]) -> SpecTable:
    schema = SPECIFICATION.table(name)
    assert schema is not None
    columns = [field.name for field in schema.fields]
    return SpecTable(name, pd.DataFrame(rows, columns=columns).astype(object), MAPPING)


def teams(*names: str) -> SpecTable:
    return table_of("team", [{"team_id": name, "service": "other"} for name in names])


def workers(*rows: tuple[str, str, str | None]) -> SpecTable:
    return table_of(
        "worker",
        [
            {"worker_id": worker, "role_start": pd.Timestamp(start), "team_id": team}
            for worker, start, team in rows
        ],
    )


def found(tables: Mapping[str, SpecTable]) -> list[tuple[str, int, str, str]]:
    return [
        (problem.file, problem.row, problem.field, problem.found)
        for problem in validate(tables, SPECIFICATION)
    ]


def test_tables_that_keep_their_keys_have_no_problem() -> None:
    tables = {
        "team": teams("t1", "t2"),
        "worker": workers(("w1", "2020-01-01", "t1"), ("w1", "2021-01-01", "t2")),
    }

    assert validate(tables, SPECIFICATION) == ()


def test_rows_that_share_a_key_are_counted_by_table_and_fields() -> None:
    tables = {"worker": workers(*[("w1", "2020-01-01", None)] * 3, ("w2", "2020-01-01", None))}

    assert found(tables) == [
        ("worker", 0, "worker_id, role_start", "3 rows that share their key with another row")
    ]


def test_rows_that_name_a_team_which_is_not_there_are_counted() -> None:
    tables = {
        "team": teams("t1"),
        "worker": workers(("w1", "2020-01-01", "t9"), ("w2", "2020-01-01", "t1")),
    }

    assert found(tables) == [("worker", 0, "team_id", "1 row that names a team which is not there")]


def test_the_first_rows_are_named_by_file_and_number() -> None:
    tables = {
        "team": teams("t1"),
        "worker": workers(
            ("w1", "2020-01-01", "t1"),
            *[("w2", "2020-01-01", "t9")] * 6,
            ("w1", "2020-01-01", None),
        ),
    }
    parts = (Part("a.csv", 3, ()), Part("b.db, table t", 5, (), "record"))

    problems = validate(tables, SPECIFICATION, {"worker": Origin(parts, [2, 3, 9, 1, 2, 3, 4, 5])})

    assert [problem.found for problem in problems] == [
        "8 rows that share their key with another row: a.csv, line 2; a.csv, line 3;"
        " a.csv, line 9; b.db, table t, record 1; b.db, table t, record 2 and others",
        "6 rows that name a team which is not there: a.csv, line 3; a.csv, line 9;"
        " b.db, table t, record 1; b.db, table t, record 2; b.db, table t, record 3 and others",
    ]


def test_an_empty_foreign_key_names_nothing() -> None:
    tables = {"team": teams("t1"), "worker": workers(("w1", "2020-01-01", None))}

    assert found(tables) == []


def test_without_the_other_table_nothing_is_said_of_it() -> None:
    tables = {"worker": workers(("w1", "2020-01-01", "t9"))}

    assert found(tables) == []


def test_no_identifier_stands_in_a_problem() -> None:
    tables = {"team": teams("secret1", "secret1"), "worker": workers(("w1", "2020-01-01", "lost"))}

    problems = validate(tables, SPECIFICATION)

    assert len(problems) == 2
    assert "secret1" not in repr(problems)
    assert "lost" not in repr(problems)


names = st.sampled_from(["a", "b", "c"])


@settings(deadline=None)
@given(
    team_ids=st.lists(names, max_size=3),
    rows=st.lists(
        st.tuples(names, st.sampled_from(["2020-01-01", "2021-01-01"]), st.none() | names),
        max_size=6,
    ),
)
@example(team_ids=[], rows=[("a", "2020-01-01", "a")])
@example(team_ids=[], rows=[])
def test_counts_are_those_of_comparing_every_row_with_every_other(
    team_ids: list[str], rows: list[tuple[str, str, str | None]]
) -> None:
    keys = [row[:2] for row in rows]
    want = [
        sum(team_ids.count(team) > 1 for team in team_ids),
        sum(keys.count(key) > 1 for key in keys),
        sum(team is not None and team not in team_ids for *_, team in rows),
    ]

    got = found({"team": teams(*team_ids), "worker": workers(*rows)})

    assert [int(text.split()[0]) for *_, text in got] == [count for count in want if count]
