"""A table from several sources, and from some of their rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oversight_agent.mapping import OWN, Pseudonymiser
from oversight_agent.pipeline.sourcing import sourced
from oversight_agent.tables import RawTable
from oversight_protocol.errors import InputError
from support.mapped import PSEUDONYMS, loaded, mapped, raw, standard, values

LOOKUP = """\
specification = "1.0"
[tables.team]
file = "t.csv"
[tables.team.fields]
team_id = {{ column = "T" }}
[tables.team.fields.service]
lookup = {{ file = "r.csv", from = "T", key = "Code", value = "What"{more} }}
codes = {{ "fd" = "front_door", "lac" = "looked_after" }}
{blank}
"""
JOINS = """\
specification = "1.0"
[tables.team]
file = "t.csv"
where = [{ column = "where.Town", is_not = ["Nowhere"] }]
[tables.team.joins.who]
file = "w.csv"
on = { "T" = "Team", "Area" = "Area" }
[tables.team.joins.where]
file = "p.csv"
on = { "who.Place" = "Place" }
unmatched = "empty"
[tables.team.fields]
team_id = { join_text = ["T", "who.Head"] }
service = { column = "where.Service", codes = { "fd" = "front_door" }, blank = "other" }
"""


def looked_up(folder: Path, teams: list[str], other: RawTable, more: str = "", blank: str = ""):
    text = LOOKUP.format(more=more, blank=blank)
    return mapped(folder, text, raw({"T": teams}, "t.csv"), {"lookup service": other})


def reference(code: list[str], what: list[str]) -> RawTable:
    return raw({"Code": code, "What": what, "Notes": ["n"] * len(code)}, "r.csv")


def test_a_value_is_looked_up_in_another_source(tmp_path: Path) -> None:
    found = looked_up(tmp_path, ["2", "1 ", "2"], reference(["1", " 2"], ["fd", "lac "]))

    assert values(found, "service") == ["looked_after", "front_door", "looked_after"]


def test_a_key_that_finds_nothing_is_a_problem_of_its_row(tmp_path: Path) -> None:
    found = looked_up(tmp_path, ["1", "79", "x"], reference(["1"], ["fd"]))

    first, second = (one for one in found.problems if "which is not in" in one.found)
    assert (first.place, first.field, first.found) == (
        "t.csv, line 3", "service", "99, which is not in r.csv",
    )  # fmt: skip
    assert second.row == 4
    assert (found.table, found.rows_rejected) == (None, 2)


def test_a_key_that_may_find_nothing_leaves_the_field_empty(tmp_path: Path) -> None:
    found = looked_up(
        tmp_path, ["1", "2"], reference(["1"], ["fd"]), ', unmatched = "empty"', 'blank = "other"'
    )

    assert values(found, "service") == ["front_door", "other"]


def test_a_key_in_several_rows_that_differ_is_a_problem_of_these(tmp_path: Path) -> None:
    other = reference(["1", "2", "1", "3", "3"], ["fd", "fd", "lac", "fd", "lac"])

    found = looked_up(tmp_path, ["2", "1", "1"], other)

    assert [problem.place for problem in found.problems] == ["r.csv, line 2", "r.csv, line 4"]
    assert (found.table, found.rows_rejected) == (None, 2)


def test_a_key_in_several_rows_that_say_the_same_is_no_problem(tmp_path: Path) -> None:
    other = RawTable(
        reference(["1", "1"], ["fd", "fd"]).frame.assign(Notes=["a", "b"]),
        reference(["1", "1"], ["fd", "fd"]).parts,
    )

    assert values(looked_up(tmp_path, ["1"], other), "service") == ["front_door"]


def test_an_empty_key_finds_nothing_not_the_row_without_a_key(tmp_path: Path) -> None:
    text = LOOKUP.format(more="", blank='blank = "other"').replace('from = "T"', 'from = "K"')
    source = raw({"T": ["1", "2"], "K": ["", " "]}, "t.csv")

    found = mapped(tmp_path, text, source, {"lookup service": reference(["", " "], ["fd", "lac"])})

    assert values(found, "service") == ["other", "other"]


def test_a_source_that_is_looked_up_in_may_have_no_rows(tmp_path: Path) -> None:
    found = looked_up(tmp_path, ["1"], reference([], []))

    assert found.rows_rejected == 1


def joined(folder: Path, places: list[str], towns: list[str]):
    teams = raw({"T": ["1", "1", "2"], "Area": ["N", "S", "S"]}, "t.csv")
    who = raw(
        {"Team": ["1", "1", "2"], "Area": ["N", "S", "S"], "Head": list("abc"), "Place": places},
        "w.csv",
    )
    where = raw({"Place": ["p", "q"], "Service": ["fd", ""], "Town": towns}, "p.csv")
    return mapped(folder, JOINS, teams, {"who": who, "where": where})


def test_joins_are_made_one_after_the_other_by_all_their_columns(tmp_path: Path) -> None:
    found = joined(tmp_path, ["p", "q", "?"], ["A", "B"])

    assert values(found, "team_id") == [
        PSEUDONYMS.pseudonym("team", one) for one in ("1/a", "1/b", "2/c")
    ]
    assert values(found, "service") == ["front_door", "other", "other"]


def test_conditions_may_test_what_was_joined(tmp_path: Path) -> None:
    found = joined(tmp_path, ["p", "q", "p"], ["Nowhere", "B"])

    assert values(found, "team_id") == [PSEUDONYMS.pseudonym("team", "1/b")]
    assert (found.rows_read, found.rows_filtered) == (3, 2)


def test_a_table_names_all_its_sources_and_their_columns_its_own_first(tmp_path: Path) -> None:
    sources = loaded(tmp_path, JOINS).tables["team"].sources

    assert [(one.alias, one.settings.file, one.columns) for one in sources] == [
        (OWN, "t.csv", ("T", "Area")),
        ("who", "w.csv", ("Team", "Area", "Head", "Place")),
        ("where", "p.csv", ("Place", "Service", "Town")),
    ]


def test_a_source_that_lacks_a_column_is_refused_with_its_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^r\.csv: the file has no column 'Code'.*lookup"):
        looked_up(tmp_path, ["1"], raw({"Cod": ["1"], "What": ["fd"]}, "r.csv"))


def test_files_in_a_folder_are_read_joined_and_filtered(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("T,Area\n1,N\n2,S\n", encoding="utf-8")
    (tmp_path / "w.csv").write_text("Team,Area,Head,Place\n1,N,a,p\n2,S,b,q\n", encoding="utf-8")
    (tmp_path / "p.csv").write_text("Place,Service,Town\np,fd,A\nq,fd,Nowhere\n", encoding="utf-8")

    found = sourced(loaded(tmp_path, JOINS), tmp_path, Pseudonymiser(bytes(32)))

    assert found.problems == ()
    assert found.tables["team"].frame["service"].tolist() == ["front_door"]
    assert found.mapped["team"].rows_filtered == 1


def test_date_cells_are_those_of_the_workbook_that_they_stand_in(tmp_path: Path) -> None:
    text = """\
specification = "1.0"
[tables.standard]
file = "s.csv"
date_format = "%d/%m/%Y"
[tables.standard.joins.book]
file = "b.xlsx"
on = { "K" = "K" }
[tables.standard.fields]
cohort = { constant = "all" }
max_interval_days = { constant = 31 }
policy_date = { column = "DAY" }
"""
    own = raw({"K": ["1"], "D": ["2026-02-01"]})
    book = raw({"K": ["1"], "D": ["2026-02-01"]}, "b.xlsx", "row")

    of_book = mapped(tmp_path, text.replace("DAY", "book.D"), own, {"book": book})
    where = 'where = [{ column = "book.D", empty = false }]'
    text = text.replace("date_format", f"{where}\ndate_format", 1)
    of_text = mapped(tmp_path, text.replace("DAY", "D"), own, {"book": book})

    assert of_book.rows_rejected == 0
    assert of_text.rows_rejected == 1


# ---------------------------------------------------------------------- conditions


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ('is = ["yes"]', [2]),
        ('is = ["yes", 7]', [2, 5]),
        ('is = ["ye*"]', [2, 3]),
        ('is_not = ["ye*", "7"]', [4]),
        ("empty = true", [4]),
        ("empty = false", [2, 3, 5]),
    ],
)
def test_rows_are_taken_by_their_values(tmp_path: Path, condition: str, kept: list[int]) -> None:
    where = f'where = [{{ column = "W", {condition} }}]'
    texts = [" yes", "yea", " ", "7"]

    found = standard(tmp_path, raw({"W": texts, "N": texts}), table=where)

    assert list(found.origin.numbers) == kept
    assert (found.rows_read, found.rows_filtered) == (4, 4 - len(kept))
    assert found.table is not None
    assert len(found.table.frame) == len(kept)


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ("from = 2026-02-01", [3, 4]),
        ("to = 2026-02-01", [2, 3]),
        ("from = 2026-02-01, to = 2026-02-01", [3]),
        ('from = 2026-02-02, date_format = "%d.%m.%Y"', [4]),
    ],
)
def test_rows_are_taken_by_their_days(tmp_path: Path, condition: str, kept: list[int]) -> None:
    form = "%d.%m.%Y" if "%d" in condition else "%Y-%m-%d"
    days = {"%d.%m.%Y": ["31.01.2026", "01.02.2026", "02.02.2026", ""],
            "%Y-%m-%d": ["2026-01-31", "2026-02-01 09:00", "2026-02-02", ""]}[form]  # fmt: skip
    where = f'where = [{{ column = "W", {condition} }}]'

    found = standard(tmp_path, raw({"W": days}), table=where)

    assert list(found.origin.numbers) == kept


def test_a_row_of_which_nobody_can_tell_whether_it_is_taken_is_a_problem(tmp_path: Path) -> None:
    where = 'where = [{ column = "W", from = 2026-02-01 }, { column = "V", is = ["x"] }]'
    source = raw({"W": ["2026-03-01", "soon", "soon"], "V": ["x", "x", "y"]})

    found = standard(tmp_path, source, table=where)

    (problem,) = found.problems
    assert problem.place == "s.csv, line 3"
    assert problem.found.startswith("aaaa in the column 'W'")
    assert (found.table, found.rows_rejected, found.rows_filtered) == (None, 1, 1)


def test_rows_that_are_left_out_have_no_problems(tmp_path: Path) -> None:
    where = 'where = [{ column = "W", is = ["x"] }]'
    source = raw({"W": ["x", "y"], "D": ["2026-01-01", "rubbish"]})

    found = standard(tmp_path, source, table=where, date='{ column = "D" }')

    assert found.problems == ()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    rows=st.lists(st.tuples(st.sampled_from("ab "), st.sampled_from(["1", "2", "3", ""])),
                  max_size=8),
    other=st.lists(st.tuples(st.sampled_from(["1", "2", " 1", ""]), st.sampled_from("xy")),
                   max_size=6),
)  # fmt: skip
def test_a_join_is_the_same_as_looking_through_all_rows_for_each(
    tmp_path: Path, rows: list[tuple[str, str]], other: list[tuple[str, str]]
) -> None:
    """By the rules' text, row by row."""
    text = LOOKUP.format(more="", blank='blank = "other"').replace('from = "T"', 'from = "K"')
    text = text.replace('"fd" =', '"x" =').replace('"lac" =', '"y" =')
    text = text.replace('file = "t.csv"', 'file = "t.csv"\nwhere = [{ column = "F", is = ["a"] }]')
    taken = [(n + 2, key) for n, (flag, key) in enumerate(rows) if flag == "a"]
    meanings = {
        key: {what for theirs, what in other if theirs.strip() == key} for _, key in taken if key
    }
    bad = [line for line, key in taken if key and len(meanings[key]) != 1]
    source = raw({"T": [str(n) for n in range(len(rows))], "F": [flag for flag, _ in rows],
                  "K": [key for _, key in rows]}, "t.csv")  # fmt: skip
    extra = reference([key for key, _ in other], [what for _, what in other])

    found = mapped(tmp_path, text, source, {"lookup service": extra})

    assert (found.rows_filtered, found.rows_rejected) == (len(rows) - len(taken), len(bad))
    if not bad:
        names = {"x": "front_door", "y": "looked_after"}
        assert values(found, "service") == [
            names[next(iter(meanings[key]))] if key else "other" for _, key in taken
        ]
