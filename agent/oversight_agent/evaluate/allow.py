"""What the SQL of a base table may consist of.

Rules kept here:

1. The text is one SELECT of DuckDB's dialect, within a size and a depth.
2. Every node of its parse tree is of a class listed in `_NODES`, and sets only the arguments listed
   there. What is not listed is refused: an unknown function, a set operation, a table function, a
   lambda, a clause that a later version of the parser might learn. No listed function makes a text
   longer, draws a number, reads a clock, a file or a setting.
3. A table is one that the base table declares to read, or a common table expression written before
   it: a later name would mean DuckDB's own table of that name. Names have no schema. Common table
   expressions stand at the front of the whole statement, are not recursive and hide no table.
4. The only parameters are `$q0` and `$q1`.
5. What runs is generated from the checked tree, every name quoted and without comments, and passes
   the same check again: the text that was signed is never shown to DuckDB.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from oversight_protocol.errors import Reason, Refused
from oversight_protocol.study import BaseTable

MAX_CHARACTERS = 20_000
"""Characters of a statement, as in a study."""
MAX_NODES = 5_000
"""Nodes of a parse tree; the largest table of the first study has about 300."""
MAX_DEPTH = 60
"""Levels of a parse tree; the first study needs about 20."""

PARAMETERS = frozenset({"q0", "q1"})
"""First and last day of the period."""

_NODES: dict[type[exp.Expr], frozenset[str]] = {
    node: frozenset(keys.split())
    for node, keys in {
        # The statement and its clauses.
        exp.Select: "with_ expressions distinct from_ joins where group having qualify windows",
        exp.With: "expressions",
        exp.CTE: "this alias",
        exp.TableAlias: "this columns",
        exp.From: "this",
        exp.Table: "this alias",
        exp.Subquery: "this alias",
        exp.Join: "this side kind on using",
        exp.Where: "this",
        exp.Group: "expressions",
        exp.Having: "this",
        exp.Qualify: "this",
        exp.Distinct: "expressions",
        exp.Window: "this partition_by order spec over alias",
        exp.WindowSpec: "kind start start_side end end_side",
        exp.Order: "expressions",
        exp.Ordered: "this desc nulls_first",
        exp.Filter: "this expression",
        # Names and values.
        exp.Alias: "this alias",
        exp.Column: "this table",
        exp.Star: "",
        exp.Identifier: "this quoted",
        exp.Literal: "this is_string",
        exp.Boolean: "this",
        exp.Null: "",
        exp.Placeholder: "this",
        exp.Paren: "this",
        exp.Interval: "this unit",
        exp.Var: "this",
        exp.Cast: "this to",
        exp.TryCast: "this to safe",
        exp.DataType: "this",
        # Logic and comparison.
        exp.And: "this expression",
        exp.Or: "this expression",
        exp.Not: "this",
        exp.EQ: "this expression",
        exp.NEQ: "this expression",
        exp.GT: "this expression",
        exp.GTE: "this expression",
        exp.LT: "this expression",
        exp.LTE: "this expression",
        exp.Is: "this expression",
        exp.NullSafeEQ: "this expression",
        exp.NullSafeNEQ: "this expression",
        exp.Between: "this low high",
        exp.In: "this expressions query",
        exp.Exists: "this",
        exp.Case: "this ifs default",
        exp.If: "this true false",
        exp.Coalesce: "this expressions",
        exp.Nullif: "this expression",
        exp.Greatest: "this expressions ignore_nulls",
        exp.Least: "this expressions ignore_nulls",
        # Arithmetic.
        exp.Add: "this expression",
        exp.Sub: "this expression",
        exp.Mul: "this expression",
        exp.Div: "this expression",
        exp.IntDiv: "this expression",
        exp.Mod: "this expression",
        exp.Neg: "this",
        exp.Abs: "this",
        exp.Floor: "this",
        exp.Ceil: "this",
        # Dates.
        exp.DateDiff: "this expression unit date_part_boundary",
        exp.DateAdd: "this expression unit",
        exp.TimestampTrunc: "this unit",
        exp.DateFromParts: "year month day",
        exp.LastDay: "this",
        exp.Extract: "this expression",
        exp.Year: "this",
        exp.Quarter: "this",
        exp.Month: "this",
        exp.Day: "this",
        exp.DayOfWeekIso: "this",
        # Aggregates and window functions.
        exp.Count: "this big_int",
        exp.CountIf: "this",
        exp.Sum: "this",
        exp.Avg: "this",
        exp.Min: "this",
        exp.Max: "this",
        exp.LogicalAnd: "this",
        exp.LogicalOr: "this",
        exp.RowNumber: "",
        exp.Rank: "",
        exp.DenseRank: "",
        exp.Lag: "this offset default",
        exp.Lead: "this offset default",
        exp.FirstValue: "this",
        exp.LastValue: "this",
    }.items()
}

_WORDS = frozenset(
    {
        *("LEFT", "RIGHT", "FULL", "INNER", "OUTER", "CROSS", "SEMI", "ANTI"),
        *("OVER", "ROWS", "RANGE", "PRECEDING", "FOLLOWING", "UNBOUNDED", "CURRENT ROW"),
        *("DAY", "WEEK", "MONTH", "QUARTER", "YEAR", "ISODOW"),
        *("DAYS", "WEEKS", "MONTHS", "QUARTERS", "YEARS"),
    }
)
"""The key words that stand in a tree as text: joins, frames and units of time."""

_TYPES = frozenset(
    {
        exp.DType.BIGINT,
        exp.DType.BOOLEAN,
        exp.DType.DATE,
        exp.DType.DOUBLE,
        exp.DType.INT,
        exp.DType.TEXT,
    }
)

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_HIDDEN_COLUMNS = frozenset({"rowid"})


class _NotAllowedError(Exception):
    """The tree holds something that is not listed."""


def allow(table: BaseTable) -> str:
    """The SQL to run for a base table.

    Raises:
        Refused: `sql-not-allowed`, naming the table.
    """
    try:
        runnable = _checked(table.sql, table.reads)
        # The second reading must find the same statement, or reader and writer disagree.
        allowed = _checked(runnable, table.reads) == runnable
    except (SqlglotError, RecursionError, _NotAllowedError):
        allowed = False
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        # A text that the parser trips over is no text that two people can have read.
        allowed = False
    if not allowed:
        raise Refused(Reason.SQL_NOT_ALLOWED, table.name)
    return runnable


def _checked(sql: str, reads: tuple[str, ...]) -> str:
    _require(len(sql) <= 2 * MAX_CHARACTERS)
    tree = _parse(sql)
    _check_nodes(tree)
    _check_tables(tree, frozenset(reads))
    return tree.sql("duckdb", identify=True, comments=False, unsupported_level=ErrorLevel.RAISE)


def _require(condition: bool) -> None:
    if not condition:
        raise _NotAllowedError


def _parse(sql: str) -> exp.Select:
    statements = sqlglot.parse(sql, dialect="duckdb", error_level=ErrorLevel.RAISE)
    _require(len(statements) == 1)
    tree = statements[0]
    if type(tree) is not exp.Select:
        raise _NotAllowedError
    return tree


def _check_nodes(tree: exp.Select) -> None:
    pending: list[tuple[exp.Expr, int]] = [(tree, 1)]
    seen = 0
    while pending:
        node, depth = pending.pop()
        seen += 1
        _require(seen <= MAX_NODES and depth <= MAX_DEPTH)
        _check_leaf(node)
        pending += [(child, depth + 1) for child in _children(node)]


def _children(node: exp.Expr) -> Iterator[exp.Expr]:
    keys = _NODES.get(type(node))
    if keys is None:
        raise _NotAllowedError
    for key, value in node.args.items():
        if value is None or value is False or value == []:
            continue
        _require(key in keys)
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, exp.Expr):
                yield part
            else:
                _check_plain(node, part)


_LEAVES = (exp.Identifier, exp.Literal, exp.Placeholder, exp.DataType)


def _check_plain(node: exp.Expr, value: Any) -> None:
    if not isinstance(node, _LEAVES):
        _require(value is True or (isinstance(value, str) and value.upper() in _WORDS))


def _check_leaf(node: exp.Expr) -> None:
    value = node.args.get("this")
    if isinstance(node, exp.Identifier):
        _require(isinstance(value, str) and _NAME.fullmatch(value) is not None)
        _require(value not in _HIDDEN_COLUMNS)
    elif isinstance(node, exp.Literal):
        _require(isinstance(value, str))
    elif isinstance(node, exp.Placeholder):
        _require(value in PARAMETERS)
    elif isinstance(node, exp.DataType):
        _require(value in _TYPES)
    elif isinstance(node, exp.Select):
        _require(bool(node.expressions))
    elif isinstance(node, exp.Column):
        _require(type(value) in (exp.Identifier, exp.Star))


def _check_tables(tree: exp.Select, reads: frozenset[str]) -> None:
    # 1. Only the statement itself has common table expressions.
    front = tree.args.get("with_")
    _require(all(node is front for node in tree.find_all(exp.With)))
    known = set(reads)
    # 2. Each reads what is declared or was written before it, and has a name of its own.
    for cte in front.expressions if front else ():
        _check_sources(cte.this, known)
        _require(cte.alias not in known)
        known.add(cte.alias)
    # 3. So does the rest of the statement.
    body = tree.copy()
    body.set("with_", None)
    _check_sources(body, known)


def _check_sources(tree: exp.Expr, known: set[str]) -> None:
    _require(isinstance(tree, exp.Select))
    for table in tree.find_all(exp.Table):
        _require(type(table.this) is exp.Identifier and table.name in known)
    for query in tree.find_all(exp.Subquery):
        _require(isinstance(query.this, exp.Select))
