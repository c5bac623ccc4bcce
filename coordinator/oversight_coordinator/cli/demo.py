"""`oversight demo`: the whole way on one machine, with synthetic authorities."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oversight_coordinator.cli.common import JsonOption, say, say_json, say_table

if TYPE_CHECKING:
    from oversight_coordinator.demo.stage import Stage
    from oversight_coordinator.outcomes import LaOutcome

KEEP_SECONDS = 3600
_FEWEST, _MOST = 2, 19
"""A pool of one would be that authority's own figures; the network has nineteen."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    las: Annotated[int, typer.Option(help="How many authorities.", min=_FEWEST, max=_MOST)] = _MOST,
    scale: Annotated[
        float, typer.Option(help="Size of the authorities; 1 is as published.", min=0.05, max=5)
    ] = 1.0,
    seed: Annotated[int, typer.Option(help="The same seed makes the same data.", min=0)] = 1,
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("demo"),
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the parts running for an hour at most.")
    ] = False,
    stop: Annotated[
        bool, typer.Option("--stop", help="Stop what an earlier demo with --keep left running.")
    ] = False,
    files_only: Annotated[
        bool, typer.Option("--files-only", help="Write the synthetic files, and run nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Run everything on this machine with synthetic authorities, from their files to a report.

    Real parts on loopback: Flower's SuperLink, the gateway with TLS, the dispatcher, one agent
    process for each authority. Nothing is read from elsewhere; at the end everything is stopped.
    With six authorities or more, four of them make difficulties on purpose: one is switched off,
    one blocks a table, one has bad rows, one holds its release for a person.

    Example: oversight demo --las 5 --scale 0.5 --out demo
    """
    if stop:
        _stop(out)
        return
    from oversight_coordinator.demo import folder, kept, outcome, signals, synthetic_files
    from oversight_coordinator.demo.board import board
    from oversight_coordinator.demo.processes import DemoError, Processes
    from oversight_coordinator.demo.stage import Stage

    kept.require_free(out)
    kept.stop_kept(out)
    folder.prepare_folder(out)
    _forget_surroundings()
    signals.interrupt()
    if files_only:
        synthetic_files.write(out, las, scale, seed)
        say(f"Wrote the synthetic files of {las} authorities to {out / 'las'}.")
        return
    processes, shown = Processes(out, outlive=keep), board()
    stage = Stage(out, synthetic_files.authorities(las), scale, seed, processes, shown)
    handed_over = False
    try:
        with shown:
            result, truth = stage.play()
        if keep:
            kept.hand_over(processes, KEEP_SECONDS)
            handed_over = True
    except KeyboardInterrupt:
        _tell("Interrupted")
        raise
    finally:
        if not handed_over:
            signals.ignore()
            _tell("Stopping everything")
            processes.stop()
    stage.timings["total"] = round(shown.seconds, 2)
    found = outcome.document(result, truth, stage.timings)
    if as_json:
        say_json(found)
    else:
        _say_results(found, result.las, stage, keep)
    if problems := outcome.problems(result, found, stage.endings):
        raise DemoError("; ".join(problems))


def _tell(text: str) -> None:
    typer.echo(text, err=True)


def _stop(out: Path) -> None:
    from oversight_coordinator.demo.kept import stop_kept

    number = stop_kept(out)
    processes = "process" if number == 1 else "processes"
    say(f"Stopped {number} {processes}." if number else f"Nothing of a demo runs in {out}.")


def _forget_surroundings() -> None:
    """Leave out another installation's settings, and proxies: all that is called is loopback."""
    from oversight_coordinator.config import Settings

    settings = {f"OVERSIGHT_{name.upper()}" for name in Settings.model_fields}
    proxies = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"}
    for name in list(os.environ):
        if name.upper() in settings | proxies or name.upper().startswith("OVERSIGHT_AGENT_"):
            del os.environ[name]


def _say_results(found: dict[str, Any], las: Sequence[LaOutcome], stage: Stage, keep: bool) -> None:
    from oversight_coordinator.demo import outcome

    held, number = outcome.judged(found)
    latest = max(row["period"] for row in found["measures"])
    say(f"\nPooled figures for whole authorities, {latest}, in percent where no unit is named,")
    say("beside the truth, which only the generator of the synthetic files knows:\n")
    say_table(
        ("MEASURE", "POOLED", "INTERVAL", "TRUTH", "ERROR", "AUTHORITIES", "UNIT"),
        [
            (row["measure"], _number(row["estimate"], 1) or row["marker"],
             _interval(row), _number(row["truth"], 2), _number(row["error"], 2),
             f"{row['las_published']} of {row['las_asked']}",
             "" if row["unit"] == "percent" else row["unit"])
            for row in found["measures"] if not row["dimension"] and row["period"] == latest
        ],
    )  # fmt: skip
    say("\nPOOLED is over the authorities that published all that a figure needs, INTERVAL over")
    say("all that answered: where many withheld a part, the one may lie outside the other.")
    say("[c]: withheld everywhere; its interval holds all the same.")
    say(f"The truth lies inside {held} of {number} intervals, other quarters and")
    say("categories included.")
    say("\nHow the run ended:\n")
    say_table(("AUTHORITY", "ENDED", "MADE DIFFICULT ON PURPOSE", "TABLES REFUSED"),
              outcome.endings(las, stage.incidents))  # fmt: skip
    say("")
    if stage.incidents:
        say("The demo made it difficult for four authorities on purpose; all else is as usual.")
    say("Refused as (data): the authority's files lack what the table needs. (disclosure): too few")
    say("people stand behind it. (policy): the authority does not allow it.")
    say("")
    say(f"Report:  {stage.out / 'report' / 'index.html'}")
    say(f"Figures: {stage.out / 'pooled.csv'}")
    say("Check what was recorded:")
    say(f"  {_command('oversight')} ledger verify {stage.home}")
    say(f"  {_command('oversight-agent')} ledger verify {stage.out / 'agents' / 'kent'}")
    if keep:
        again = f"{_command('oversight')} demo --stop --out {stage.out}"
        say(f"The parts run on for an hour at most. Stop them: {again}")
    else:
        say(f"Everything was stopped. It took {found['timings']['total']:.0f} s.")


def _interval(row: dict[str, Any]) -> str:
    if row["lower"] is None:
        return "none"
    return f"{_number(row['lower'], 1)} to {_number(row['upper'], 1)}"


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _command(name: str) -> str:
    """How to call one of our commands from here."""
    called = Path(sys.argv[0])
    found = shutil.which(name)
    if found and Path(found).parent.resolve() == called.parent.resolve():
        return name
    return str(called.with_name(name))
