"""The one way from sources to tables: what it gives for each table, whatever is wrong with one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from oversight_agent.mapping import load
from oversight_agent.pipeline.sourcing import DATABASES, Sources, Tally, pseudonymiser, sourced
from oversight_protocol.errors import InputError

TEAMS = """
[tables.team]
file = "teams.csv"
[tables.team.fields]
team_id = { column = "team" }
service = { column = "service" }
"""
WORKERS = """
[tables.worker]
file = "workers.csv"
[tables.worker.joins.places]
file = "places.csv"
on = { worker = "who" }
[tables.worker.fields]
worker_id = { column = "worker" }
role = { constant = 5 }
agency = { constant = 0 }
role_start = { constant = 2020-01-01 }
team_id = { column = "places.team" }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three workers whose teams stand in another file, and the two teams."""
    texts = {
        "mapping.toml": f'specification = "1.0"\n{TEAMS}{WORKERS}',
        "teams.csv": "team,service\nt0,cin_cp\nt1,cin_cp\n",
        "workers.csv": "worker\nw0\nw1\nw2\n",
        "places.csv": "who,team\nw0,t0\nw1,t1\nw2,t0\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "secret").write_bytes(bytes(range(32)))
    return tmp_path


def _sourced(folder: Path, *names: str) -> Sources:
    return sourced(
        load(folder / "mapping.toml"), folder, pseudonymiser(folder / "secret"),
        names or None, folder / DATABASES,
    )  # fmt: skip


def test_every_mapped_table_is_read_with_what_is_joined_to_it(folder: Path) -> None:
    found = _sourced(folder)

    assert found.problems == ()
    assert found.tallies == (
        Tally("team", 2, 0, usable=True), Tally("worker", 3, 0, usable=True),
    )  # fmt: skip
    teams = found.tables["team"].frame["team_id"].tolist()
    assert found.tables["worker"].frame["team_id"].tolist() == [teams[0], teams[1], teams[0]]


def test_workers_are_ranked_over_all_tables(folder: Path) -> None:
    workers = _sourced(folder).tables["worker"].frame["worker_id"].tolist()

    assert [one[:8] for one in workers] == ["00000000", "00000001", "00000002"]


def test_only_the_tables_that_are_named_are_read(folder: Path) -> None:
    (folder / "workers.csv").unlink()

    found = _sourced(folder, "team")

    assert (set(found.tables), found.problems) == ({"team"}, ())


def test_what_no_mapping_fills_is_passed_over(folder: Path) -> None:
    found = _sourced(folder, "team", "bank_holiday", "submission")

    assert (set(found.tables), found.problems) == ({"team"}, ())


def test_a_table_without_a_mapping_is_a_problem_if_it_is_named(folder: Path) -> None:
    found = _sourced(folder, "team", "plan")

    [problem] = found.problems
    assert (problem.file, problem.found) == ("plan", "a table without a mapping")
    assert found.tallies[0] == Tally("plan", 0, 0, usable=False, problems=1)


def test_a_source_that_cannot_be_read_leaves_the_others_alone(folder: Path) -> None:
    (folder / "places.csv").unlink()

    found = _sourced(folder)

    assert set(found.tables) == {"team"}
    assert [problem.file for problem in found.problems] == ["places.csv"]
    assert found.tallies[1] == Tally("worker", 0, 0, usable=False, problems=1)


def test_a_rejected_row_leaves_its_table_out_and_is_counted(folder: Path) -> None:
    (folder / "teams.csv").write_text(
        "team,service\nt0,cin_cp\nt1,no such service\n", encoding="utf-8"
    )

    found = _sourced(folder)

    assert set(found.tables) == {"worker"}
    assert found.tallies[0] == Tally("team", 2, 1, usable=False, problems=1)
    assert found.tallies[0].rows_mapped == 1


def test_a_key_that_names_nothing_leaves_its_table_out(folder: Path) -> None:
    (folder / "teams.csv").write_text("team,service\nt0,cin_cp\n", encoding="utf-8")

    found = _sourced(folder)

    assert set(found.tables) == {"team"}
    assert found.tallies[1] == Tally("worker", 3, 0, usable=False, problems=1)
    assert [(problem.file, problem.field) for problem in found.problems] == [("worker", "team_id")]


def test_a_database_is_reached_as_the_file_beside_the_mapping_says(folder: Path) -> None:
    with sqlite3.connect(folder / "cases.db") as database:
        database.execute("CREATE TABLE teams (team TEXT, service TEXT)")
        database.execute("INSERT INTO teams VALUES ('t0', 'cin_cp'), ('t1', 'cin_cp')")
    database.close()
    (folder / DATABASES).write_text(f'[cases]\nurl = "sqlite:///{folder}/cases.db"\n', "utf-8")
    (folder / DATABASES).chmod(0o600)
    mapping = folder / "mapping.toml"
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(text.replace('file = "teams.csv"', 'database = "cases"\ntable = "teams"'))

    found = _sourced(folder)

    assert found.problems == ()
    assert found.tallies[0] == Tally("team", 2, 0, usable=True)


def test_without_the_secret_nothing_is_read(folder: Path) -> None:
    (folder / "secret").unlink()

    with pytest.raises(InputError, match="secret of the pseudonyms"):
        _sourced(folder)
