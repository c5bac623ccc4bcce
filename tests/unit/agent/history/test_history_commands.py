"""`oversight-agent history`, through the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from oversight_agent import config
from oversight_agent.cli import main
from oversight_agent.history import History, Memory
from oversight_agent.history.stage import New
from oversight_agent.keys import signing_key
from oversight_agent.ledger import LedgerFile
from support.commands import Ended, call
from support.exact_tables import NEXT_QUARTER, QUARTER
from support.histories import BEGUN, LATER, RULES, children_table, memory, new, rows
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


def record(home: Home, kind: str, ticket: str) -> None:
    """Have the ledger say what became of the tables that the history keeps for a ticket."""
    settings = config.load(home.folder)
    with closing(History.open(home.folder / "history.db", secret(home), read_only=True)) as told:
        entries = [one for one in told.entries if one.ticket == ticket]
    release = {
        "rules": RULES.model_dump(mode="json"),
        "tables": [one.answered.answer.model_dump(mode="json") for one in entries],
    }
    questions = {f"{one.about.table} {one.about.span.id}": one.about.question for one in entries}
    file = LedgerFile(settings.ledger, settings.origin, signing_key(home.folder))
    with file.locked() as book:
        book.append(kind, {"ticket": ticket, "digest": f"of {ticket}", "questions": questions,
                           "release": release, "reasons": {}})  # fmt: skip


def held(home: Home, *tables: New) -> None:
    """After a wave that was released, one of which every table is withheld waits for a person."""
    kept(home, FIRST, SECOND)
    record(home, "answered", "t1")
    with closing(History.open(home.folder / "history.db", secret(home))) as told:
        made = [memory(one, secret=secret(home), withheld=True) for one in tables]
        told.add(made, "t2", LATER)
    record(home, "held", "t2")


def test_of_a_wave_that_waits_it_is_told_why_tables_are_withheld_and_what_would_pass(
    home: Home, run: Run
):
    again = new(children_table(), NEXT_QUARTER, rows(range(58), range(100, 180)))
    another = new(children_table("new"), QUARTER, rows(range(59), range(100, 180)))
    held(home, again, another)

    shown = run("show")
    document = {(one["table"], one["period"]): one for one in json.loads(run("show", "--json").out)}

    _, waiting = shown.out.split("Not released yet, and withheld as a whole:\n")
    growth, untold = waiting.split("Nothing of these names was released before.")
    assert "'open_children' for" in growth
    assert "(ticket t2)" in growth
    assert "Wait for a later quarter, 2026-Q3 or one after it" in growth
    assert untold.count("'new' for") == 1
    assert "'new' for" not in growth
    assert "Have the study say how the tables are linked" in untold
    assert document["open_children", "2026Q2"]["waits"]
    assert len(document["open_children", "2026Q2"]["reasons"]) == 1
    assert not document["open_children", "2026Q1"]["waits"]
    assert document["open_children", "2026Q1"]["reasons"] == []


def test_of_a_wave_that_a_person_refused_nothing_is_told_any_more(home: Home, run: Run):
    held(home, new(children_table(), NEXT_QUARTER, rows(range(58), range(100, 180))))
    record(home, "refused", "t2")

    shown = run("show")

    assert "Not released yet" not in shown.out


def test_a_period_is_told_what_stands_in_its_way(home: Home, run: Run):
    kept(home, FIRST)

    shown = run("show", "--table", "open_children", "--period", "2026-02-01..2026-04-30")
    document = run(
        "show", "--table", "open_children", "--period", "2026-04-01..2026-06-30", "--json"
    )

    assert "neither period lies within the other" in shown.out
    assert "Wait for the next whole quarter, 2026-Q3, and publish quarters" in shown.out
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


# -------------------------------------------------------------------- a folder of its own


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """The command for a history of own publications; no agent is named anywhere."""
    monkeypatch.delenv(config.HOME_VARIABLE, raising=False)
    return partial(call, main, monkeypatch, capfd, "oversight-agent", "history")


def published(folder: Path) -> Path:
    """A folder as 'protect --record' begins it."""
    (folder / "keys").mkdir(parents=True)
    (folder / "keys" / "pseudonym.secret").write_bytes(b"s" * 32)
    History.begin(folder / "history.db", b"s" * 32, BEGUN).close()
    return folder


@pytest.mark.parametrize("command", ["show", "verify"])
def test_of_a_folder_without_a_history_it_is_said_what_is_not_there(
    command: str, own: Run, tmp_path: Path
):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")

    for name, found in (
        ("nowhere", "no such folder"), ("empty", "neither history.db nor 'keys'"),
        ("file", "this is no folder"),
    ):  # fmt: skip
        ended = own(command, "--history", tmp_path / name)

        assert (ended.status, ended.out) == (2, "")
        assert f"oversight-agent: {tmp_path / name}: " in ended.err
        assert found in ended.err
        assert "What to do: name the folder" in ended.err
        assert "which agent is meant" not in ended.err


@pytest.mark.parametrize("command", ["show", "verify"])
def test_of_a_history_that_lost_its_keys_or_its_file_it_is_said_which(
    command: str, own: Run, tmp_path: Path
):
    folder = published(tmp_path / "published")
    assert own(command, "--history", folder).status == 0
    (folder / "keys").rename(tmp_path / "keys")
    keyless = own(command, "--history", folder)
    (folder / "keys").mkdir()
    no_secret = own(command, "--history", folder)
    (folder / "keys").rmdir()
    (tmp_path / "keys").rename(folder / "keys")
    (folder / "history.db").unlink()
    no_file = own(command, "--history", folder)

    for ended, found, advice in (
        (keyless, "history.db, but no folder 'keys' beside it", "restore the folder 'keys'"),
        (no_secret, "the secret of the history cannot be read", "restore it from its backup"),
        (no_file, "its keys, but no file history.db", "restore the folder from its backup"),
    ):
        assert (ended.status, ended.out) == (2, "")
        assert found in ended.err
        assert advice in ended.err
        assert "which agent is meant" not in ended.err


@pytest.mark.parametrize("option", ["--home", "--history"])
def test_an_agent_that_released_nothing_has_no_history_to_verify(option: str, home: Home, own: Run):
    verified = own("verify", option, home.folder)
    shown = own("show", option, home.folder)
    document = json.loads(own("verify", option, home.folder, "--json").out)

    assert (verified.status, shown.status) == (0, 0)
    assert "no history to verify" in verified.out
    assert shown.out == "Nothing was released yet.\n"
    assert (document["entries"], document["valid"]) == (0, True)


def test_a_history_with_keys_of_its_own_does_not_ask_for_an_agent(
    home: Home, own: Run, tmp_path: Path
):
    kept(home, FIRST)
    folder, copy = published(tmp_path / "published"), tmp_path / "copy"
    copy.mkdir()
    (copy / "history.db").write_bytes((home.folder / "history.db").read_bytes())

    two = own("show", "--history", folder, "--home", home.folder)
    opened = own("show", "--history", copy, "--home", home.folder)

    assert (two.status, two.out) == (2, "")
    assert "leave --home out" in two.err
    assert opened.status == 0
    assert "open_children" in opened.out
