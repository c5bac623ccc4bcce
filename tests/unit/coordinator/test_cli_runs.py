"""The commands that watch, close, show and report a run."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from rich.console import Console

from oversight_coordinator.cli import main, watching
from oversight_coordinator.cli.asking import write_results
from oversight_coordinator.results import load
from oversight_coordinator.store import AskState
from support import protocol
from support.commands import Ended, call
from support.protocol import BRIGHTON, KENT, MEDWAY
from support.simulator import World, make_world


@pytest.fixture
def world(tmp_path):
    yield from make_world(tmp_path / "home")


@pytest.fixture
def run(world: World) -> str:
    """A run that Kent and Medway answered, and Brighton did not."""
    world.publish()
    made = world.ask()
    world.agents[BRIGHTON].is_online = False
    world.tick(12)
    return made


@pytest.fixture
def oversight(world, capsys, monkeypatch) -> Callable[..., Ended]:
    """Call the command as a shell would: its status, output and errors."""

    def at_home(*arguments: str) -> Ended:
        home = world.settings.home
        return call(main, monkeypatch, capsys, "oversight", *arguments, "--home", home)

    return at_home


def hold(world: World, run: str, la: str) -> None:
    world.store.set_ask(world.asks(run)[la].ticket, state=AskState.HELD)


# ---------------------------------------------------------------------- close


def test_closing_names_who_is_no_longer_waited_for_and_who_holds(oversight, world, run):
    hold(world, run, MEDWAY)

    status, said, _ = oversight("runs", "close", run[:8])

    assert status == 0
    assert "unreachable: Brighton and Hove." in said
    assert "until the run's deadline: Medway." in said
    assert world.states(run)[BRIGHTON] == "unreachable"


def test_closing_a_closed_run_says_that_nothing_has_changed(oversight, run):
    first = json.loads(oversight("runs", "close", run, "--json")[1])
    again = json.loads(oversight("runs", "close", run, "--json")[1])
    status, said, _ = oversight("runs", "close", run)

    assert first == {"run": run, "unreachable": [BRIGHTON], "held": []}
    assert again == {"run": run, "unreachable": [], "held": []}
    assert (status, said) == (0, "Nobody was waited for; nothing has changed.\n")


# ---------------------------------------------------------------------- show, results


def refuse_first_period(world: World, run: str) -> None:
    """Kent's kept answer, with its first period refused by policy."""
    from oversight_protocol.envelope import seal
    from oversight_protocol.errors import Family
    from oversight_protocol.release import TableAnswer

    first = TableAnswer(table="recording", period="2026-Q1", status="refused", family=Family.POLICY)
    second = protocol.table_answer(protocol.base_table(), "2026-Q2")
    answer = seal("release", protocol.release(tables=(first, second)), protocol.signing_key("x"))
    world.store.set_ask(world.asks(run)[KENT].ticket, answer=answer.raw)


def test_show_says_in_words_how_it_ended_and_that_it_has_not_ended(oversight, world, run):
    refuse_first_period(world, run)

    _, under_way, _ = oversight("runs", "show", run)
    world.store.close_run(run)
    _, ended, _ = oversight("runs", "show", run)

    assert "Kent               released; refused: recording (policy)\n" in under_way
    assert "The run is under way" in under_way
    assert "The run is under way" not in ended


def test_results_for_programs_hold_pooled_figures_authorities_and_refused_tables(
    oversight, world, run
):
    refuse_first_period(world, run)

    document = json.loads(oversight("results", run, "--json")[1])

    kent = next(one for one in document["las"] if one["la"] == KENT)
    assert kent == {
        "la": KENT, "name": "Kent", "outcome": "released", "family": None,
        "refused": [["recording", "policy"]],
    }  # fmt: skip
    by_period = {
        (row["la"], row["period"]): row["marker"] for row in document["authorities"]
    }  # fmt: skip
    assert (by_period[KENT, "2026-Q1"], by_period[KENT, "2026-Q2"]) == ("[x]", "")
    assert by_period[BRIGHTON, "2026-Q2"] == "[x]"
    pooled = {row["period"]: row["las_answered"] for row in document["measures"]
              if not row["dimension"]}  # fmt: skip
    assert pooled == {"2026-Q1": 1, "2026-Q2": 2}


def test_the_figures_alone_go_to_standard_output(oversight, run):
    _, out, err = oversight("results", run)

    assert len(list(csv.reader(io.StringIO(out)))) == 1 + 2 * 3
    assert "Kent: released\n" in err
    assert "Brighton and Hove: unreachable\n" in err


def test_a_report_comes_with_both_files_of_figures(oversight, world, run, tmp_path):
    out = tmp_path / "results"

    status, said, _ = oversight("report", run, "--out", str(out))

    lines = list(csv.DictReader((out / "authorities.csv").open(encoding="utf-8")))
    assert status == 0
    assert "authorities.csv" in said
    assert (out / "pooled.csv").read_bytes()
    assert {(one["la"], one["la_name"]) for one in lines} == {
        (KENT, "Kent"), (MEDWAY, "Medway"), (BRIGHTON, "Brighton and Hove"),
    }  # fmt: skip


def test_the_page_is_where_it_is_said_to_be(world, run, tmp_path):
    page = write_results(load(world.store, world.store.run(run)), tmp_path)

    assert page == tmp_path / "report" / "index.html"
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


# ---------------------------------------------------------------------- watch


def test_watching_ends_when_nothing_more_is_expected_and_says_who_waits(oversight, world, run):
    hold(world, run, MEDWAY)
    world.store.close_run(run)

    status, said, _ = oversight("runs", "watch", run)

    assert status == 0
    assert "  Kent: answered\n" in said
    assert "  Brighton and Hove: did not answer\n" in said
    assert "1 of 3 authorities answered" in said
    assert "1 holds its answer for a person there to release." in said


def test_watching_says_each_change_once(oversight, world, run, monkeypatch):
    looks = []

    def look(_seconds: float) -> None:
        looks.append(1)
        if len(looks) == 3:
            world.store.close_run(run)

    monkeypatch.setattr(watching.time, "sleep", look)

    _, said, _ = oversight("runs", "watch", run)

    changes = [line for line in said.splitlines() if line.startswith("  Brighton")]
    assert changes == [
        "  Brighton and Hove: not reached yet", "  Brighton and Hove: did not answer",
    ]  # fmt: skip


def test_stopping_to_watch_leaves_the_run_and_says_how_to_come_back(
    oversight, world, run, monkeypatch
):
    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(watching.time, "sleep", interrupt)
    before = world.states(run)

    status, _, err = oversight("runs", "watch", run)

    assert status == 130
    assert f"oversight runs watch {run[:8]}" in err
    assert "Traceback" not in err
    assert world.states(run) == before


@pytest.fixture
def local_time_is_utc(monkeypatch):
    import time

    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_on_a_terminal_each_authority_stands_in_the_table_once(world, run, local_time_is_utc):
    screen = io.StringIO()
    grid = watching.Grid(Console(file=screen, force_terminal=True, width=100, _environ={}))
    with grid.live:
        grid.draw(world.store.asks(run))
        world.store.close_run(run)
        grid.draw(world.store.asks(run))
        last = Console(file=io.StringIO(), width=100, record=True)
        last.print(grid.live.get_renderable())

    shown = last.export_text().splitlines()
    came = datetime.fromtimestamp(world.asks(run)[KENT].received_at, UTC)
    assert [line.split("  ")[0] for line in shown[1:]] == ["Medway", "Brighton and Hove", "Kent"]
    assert "did not answer" in shown[2]
    assert shown[3].split() == ["Kent", "answered", f"{came:%H:%M:%S}"]
    assert "Brighton and Hove" in screen.getvalue()


def test_a_quiet_watch_prints_nothing(world, run, capsys):
    world.store.close_run(run)

    watching.watch(world.store, run, quiet=True)

    assert capsys.readouterr().out == ""
