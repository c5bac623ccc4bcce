"""`oversight demo`: the whole way on one machine, with synthetic authorities."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oversight_coordinator.cli.common import JsonOption, say, say_json, say_table

if TYPE_CHECKING:
    from oversight_coordinator.demo.stage import Stage

KEEP_SECONDS = 3600


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    las: Annotated[int, typer.Option(help="How many authorities.", min=2)] = 3,
    seed: Annotated[int, typer.Option(help="The same seed makes the same data.", min=0)] = 1,
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("demo"),
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the parts running for an hour at most.")
    ] = False,
    stop: Annotated[
        bool, typer.Option("--stop", help="Stop what an earlier demo with --keep left running.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Run everything on this machine with synthetic authorities, from their files to a report.

    Real parts on loopback: Flower's SuperLink, the gateway with TLS, the dispatcher, one agent process
    for each authority. Nothing is read from elsewhere, and everything is stopped at the end.

    Example: oversight demo --las 3 --out demo
    """
    from oversight_coordinator.demo import stage as staging
    from oversight_coordinator.demo.processes import Processes, hand_over, stop_kept

    state = out / "running.json"
    if stop:
        say(f"Stopped {stop_kept(state)} processes.")
        return
    stop_kept(state)
    signal.signal(signal.SIGTERM, _interrupt)
    staging.prepare_folder(out)
    started = time.monotonic()
    processes = Processes(out / "logs", outlive=keep)
    stage = staging.Stage(
        out, las, seed, processes,
        lambda text: typer.echo(f"[{time.monotonic() - started:5.1f} s] {text}", err=True),
    )  # fmt: skip
    try:
        result, truth = stage.play()
        stage.timings["total"] = round(time.monotonic() - started, 2)
        found = staging.document(result, truth, stage.timings)
        if keep:
            hand_over(processes, state, KEEP_SECONDS)
    except BaseException:
        processes.stop()
        raise
    if not keep:
        processes.stop()
    if as_json:
        say_json(found)
    else:
        _say_results(found, stage, keep)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _say_results(found: dict[str, Any], stage: Stage, keep: bool) -> None:
    say(
        "\nPooled figures for the whole of each authority, beside the truth that only the generator "
        "knows (percent):\n"
    )
    say_table(
        ("MEASURE", "PERIOD", "POOLED", "INTERVAL", "TRUTH", "ERROR", "AUTHORITIES"),
        [
            (row["measure"], row["period"], _number(row["estimate"], row["marker"]),
             f"{_number(row['lower'])} to {_number(row['upper'])}", _number(row["truth"]),
             _number(row["error"]), f"{row['las_published']} of {row['las_asked']}")
            for row in found["measures"] if not row["dimension"]
        ],
    )  # fmt: skip
    inside = [row for row in found["measures"] if row["truth"] is not None
              and row["lower"] is not None]  # fmt: skip
    held = sum(row["lower"] <= row["truth"] <= row["upper"] for row in inside)
    say(f"\nThe truth lies inside {held} of {len(inside)} intervals (by service included).")
    say(f"Figures: {stage.out / 'pooled.csv'}   Report: {stage.out / 'report' / 'index.html'}")
    say(
        f"Check the records: oversight ledger verify {stage.home}, oversight-agent ledger verify "
        f"{stage.out / 'agents' / 'kent'}"
    )
    if keep:
        say(f"The parts run on for an hour. Stop them: oversight demo --stop --out {stage.out}")
    else:
        say(f"Everything was stopped. It took {found['timings']['total']:.0f} s.")


def _number(value: float | None, marker: str = "") -> str:
    return marker if value is None else f"{value:.1f}"
