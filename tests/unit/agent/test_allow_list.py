"""Of SQL, only what the list allows reaches DuckDB, and only as it was checked."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversight_agent.evaluate.allow import MAX_DEPTH, allow
from oversight_protocol.errors import Reason, Refused
from support.spec_tables import AGENCY, worker_table

ALLOWED = {
    "a join and a subquery": """
        SELECT w.worker_id, t.team_id AS team, 'a' AS outcome
        FROM worker AS w LEFT JOIN team AS t ON t.team_id = w.team_id
        WHERE w.worker_id IN (SELECT worker_id FROM allocation) AND t.parent_id IS NOT NULL
    """,
    "common table expressions in order": """
        WITH posts AS (SELECT * FROM worker), agency AS (SELECT * FROM posts WHERE agency = 1)
        SELECT worker_id, team_id AS team, 'a' AS outcome FROM agency
    """,
    "CASE, window functions and QUALIFY": """
        SELECT worker_id, team_id AS team,
            CASE WHEN row_number() OVER (PARTITION BY team_id ORDER BY role_start) = 1 THEN 'a'
                ELSE 'b' END AS outcome
        FROM worker QUALIFY rank() OVER (PARTITION BY worker_id ORDER BY role_start DESC) = 1
    """,
    "a window with a frame": """
        SELECT worker_id, sum(fte) OVER (ORDER BY role_start ROWS BETWEEN UNBOUNDED PRECEDING
            AND CURRENT ROW) AS team, 'a' AS outcome FROM worker
    """,
    "a named window": """
        SELECT worker_id, lag(team_id) OVER posts AS team, 'a' AS outcome FROM worker
        WINDOW posts AS (PARTITION BY worker_id ORDER BY role_start)
    """,
    "aggregates with HAVING and FILTER": """
        SELECT worker_id, min(team_id) AS team, 'a' AS outcome FROM worker GROUP BY worker_id
        HAVING count(*) > 1 AND count(*) FILTER (WHERE agency = 1) = 0 AND count(DISTINCT role) < 3
    """,
    "arithmetic of dates": """
        SELECT worker_id, team_id AS team, 'a' AS outcome FROM worker
        WHERE role_start BETWEEN $q0 AND $q1 AND date_diff('day', role_start, $q1) > 31
            AND role_start + INTERVAL 3 MONTH < $q1 AND $q1 - role_start > 5
            AND date_trunc('month', role_start) = DATE '2026-04-01'
            AND isodow(role_start) < 6 AND extract(year FROM role_start) = 2026
    """,
    "comments, which are left out": AGENCY + " -- read_csv('/etc/passwd')\n/* ; DROP TABLE x */",
}

FORBIDDEN = {
    # Statements.
    "nothing": " ",
    "two statements": f"{AGENCY}; {AGENCY}",
    "a second statement that changes": f"{AGENCY}; DROP TABLE worker",
    "COPY": "COPY worker TO 'out.csv'",
    "ATTACH": "ATTACH 'other.db'",
    "INSTALL": "INSTALL httpfs",
    "LOAD": "LOAD httpfs",
    "SET": "SET threads = 8",
    "PRAGMA": "PRAGMA database_list",
    "EXPORT": "EXPORT DATABASE 'folder'",
    "INSERT": "INSERT INTO worker SELECT * FROM worker",
    "CREATE": "CREATE TABLE x AS SELECT * FROM worker",
    "UNION at the top": f"{AGENCY} UNION ALL {AGENCY}",
    "UNION inside": f"WITH x AS ({AGENCY} UNION ALL {AGENCY}) SELECT * FROM x",
    "VALUES": "SELECT * FROM (VALUES ('w1', 't1', 'a')) AS v(worker_id, team, outcome)",
    "PIVOT": "PIVOT worker ON role USING count(*)",
    "DESCRIBE": "DESCRIBE worker",
    "no SELECT": "FROM worker LIMIT 1",
    "INTO": "SELECT * INTO x FROM worker",
    # Tables.
    "an undeclared table": "SELECT worker_id, 't' AS team, 'a' AS outcome FROM oversight_event",
    "an undeclared table in a subquery": f"{AGENCY} WHERE EXISTS (SELECT 1 FROM episode)",
    "a schema": "SELECT * FROM main.worker",
    "the catalogue": "SELECT * FROM information_schema.tables",
    "a view of the system": "SELECT * FROM duckdb_tables",
    "a view of the system behind a later name": """
        WITH a AS (SELECT * FROM duckdb_tables), duckdb_tables AS (SELECT 1 AS x) SELECT * FROM a
    """,
    "a view of the system behind an inner name": """
        SELECT * FROM duckdb_tables, (WITH duckdb_tables AS (SELECT 1) SELECT * FROM worker) AS x
    """,
    "a hidden table": "WITH worker AS (SELECT * FROM team) SELECT * FROM worker",
    "a table function": "SELECT * FROM duckdb_settings()",
    "a file reader": "SELECT * FROM read_csv('/etc/passwd')",
    "a text reader": "SELECT * FROM read_text('/etc/passwd')",
    "a file as a table": "SELECT * FROM '/etc/passwd'",
    "a quoted file as a table": 'SELECT * FROM "data.parquet"',
    "glob": "SELECT * FROM glob('*')",
    "range": "SELECT * FROM range(1000000000)",
    "generate_series": "SELECT * FROM generate_series(1, 1000000000)",
    "unnest": "SELECT unnest([1, 2])",
    "unnest as a table": "SELECT * FROM unnest([1, 2])",
    "a sample": "SELECT * FROM worker TABLESAMPLE 10%",
    "USING SAMPLE": "SELECT * FROM worker USING SAMPLE 5",
    "LATERAL": "SELECT * FROM worker, LATERAL (SELECT 1)",
    "a positional join": "SELECT * FROM worker POSITIONAL JOIN team",
    "recursion": "WITH RECURSIVE x AS (SELECT * FROM worker) SELECT * FROM x",
    "a hidden column": "SELECT rowid FROM worker",
    "a struct": "SELECT a.b.c.d FROM worker",
    # Parameters.
    "another parameter": f"{AGENCY} WHERE role_start < $q2",
    "a numbered parameter": f"{AGENCY} WHERE role_start < $1",
    "a question mark": f"{AGENCY} WHERE role_start < ?",
    # Functions.
    "lpad": "SELECT worker_id, lpad('a', 1000000000, 'b') AS team FROM worker",
    "repeat": "SELECT worker_id, repeat('a', 1000000000) AS team FROM worker",
    "levenshtein": "SELECT levenshtein(worker_id, team_id) FROM worker",
    "concatenation": "SELECT worker_id || team_id FROM worker",
    "concat": "SELECT concat(worker_id, team_id) FROM worker",
    "string_agg": "SELECT string_agg(worker_id, '') FROM worker",
    "list": "SELECT list(worker_id) FROM worker",
    "array": "SELECT [worker_id] FROM worker",
    "replace": "SELECT replace(worker_id, 'a', 'aaaaaaaa') FROM worker",
    "LIKE": f"{AGENCY} WHERE worker_id LIKE '%a%a%a%'",
    "a regular expression": f"{AGENCY} WHERE regexp_matches(worker_id, '(a+)+')",
    "the operator of regular expressions": f"{AGENCY} WHERE worker_id ~ '(a+)+'",
    "SIMILAR TO": f"{AGENCY} WHERE worker_id SIMILAR TO 'a*'",
    "random": f"{AGENCY} WHERE random() < 0.5",
    "uuid": "SELECT uuid() FROM worker",
    "now": f"{AGENCY} WHERE role_start < now()",
    "today": f"{AGENCY} WHERE role_start < today()",
    "current_date": f"{AGENCY} WHERE role_start < current_date",
    "current_timestamp": f"{AGENCY} WHERE role_start < current_timestamp",
    "current_setting": "SELECT current_setting('memory_limit') FROM worker",
    "getenv": "SELECT getenv('HOME') FROM worker",
    "version": "SELECT version() FROM worker",
    "current_user": "SELECT current_user FROM worker",
    "hash": "SELECT hash(worker_id) FROM worker",
    "error": "SELECT error(worker_id) FROM worker",
    "a lambda": "SELECT list_transform([1], x -> x) FROM worker",
    "COLUMNS": "SELECT COLUMNS('.*') FROM worker",
    "a star that leaves out": "SELECT * EXCLUDE (role) FROM worker",
    "max with a list": "SELECT max(worker_id, 1000000) FROM worker",
    "median, an order statistic": "SELECT median(fte) FROM worker",
    "a function of a schema": "SELECT main.lower(worker_id) FROM worker",
    "an unknown function": "SELECT some_function(worker_id) FROM worker",
    "power": "SELECT 10 ** 300 FROM worker",
    # Clauses whose result depends on the order in which rows happen to lie.
    "LIMIT": f"{AGENCY} LIMIT 1",
    "ORDER BY": f"{AGENCY} ORDER BY worker_id",
    "DISTINCT ON": "SELECT DISTINCT ON (team_id) * FROM worker",
    "FOR UPDATE": f"{AGENCY} FOR UPDATE",
    # Types.
    "a list type": "SELECT CAST(worker_id AS VARCHAR[]) FROM worker",
    "a decimal": "SELECT CAST(fte AS DECIMAL(38, 30)) FROM worker",
    "JSON": "SELECT CAST(worker_id AS JSON) FROM worker",
    # Size.
    "deep parentheses": f"SELECT {'(' * 2000}1{')' * 2000} FROM worker",
    "a deep negation": f"SELECT {'NOT ' * 4000}true FROM worker",
    "a tree over its depth": f"SELECT {'(' * MAX_DEPTH}1{')' * MAX_DEPTH} FROM worker",
    "too many nodes": f"SELECT {', '.join(['1'] * 6000)} FROM worker",
}

READS = ("worker", "team", "allocation")


@pytest.mark.parametrize("sql", ALLOWED.values(), ids=ALLOWED.keys())
def test_what_a_base_table_needs_is_allowed_and_is_one_select_for_duckdb(sql: str) -> None:
    table = worker_table(sql, reads=READS)

    runnable = allow(table)

    [statement] = duckdb.connect().extract_statements(runnable)
    assert statement.type == duckdb.StatementType.SELECT


@pytest.mark.parametrize("sql", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_what_is_not_on_the_list_is_refused_naming_the_table(sql: str) -> None:
    table = worker_table(sql, reads=READS)

    with pytest.raises(Refused) as refused:
        allow(table)

    assert (refused.value.reason, refused.value.place) == (Reason.SQL_NOT_ALLOWED, "posts")


def test_comments_do_not_reach_duckdb() -> None:
    table = worker_table(f"/* first */ {AGENCY} -- last")

    runnable = allow(table)

    assert "first" not in runnable
    assert "last" not in runnable


def test_every_name_is_quoted_so_that_it_cannot_be_a_function_without_parentheses() -> None:
    table = worker_table(AGENCY)

    runnable = allow(table)

    assert runnable == (
        'SELECT "worker_id", "team_id" AS "team", "agency" AS "outcome" FROM "worker"'
    )


_WORDS = [
    *("SELECT", "FROM", "worker", "WITH", "AS", "x", "(", ")", ",", "*", "1", "'a'", "WHERE"),
    *("JOIN", "ON", "=", "read_csv", "duckdb_settings", "repeat", "||", "$q0", "$x", "CASE"),
    *("WHEN", "THEN", "END", "OVER", "--", "/*", "*/", ";", '"', "'", "[", "]", "{", "}", "::"),
    *("UNION", "LATERAL", "PIVOT", "COPY", "SET", ".", "->", "IN", "EXISTS", "NOT", "count"),
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(_WORDS), min_size=1, max_size=25).map(" ".join))
def test_any_text_is_allowed_as_one_select_or_refused(sql: str) -> None:
    table = worker_table(sql)

    try:
        runnable = allow(table)
    except Refused:
        runnable = "SELECT 1"

    statements = duckdb.connect().extract_statements(runnable)
    assert [statement.type for statement in statements] == [duckdb.StatementType.SELECT]
