"""A table of a database on a server is read in a transaction that can only read, or refused."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oversight_agent.mapping import Pseudonymiser, load
from oversight_agent.pipeline.sourcing import sourced
from oversight_agent.problems import SourceError
from oversight_agent.readers import connections, read
from oversight_agent.sources import SourceLimits, SourceSettings
from oversight_agent.tables import RawTable
from oversight_protocol.errors import InputError
from support.postgresql import PASSWORD, Server, server

PERSON = "Ottoline"
SECRET = "tr0ub4dor"
DOCUMENT = Path(__file__).parents[3] / "docs" / "sources.md"

pytestmark = pytest.mark.xdist_group("postgresql")
same_folder = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25
)

TABLES = (
    "CREATE SCHEMA case_notes",
    "CREATE TABLE case_notes.supervision(supervision_id int, child_id text, worker_id text,"
    " held_on date, recorded_on timestamptz, notes text)",
    f"INSERT INTO case_notes.supervision VALUES (1, '007', NULL, '2026-07-04',"
    f" '2026-07-04 23:30+00', '{PERSON}'), (2, ' x ', 'w', NULL, NULL, '{PERSON}')",
)
DIARY = (
    "CREATE TABLE diary(entry text)",
    "CREATE FUNCTION write_entry() RETURNS text LANGUAGE sql SECURITY DEFINER AS"
    " 'INSERT INTO public.diary VALUES (''read'') RETURNING entry'",
    "CREATE VIEW oversight.writing AS SELECT public.write_entry() AS entry",
    "CREATE VIEW oversight.transaction AS SELECT current_setting('transaction_read_only') AS"
    " read_only, current_setting('transaction_isolation') AS isolation,"
    " current_setting('statement_timeout') AS timeout, current_setting('application_name') AS name",
    "CREATE VIEW oversight.slow AS SELECT pg_sleep(30)::text AS nothing",
    "CREATE TABLE oversight.forbidden(a text)",
    "GRANT SELECT ON ALL TABLES IN SCHEMA oversight TO oversight_reader",
    "REVOKE SELECT ON oversight.forbidden FROM oversight_reader",
)


@dataclass(frozen=True)
class Agent:
    """An agent's folder with a file that says how databases are reached."""

    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "databases.toml"

    def write(self, text: str, mode: int = 0o600) -> None:
        self.file.write_text(text, encoding="utf-8")
        self.file.chmod(mode)

    def read(self, table: str, columns: Any = None, **options: Any) -> RawTable:
        limits = options.pop("limits", SourceLimits(lock_seconds=0.05))
        source = SourceSettings(database="cases", table=table, **options)
        return read(source, self.folder / "data", columns, limits, self.file)

    def refusal(self, table: str = "t", **options: Any) -> str:
        with pytest.raises(InputError) as caught:
            self.read(table, **options)
        message = str(caught.value)
        assert SECRET not in message + repr(caught.value)
        assert PASSWORD not in message
        assert PERSON not in message
        assert "What to do:" in message
        return message


@pytest.fixture
def agent(tmp_path: Path) -> Agent:
    return Agent(tmp_path)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A server with tables, and the account that the document makes."""
    with server() as running:
        running.run("CREATE DATABASE cases")
        running.run(*TABLES, *documented(), *DIARY, database="cases")
        yield running


@pytest.fixture
def reader(agent: Agent, postgresql: Server) -> Agent:
    """An agent whose account is the documented one."""
    (agent.folder / "password").write_text("a long one\n")
    (agent.folder / "password").chmod(0o600)
    agent.write(
        f'[cases]\nurl = "postgresql://oversight_reader@/cases?host={postgresql.sockets}"\n'
        'password_file = "password"\ntimeout_seconds = 1\n'
    )
    return agent


def documented() -> list[str]:
    """The statements that the document gives for an account on PostgreSQL."""
    text = DOCUMENT.read_text(encoding="utf-8").split("### A read-only account on PostgreSQL")[1]
    block = re.search(r"```sql\n(.*?)```", text, re.DOTALL)
    assert block is not None
    return [one.strip() for one in block[1].split(";") if one.strip()]


def owner(agent: Agent, postgresql: Server, *statements: str) -> Agent:
    """An agent whose account may do anything; the reader has to keep itself from it."""
    postgresql.run(*statements, database="cases")
    secret = (
        PASSWORD.replace("%", "%25").replace("@", "%40").replace("/", "%2F").replace(":", "%3A")
    )
    secret = secret.replace("#", "%23").replace(" ", "%20")
    agent.write(f'[cases]\nurl = "postgresql://owner:{secret}@/cases?host={postgresql.sockets}"\n')
    return agent


# ---------------------------------------------------------------------- PostgreSQL


def test_the_documented_account_reads_a_view_as_text(reader: Agent) -> None:
    raw = reader.read("SUPERVISION", database_schema="oversight")

    assert raw.frame.to_dict("list") == {
        "supervision_id": ["1", "2"], "child_id": ["007", " x "], "worker_id": ["", "w"],
        "held_on": ["2026-07-04", ""], "recorded_on": ["2026-07-05 00:30:00", ""],
    }  # fmt: skip
    assert raw.frame.index.tolist() == [1, 2]
    [part] = raw.parts
    assert (part.file, part.unit) == ("cases, table oversight.supervision", "record")


def test_the_documented_account_can_neither_write_nor_read_what_it_was_not_given(
    postgresql: Server,
) -> None:
    statements = [
        "INSERT INTO oversight.supervision VALUES (3)", "CREATE TABLE oversight.t(a int)",
        "CREATE TABLE public.t(a int)", "SELECT * FROM case_notes.supervision",
        "SET default_transaction_read_only = off; INSERT INTO public.diary VALUES ('x')",
        "SET default_transaction_read_only = off; UPDATE oversight.supervision SET child_id = '1'",
    ]  # fmt: skip
    refused = []
    for statement in statements:
        with psycopg.connect(
            host=str(postgresql.sockets), user="oversight_reader", password="a long one",
            dbname="cases", autocommit=True,
        ) as connection:  # fmt: skip
            try:
                connection.execute(statement)
            except psycopg.Error as error:
                refused.append(error.sqlstate)

    assert len(refused) == len(statements)
    assert set(refused) <= {"42501", "25006"}


def test_the_transaction_is_for_reading_only_and_sees_one_moment(reader: Agent) -> None:
    [row] = reader.read("transaction", database_schema="oversight").frame.to_dict("records")

    assert row == {
        "read_only": "on", "isolation": "repeatable read", "timeout": "1s",
        "name": "oversight-agent",
    }  # fmt: skip


def test_even_an_account_that_may_write_writes_nothing(agent: Agent, postgresql: Server) -> None:
    anything = owner(agent, postgresql)

    message = anything.refusal("writing", database_schema="oversight")

    assert "cases: the table cannot be read" in message
    with psycopg.connect(
        host=str(postgresql.sockets), user="owner", password=PASSWORD, dbname="cases"
    ) as connection:
        assert connection.execute("SELECT count(*) FROM diary").fetchone() == (0,)


def test_a_statement_that_takes_too_long_is_ended_and_told(reader: Agent) -> None:
    message = reader.refusal("slow", database_schema="oversight")

    assert message.startswith("cases: the database took too long")
    assert "timeout_seconds" in message


@pytest.mark.parametrize(
    ("table", "schema", "says"),
    [
        ("supervison", "oversight", "cases, table supervison: the database has not one such table"),
        ("supervison", "oversight", "Found: supervision,"),
        ("supervision", None, "if it is in another schema, name that as 'database_schema'"),
        ("supervision", "oversigt", "cases, schema oversigt: the database has not one such schema"),
        ("supervision", "oversigt", "Found: oversight,"),
        ("forbidden", "oversight", "cases: the account may not read the table"),
    ],
)
def test_a_table_that_cannot_be_had_is_told_with_those_that_can(
    reader: Agent, table: str, schema: str | None, says: str
) -> None:
    assert says in reader.refusal(table, database_schema=schema)


def test_values_of_all_kinds_are_plain_text(agent: Agent, postgresql: Server) -> None:
    anything = owner(
        agent, postgresql, "DROP TABLE IF EXISTS kinds",
        "CREATE TABLE kinds(a bigint, b numeric, c double precision, d boolean, e uuid, f time,"
        " g timestamp, h numeric(12,2), i varchar, j interval)",
        "INSERT INTO kinds VALUES (9007199254740993, 12345678901234567890.10, 0.25, true,"
        " '00000000-0000-0000-0000-000000000001', '10:30', '2026-07-04 10:30', 7.00, '', '36 h')",
    )  # fmt: skip

    [row] = anything.read("kinds").frame.to_dict("records")

    assert list(row.values()) == [
        "9007199254740993", "12345678901234567890.1", "0.25", "TRUE",
        "00000000-0000-0000-0000-000000000001", "10:30:00", "2026-07-04 10:30:00", "7", "",
        "1 day, 12:00:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "value", "says"),
    [
        ("bytea", f"'{PERSON}'::bytea", "the column 'b' holds binary data"),
        ("text[]", f"ARRAY['{PERSON}']", "the column 'b' holds lists"),
        ("jsonb", f'\'{{"name": "{PERSON}"}}\'::jsonb', "the column 'b' holds lists"),
    ],
)
def test_a_value_that_has_no_one_form_as_text_is_refused_by_its_record(
    agent: Agent, postgresql: Server, kind: str, value: str, says: str
) -> None:
    anything = owner(
        agent, postgresql, "DROP TABLE IF EXISTS odd", f"CREATE TABLE odd(a int, b {kind})",
        f"INSERT INTO odd VALUES (1, NULL), (2, {value})",
    )  # fmt: skip

    message = anything.refusal("odd")

    assert f"cases, table odd, record 2: {says}" in message
    assert anything.read("odd", ["a"]).frame["a"].tolist() == ["1", "2"]


def test_a_value_that_the_driver_cannot_hold_is_refused(agent: Agent, postgresql: Server) -> None:
    anything = owner(
        agent, postgresql, "DROP TABLE IF EXISTS far", "CREATE TABLE far(a date)",
        "INSERT INTO far VALUES ('infinity')",
    )  # fmt: skip

    assert "cases: the table cannot be read" in anything.refusal("far")


def test_names_with_odd_characters_are_found_and_only_wanted_columns_are_read(
    agent: Agent, postgresql: Server
) -> None:
    anything = owner(
        agent, postgresql, 'DROP TABLE IF EXISTS "Super  % vision"',
        'CREATE TABLE "Super  % vision"("the ""id""  100%%" int, "b:c" text, raw bytea)',
        """INSERT INTO "Super  % vision" VALUES (1, 'x', '\\x00')""",
    )  # fmt: skip

    raw = anything.read("super % VISION", ['the "id" 100%%', "b:c", "none"])

    assert raw.frame.to_dict("list") == {'the "id" 100%%': ["1"], "b:c": ["x"]}
    assert raw.parts[0].columns == ('the "id" 100%%', "b:c", "raw")


def test_many_rows_come_whole_in_pieces_and_not_beyond_the_limits(
    agent: Agent, postgresql: Server
) -> None:
    anything = owner(
        agent, postgresql, "DROP TABLE IF EXISTS many",
        "CREATE TABLE many AS SELECT n FROM generate_series(1, 4500) n",
    )  # fmt: skip

    raw = anything.read("many")

    assert raw.frame["n"].tolist() == [str(n) for n in range(1, 4501)]
    assert "too many rows" in anything.refusal("many", limits=SourceLimits(rows=4499))
    assert "too large" in anything.refusal("many", limits=SourceLimits(bytes=5000))


def test_a_materialised_view_and_a_partitioned_table_are_read_and_an_empty_one_is_refused(
    agent: Agent, postgresql: Server
) -> None:
    anything = owner(
        agent, postgresql, "DROP TABLE IF EXISTS parts CASCADE",
        "CREATE TABLE parts(a int) PARTITION BY RANGE (a)",
        "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (9)",
        "INSERT INTO parts VALUES (3)", "CREATE MATERIALIZED VIEW kept AS SELECT a FROM parts",
        "CREATE TABLE IF NOT EXISTS hollow(a int)",
    )  # fmt: skip

    assert anything.read("parts").frame["a"].tolist() == ["3"]
    assert anything.read("kept").frame["a"].tolist() == ["3"]
    assert "cases, table hollow: the table is empty" in anything.refusal("hollow")


def test_a_wrong_password_is_told_without_it(agent: Agent, postgresql: Server) -> None:
    agent.write(f'[cases]\nurl = "postgresql://owner:{SECRET}@/cases?host={postgresql.sockets}"')

    assert "or does not accept the account" in agent.refusal()


def test_a_server_that_is_not_there_is_told_without_its_name(agent: Agent) -> None:
    agent.write(f'[cases]\nurl = "postgresql://owner:{SECRET}@127.0.0.1:1/cases"')

    message = agent.refusal()

    assert message.startswith("cases: the database cannot be reached")
    assert "127.0.0.1" not in message


@same_folder
@given(
    rows=st.lists(
        st.tuples(
            st.integers(-(2**63), 2**63 - 1) | st.none(),
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
            | st.none(),
            st.dates() | st.none(),
        ),
        min_size=1, max_size=5,
    )
)  # fmt: skip
def test_what_was_inserted_is_read(
    tmp_path: Path, postgresql: Server, rows: list[tuple[int | None, str | None, date | None]]
) -> None:
    anything = owner(
        Agent(tmp_path), postgresql, "DROP TABLE IF EXISTS law",
        "CREATE TABLE law(n serial, a bigint, b text, c date)",
    )  # fmt: skip
    with psycopg.connect(
        host=str(postgresql.sockets), user="owner", password=PASSWORD, dbname="cases"
    ) as connection:
        connection.cursor().executemany("INSERT INTO law(a, b, c) VALUES (%s, %s, %s)", rows)

    frame = anything.read("law").frame

    assert list(frame[["a", "b", "c"]].itertuples(index=False, name=None)) == [
        ("" if a is None else str(a), b or "", "" if c is None else c.isoformat())
        for a, b, c in rows
    ]


# ---------------------------------------------------------------------- SQLite by its URL


def sqlite(agent: Agent, script: str) -> Agent:
    path = agent.folder / "case.sqlite"
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database:
        database.executescript(script)
    agent.write('[cases]\nurl = "sqlite:///case.sqlite"\n')
    return agent


def test_an_sqlite_database_is_read_by_its_url_and_not_changed(agent: Agent) -> None:
    sqlite(agent, "CREATE TABLE t(a, b, c); INSERT INTO t VALUES ('007', 0.5, NULL), (7, 'x', 1)")
    before = (agent.folder / "case.sqlite").read_bytes()

    raw = agent.read("T", ["a", "b", "z"])

    assert raw.frame.to_dict("list") == {"a": ["007", "7"], "b": ["0.5", "x"]}
    assert (agent.folder / "case.sqlite").read_bytes() == before
    assert sorted(one.name for one in agent.folder.iterdir()) == ["case.sqlite", "databases.toml"]


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("CREATE TABLE u(a)", "Found: u."),
        ("CREATE TABLE t(a)", "the table is empty"),
        (f"CREATE TABLE t(a); INSERT INTO t VALUES (CAST('{PERSON}' AS BLOB))", "binary data"),
        ("CREATE VIEW t AS SELECT * FROM gone", "cannot be read"),
        ("PRAGMA journal_mode=WAL; CREATE TABLE t(a)", "VACUUM INTO"),
    ],
)
def test_an_sqlite_table_that_gives_no_rows_is_refused(
    agent: Agent, script: str, says: str
) -> None:
    assert says in sqlite(agent, script).refusal()


def test_an_sqlite_database_that_is_not_there_is_not_made(agent: Agent) -> None:
    agent.write('[cases]\nurl = "sqlite:///case.sqlite"\n')

    assert "there is no such file" in agent.refusal()
    assert [one.name for one in agent.folder.iterdir()] == ["databases.toml"]


# ---------------------------------------------------------------------- how it is reached

GOOD = f'[cases]\nurl = "postgresql://a:{SECRET}@h/d"\n'
TWO_TABLES = """specification = "1.0"
[tables.team]
file = "teams.csv"
fields.team_id = { column = "id" }
fields.service = { column = "service" }
[tables.standard]
database = "cases"
table = "standards"
fields.cohort = { column = "cohort" }
fields.max_interval_days = { column = "days" }
fields.policy_date = { column = "from" }
"""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "there is no database 'cases'. Found: no database at all"),
        ("[case]\nurl = 'x'", "write 'case' in the mapping, if that is meant"),
        (f"[cases]\nurl = {SECRET}\n", "databases.toml, line 2: this file is not valid TOML"),
        (f'"{SECRET}" = 1\n"{SECRET}" = 2', "this file is not valid TOML"),
        (f"cases = '{SECRET}'", "this is no table"),
        ("[cases]\n", "'url' is missing"),
        (f"{GOOD}passwort = '{SECRET}'", "'passwort' is no setting"),
        (f"{GOOD}timeout_seconds = 0", "'timeout_seconds' does not fit"),
        (f"[cases]\nurl = '{SECRET}'", "this is not the URL of a database that can be read"),
        (f"[cases]\nurl = 'mysql://a:{SECRET}@h/d'", "begins with postgresql://, mssql://, oracl"),
        (f"[cases]\nurl = 'mssql+pyodbc://a:{SECRET}@h/d'", "this is not the URL of a database"),
        (f"[cases]\nurl = 'postgresql://a:{SECRET}@h:x/d'", "this is not the URL of a database"),
        (f"{GOOD}password_file = 'p'", "both the URL and 'password_file' give a password"),
        ("[cases]\nurl = 'postgresql://h/d'\npassword_file = 'p'", "p: there is no such file"),
        (
            "[cases]\nurl = 'postgresql://h/d'\npassword_file = 'databases.toml.empty'",
            "this file holds no password",
        ),
    ],
)
def test_a_file_that_does_not_say_how_is_refused_without_a_secret(
    agent: Agent, text: str, says: str
) -> None:
    agent.write(text)
    (agent.folder / "databases.toml.empty").touch(mode=0o600)

    assert says in agent.refusal()


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o620, 0o604])
def test_a_file_that_others_may_open_is_not_read(agent: Agent, mode: int) -> None:
    agent.write(GOOD, mode)

    message = agent.refusal()

    assert (
        f"others than the agent's account may read or write this file. Found: mode 0{mode:o}"
        in (message)
    )
    assert "chmod 600 databases.toml" in message


def test_a_password_that_others_may_read_is_not_used(agent: Agent) -> None:
    (agent.folder / "p").write_text(SECRET)
    (agent.folder / "p").chmod(0o644)
    agent.write("[cases]\nurl = 'postgresql://h/d'\npassword_file = 'p'")

    assert "p: others than the agent's account" in agent.refusal()


@pytest.mark.parametrize(
    ("url", "extra"),
    [("mssql://a@h/d", "sqlserver"), ("oracle://a@h?service_name=s", "oracle"),
     ("postgresql://a@h/d", "postgresql")],
)  # fmt: skip
def test_a_driver_that_is_not_installed_is_told_with_what_installs_it(
    agent: Agent, monkeypatch: pytest.MonkeyPatch, url: str, extra: str
) -> None:
    monkeypatch.setattr(connections, "find_spec", lambda _: None)
    agent.write(f"[cases]\nurl = '{url}'")

    assert f"pip install 'oversight-agent[{extra}]'" in agent.refusal()


@pytest.mark.parametrize(
    "fails",
    ["ImportError", "OSError", "RuntimeError", "AttributeError", "TypeError", "SystemError"],
)
def test_a_driver_that_cannot_be_loaded_is_told_with_what_installs_it(
    agent: Agent, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fails: str
) -> None:
    package = tmp_path / "drivers" / "oracledb"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(f"raise {fails}('{SECRET}')\n")
    monkeypatch.syspath_prepend(package.parent)
    agent.write(f"[cases]\nurl = 'oracle://a:{SECRET}@h?service_name=s'")

    message = agent.refusal()

    assert message.startswith("databases.toml, database cases: the driver for Oracle cannot be")
    assert "pip install 'oversight-agent[oracle]'" in message


@pytest.mark.parametrize(
    "options",
    ["plugin=Xy7", "port=Xy7", "host=h:Xy7&host=g", "executemany_mode=Xy7", "connect_timeout=Xy7",
     "Xy7=1", "service=Xy7", "sslmode=Xy7"],
)  # fmt: skip
def test_an_option_of_a_url_that_does_not_fit_is_told_without_it(
    agent: Agent, options: str
) -> None:
    agent.write(f"[cases]\nurl = 'postgresql://a:{SECRET}@127.0.0.1:1/d?{options}'")

    message = agent.refusal()

    assert message.startswith(("databases.toml, database cases: ", "cases: "))
    assert "Xy7" not in message
    assert "127.0.0.1" not in message


@pytest.mark.parametrize("options", ["plugin=Xy7", "port=Xy7", "connect_timeout=Xy7"])
def test_a_url_that_cannot_be_used_says_that_its_options_may_be_wrong(
    agent: Agent, options: str
) -> None:
    agent.write(f"[cases]\nurl = 'postgresql://a:{SECRET}@127.0.0.1:1/d?{options}'")

    assert "what follows the ?" in agent.refusal()


def test_a_database_that_cannot_be_used_takes_its_own_table_and_no_other(agent: Agent) -> None:
    agent.write(f"[cases]\nurl = 'postgresql://a:{SECRET}@h/d?plugin={SECRET}'")
    (agent.folder / "teams.csv").write_text("id,service\nt1,front_door\n")
    (agent.folder / "mapping.toml").write_text(TWO_TABLES)

    mapping, fresh = load(agent.folder / "mapping.toml"), Pseudonymiser(SECRET.encode() * 4)

    found = sourced(mapping, agent.folder, fresh, None, agent.file)

    assert set(found.tables) == {"team"}
    (problem,) = found.problems
    assert problem.file == "databases.toml, database cases"
    assert SECRET not in repr(problem)


def test_a_name_that_the_file_does_not_have_is_told_with_those_that_it_has(agent: Agent) -> None:
    agent.write(GOOD.replace("[cases]", "[records]"))

    message = agent.refusal()

    assert "there is no database 'cases'. Found: databases.toml names records." in message


def test_how_a_database_is_reached_shows_no_password(agent: Agent) -> None:
    agent.write(GOOD)

    link = connections.connection("cases", agent.file)

    assert link.url.password == SECRET
    assert SECRET not in repr(link) + str(link) + str(link.url)


def test_a_caller_that_knows_no_folder_of_an_agent_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no database 'cases'"):
        read(SourceSettings(database="cases", table="t"), tmp_path)


@given(text=st.text(max_size=60) | st.binary(max_size=60).map(lambda b: b.decode("latin-1")))
@same_folder
def test_any_text_says_how_or_is_refused(tmp_path: Path, text: str) -> None:
    agent = Agent(tmp_path)
    agent.write(text.replace("\0", ""))

    with pytest.raises(InputError):
        agent.read("t")
