"""`oversight-agent history`, through the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from oversight_agent.cli import main
from oversight_agent.history import History, Memory
from oversight_agent.history.stage import New
from support.commands import Ended, call
from support.exact_tables import NEXT_QUARTER, QUARTER
from support.histories import BEGUN, LATER, children_table, memory, new, rows
from support.requests import Home

FIRST = new(children_table(), QUARTER, rows(range(60), range(100, 180)))
SECOND = new(children_table("other"), NEXT_QUARTER, rows(range(200, 260), range(300, 380)))


Run = Callable[..., Ended]
"""The command, for one agent's folder."""


@pytest.fixture
def run(home: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: object) -> Ended:
        told = ("oversight-agent", "history", *arguments, "--home", home.folder)
        return call(main, monkeypatch, capfd, *told)

    return command


def secret(home: Home) -> bytes:
    return (home.folder / "keys" / "pseudonym.secret").read_bytes()


def kept(home: Home, *tables: New, withheld: bool = False) -> None:
    told = History.begin(home.folder / "history.db", secret(home), BEGUN)
    made: list[Memory] = [memory(one, secret=secret(home), withheld=withheld) for one in tables]
    told.add(made, "t1", LATER)
    told.close()


def test_an_agent_that_released_nothing_says_so(run: Run):
    shown = run("show")

    assert (shown.status, shown.out) == (0, "Nothing was released yet.\n")


def test_what_was_released_is_listed(home: Home, run: Run):
    kept(home, FIRST, SECOND)

    shown = run("show")
    only = run("show", "--table", "other")
    document = json.loads(run("show", "--json").out)

    assert shown.out.splitlines() == [
        "TABLE          PERIOD  RECORDED                  FOR  FIGURES PUBLISHED",
        "open_children  2026Q1  02 April 2026, 09:00 UTC  t1   12 of 12",
        "other          2026Q2  02 April 2026, 09:00 UTC  t1   12 of 12",
    ]
    assert "open_children" not in only.out
    assert [one["status"] for one in document] == ["released", "released"]


def test_what_was_withheld_is_listed_as_such(home: Home, run: Run):
    kept(home, FIRST, withheld=True)

    assert run("show").out.splitlines()[1].endswith("withheld")


def test_a_period_is_told_what_stands_in_its_way(home: Home, run: Run):
    kept(home, FIRST)

    shown = run("show", "--table", "open_children", "--period", "2026-02-01..2026-04-30")
    document = run(
        "show", "--table", "open_children", "--period", "2026-04-01..2026-06-30", "--json"
    )

    assert "neither period lies within the other" in shown.out
    assert "Wait until 2026-Q3 is over" in shown.out
    assert len(json.loads(document.out)[0]["reasons"]) == 1


def test_a_table_that_was_never_released_is_told_so(home: Home, run: Run):
    kept(home, FIRST)

    shown = run("show", "--table", "new", "--period", "2026-04-01..2026-06-30")

    assert "nothing was released of it before" in shown.out


def test_a_file_of_true_counts_is_told_what_stands_in_its_way(home: Home, run: Run, tmp_path: Path):
    kept(home, FIRST)
    counted = {
        "form": "true-counts", "version": 1,
        "tables": [{
            "name": "open_children", "unit": "children", "subjects": ["children"],
            "period": {"id": "spring", "start": "2026-02-01", "end": "2026-04-30"},
            "outcomes": ["yes", "no"],
            "cells": [{"outcome": "yes", "count": 60}, {"outcome": "no", "count": 80}],
        }],
    }  # fmt: skip
    (tmp_path / "counts.json").write_text(json.dumps(counted))
    (tmp_path / "other.json").write_text("{}")

    shown = run("show", "--candidate", tmp_path / "counts.json")
    wrong = run("show", "--candidate", tmp_path / "other.json")

    assert "only counts are known" in shown.out
    assert (wrong.status, "no tables of true counts" in wrong.err) == (2, True)


@pytest.mark.parametrize(
    "period", ["2026", "2026-02-30..2026-03-01", "2026-05-01..2026-04-01", "a..b"]
)
def test_what_is_no_period_is_refused(period: str, run: Run):
    ended = run("show", "--table", "open_children", "--period", period)

    assert (ended.status, "this is no period" in ended.err) == (2, True)


def test_a_period_without_a_table_is_refused(run: Run):
    ended = run("show", "--period", "2026-04-01..2026-06-30")

    assert (ended.status, "--table with --period" in ended.err) == (2, True)


def test_a_history_verifies_until_it_is_altered(home: Home, run: Run):
    kept(home, FIRST)
    whole = run("verify")
    path = home.folder / "history.db"
    path.write_bytes(path.read_bytes().replace(b'"published":12', b'"published":11'))

    altered = run("verify")

    assert (whole.status, whole.out) == (0, f"{path}: 1 entries verify.\n")
    assert (altered.status, "entry 1 does not verify" in altered.err) == (2, True)


def test_a_lost_secret_is_told(home: Home, run: Run):
    kept(home, FIRST)
    (home.folder / "keys" / "pseudonym.secret").write_bytes(b"x" * 32)

    ended = run("show")

    assert (ended.status, "another secret" in ended.err) == (2, True)
