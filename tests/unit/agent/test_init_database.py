"""`oversight-agent init --database`: the tables of a database are sources like files."""

from __future__ import annotations

import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from oversight_agent.pipeline.checking import check
from oversight_agent.readers import outline_database
from support.interviews import Init
from support.postgresql import PASSWORD, Server, server
from support.protocol import KENT

pytestmark = pytest.mark.xdist_group("postgresql")

TEAMS = [(f"T{n}", ("Front Door", "Assessment")[n % 2]) for n in range(12)]
PERSON = "Ottoline"


@pytest.fixture
def home(init: Init, tmp_path: Path) -> Path:
    """An agent's folder without a mapping."""
    folder = tmp_path / "agent"
    init(folder, "--la", KENT, "--name", "Kent")
    return folder


def reached(home: Path, url: str) -> None:
    file = home / "databases.toml"
    file.write_text(f'[cases]\nurl = "{url}"\n')
    file.chmod(0o600)


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Server]:
    """A server whose account may read some of its tables."""
    rows = ", ".join(f"('{code}', '{service}')" for code, service in TEAMS)
    with server() as running:
        running.run(
            f"CREATE ROLE oversight_reader LOGIN PASSWORD '{PASSWORD}'",
            "CREATE SCHEMA oversight",
            "CREATE TABLE oversight.teams(team_code text, service text, photo bytea)",
            f"INSERT INTO oversight.teams SELECT *, 'x' FROM (VALUES {rows}) v",
            "CREATE VIEW oversight.team_list AS SELECT team_code, service FROM oversight.teams",
            "CREATE TABLE oversight.secret(child text)",
            f"INSERT INTO oversight.secret VALUES ('{PERSON}')",
            "GRANT USAGE ON SCHEMA oversight TO oversight_reader",
            "GRANT SELECT ON oversight.teams, oversight.team_list TO oversight_reader",
        )
        yield running


def test_tables_of_an_sqlite_database_are_proposed(init: Init, home: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "cases.db")) as database:
        database.execute("CREATE TABLE teams (team_code, service)")
        database.executemany("INSERT INTO teams VALUES (?, ?)", TEAMS)
        database.commit()
    reached(home, f"sqlite:///{tmp_path / 'cases.db'}")

    result = init(home, "--propose", "--database", "cases")

    team = tomllib.loads((home / "mapping.toml").read_text())["tables"]["team"]
    assert result.status == 0
    assert (team["database"], team["table"]) == ("cases", "teams")
    seen = check(home / "mapping.toml", home / "data", home / "keys" / "pseudonym.secret")
    assert {one.table: one.usable for one in seen.tables}["team"]


def test_tables_of_a_server_are_proposed_and_what_may_not_be_read_is_told(
    init: Init, home: Path, postgresql: Server
) -> None:
    reached(home, f"postgresql://oversight_reader@/postgres?host={postgresql.sockets}")
    (home / "keys" / "cases.password").write_text(PASSWORD)
    (home / "keys" / "cases.password").chmod(0o600)
    with (home / "databases.toml").open("a") as file:
        file.write('password_file = "keys/cases.password"\n')

    result = init(home, "--propose", "--database", "cases")

    assert result.status == 0, result.err
    team = tomllib.loads((home / "mapping.toml").read_text())["tables"]["team"]
    assert (team["database"], team["database_schema"]) == ("cases", "oversight")
    assert team["table"] in ("teams", "team_list")
    assert "oversight.secret" in result.out
    assert PERSON not in result.out
    seen = check(home / "mapping.toml", home / "data", home / "keys" / "pseudonym.secret")
    assert {one.table: one.usable for one in seen.tables}["team"]


def test_a_database_that_is_not_named_is_pointed_to(init: Init, home: Path, tmp_path: Path) -> None:
    reached(home, f"sqlite:///{tmp_path / 'cases.db'}")
    (home / "data" / "teams.csv").write_text("Team code,Service\nT1,Assessment\nT2,MASH\n")

    result = init(home, "--propose")

    assert "--database" in result.out


@pytest.mark.parametrize("name", ["case", "cases"])
def test_a_database_that_cannot_be_reached_leaves_nothing_behind(
    name: str, init: Init, home: Path, tmp_path: Path
) -> None:
    reached(home, f"sqlite:///{tmp_path / 'nowhere.db'}")
    (home / "data" / "teams.csv").write_text("Team code,Service\nT1,Assessment\nT2,MASH\n")

    result = init(home, "--propose", "--database", name)

    assert result.status == 2
    assert "cases" in result.err
    assert not (home / "mapping.toml").exists()


def test_a_database_with_far_too_many_tables_is_an_error(
    init: Init, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outline_database, "MOST_TABLES", 2)
    with closing(sqlite3.connect(tmp_path / "cases.db")) as database:
        for n in range(3):
            database.execute(f"CREATE TABLE t{n} (a)")
    reached(home, f"sqlite:///{tmp_path / 'cases.db'}")

    result = init(home, "--propose", "--database", "cases")

    assert result.status == 2
    assert "too many tables" in result.err
