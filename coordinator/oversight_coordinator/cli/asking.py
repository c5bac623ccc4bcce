"""`oversight run`, `runs`, `results` and `report`."""

from __future__ import annotations

import math
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oversight_coordinator.cli.common import (
    HomeOption,
    JsonOption,
    find_authority,
    ledger,
    say,
    say_json,
    say_table,
    settings,
    store,
)
from oversight_coordinator.cli.watching import watch as watch_run

if TYPE_CHECKING:
    from oversight_coordinator.coverage import Matrix
    from oversight_coordinator.results import RunResult
    from oversight_coordinator.store import Store

RunArgument = Annotated[str, typer.Argument(help="A run's identifier, or its beginning.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("run")(run)
    runs = typer.Typer(no_args_is_help=True, help="What was asked and how it stands.")
    runs.command("list")(list_runs)
    runs.command("show")(show)
    runs.command("watch")(watch)
    runs.command("close")(close)
    app.add_typer(runs, name="runs")
    app.command("results")(results)
    app.command("report")(report)


def _require_number(hours: float) -> float:
    # To the parser of options, "nan" is a number that is neither too small nor too large.
    if math.isnan(hours):
        raise typer.BadParameter("a number of hours is needed")
    return hours


def run(
    study: Annotated[str, typer.Argument(help="A published study's name or digest.")],
    wave: Annotated[str, typer.Option(help="Which of the study's waves.")],
    table: Annotated[
        list[str] | None, typer.Option(help="Only these base tables; may be repeated.")
    ] = None,
    la: Annotated[
        list[str] | None, typer.Option(help="Only these authorities; may be repeated.")
    ] = None,
    within: Annotated[
        float,
        typer.Option(
            help="Hours after which who has not answered is unreachable.",
            min=0.001,
            max=8784,
            callback=_require_number,
        ),
    ] = 168,
    watch_it: Annotated[bool, typer.Option("--watch", help="Wait and show who answers.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask a wave of a published study.

    Example: oversight run management-oversight-2026 --wave wave-2026-q2-q3 --watch
    """
    from oversight_coordinator import asking, keys, times

    chosen = settings(home)
    kept = store(chosen)
    made = asking.ask(
        chosen, kept, ledger(chosen), keys.private(chosen.service_key),
        asking.Question(
            study, wave, timedelta(hours=within), table or [],
            [find_authority(one).code for one in la or []],
        ),
        times.now(),
    )  # fmt: skip
    if not as_json:
        say(f"Run {made.id}: {len(kept.asks(made.id))} authorities are asked.")
    if watch_it:
        watch_run(kept, made.id, quiet=as_json)
    if as_json:
        say_json({"run": made.id, "study": made.study, "wave": made.wave})


def list_runs(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List runs, oldest first.

    Example: oversight runs list
    """
    rows = [vars(run) for run in store(settings(home)).runs()]
    if as_json:
        say_json(rows)
    else:
        say_table(
            ("RUN", "STUDY", "WAVE"), [(row["id"], row["study"][:16], row["wave"]) for row in rows]
        )


def show(run_id: RunArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show how a run stands for each authority.

    Example: oversight runs show 3f2a
    """
    result = _load(store(settings(home)), run_id)
    if as_json:
        say_json({"run": result.run.id, "finished": result.finished, "las": _las(result)})
    else:
        _say_outcomes(result)


def watch(run_id: RunArgument, home: HomeOption = None) -> None:
    """Wait until nothing more is expected of any authority; Ctrl-C leaves the run going.

    Example: oversight runs watch 3f2a
    """
    kept = store(settings(home))
    watch_run(kept, kept.run(run_id).id)


def close(run_id: RunArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """End waiting for who has not answered: they count as unreachable from now on.

    What was answered stays. An answer that an authority holds for a person can still come until
    the run's deadline.

    Example: oversight runs close 3f2a
    """
    kept = store(settings(home))
    run = kept.run(run_id)
    ended = kept.close_run(run.id)
    held = [ask.la for ask in kept.asks(run.id) if ask.state == "held"]
    if as_json:
        say_json({"run": run.id, "unreachable": ended, "held": held})
    else:
        _say_closed(ended, held)


def results(run_id: RunArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Print a run's pooled figures, as CSV or JSON, and how it ended for each authority.

    The CSV goes to standard output and the endings to standard error.

    Example: oversight results 3f2a > pooled.csv
    """
    from oversight_coordinator.pool import csv_bytes

    result = _load(store(settings(home)), run_id)
    if as_json:
        say_json({
            "measures": [vars(row) for row in result.rows],
            "authorities": [vars(row) for row in result.authorities],
            "las": _las(result),
        })  # fmt: skip
        return
    typer.echo(csv_bytes(result.rows), nl=False)
    for one in result.las:
        # Beside the figures, not among them: standard output is the file.
        typer.echo(f"{one.name}: {one.words}", err=True)


def report(
    run_id: RunArgument,
    out: Annotated[Path, typer.Option(help="The folder to write to.")],
    home: HomeOption = None,
) -> None:
    """Write a run's pooled.csv, authorities.csv and report.

    Example: oversight report 3f2a --out results
    """
    from oversight_coordinator.coverage_intake import matrix_of

    kept = store(settings(home))
    result = _load(kept, run_id)
    page = write_results(result, out, matrix_of(kept, result.study))
    say(f"Wrote {out / 'pooled.csv'}, {out / 'authorities.csv'} and {page}.")
    released = sum(one.outcome == "released" for one in result.las)
    if not released:
        say("No authority has released anything yet: the report holds no figure.")
    else:
        say(f"{released} of {len(result.las)} authorities released figures.")


def write_results(result: RunResult, out: Path, coverage: Matrix | None = None) -> Path:
    """Write `pooled.csv`, `authorities.csv` and `report/index.html`; the page's path."""
    from oversight_coordinator import times
    from oversight_coordinator.pool import write_authorities_csv, write_csv
    from oversight_coordinator.report import write_report

    write_csv(result.rows, out / "pooled.csv")
    names = {one.la: one.name for one in result.las}
    write_authorities_csv(result.authorities, names, out / "authorities.csv")
    page = out / "report" / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    wave = result.study.wave(result.run.wave)
    write_report(
        result.study, wave, result.rows, result.authorities, result.las, page, made=times.now(),
        coverage=coverage,
    )  # fmt: skip
    return page


def _load(kept: Store, run_id: str) -> RunResult:
    from oversight_coordinator import results as loading

    return loading.load(kept, kept.run(run_id))


def _las(result: RunResult) -> list[dict[str, object]]:
    return [vars(one) for one in result.las]


def _say_outcomes(result: RunResult) -> None:
    say_table(("AUTHORITY", "OUTCOME"), [(one.name, one.words) for one in result.las])
    if not result.finished:
        say("The run is under way: who is unreachable so far can still answer.")


def _say_closed(ended: list[str], held: list[str]) -> None:
    from oversight_coordinator.authorities import authority

    if ended:
        names = ", ".join(authority(la).name for la in ended)
        say(f"Closed. No longer waited for, and unreachable: {names}.")
    else:
        say("Nobody was waited for; nothing has changed.")
    if held:
        names = ", ".join(authority(la).name for la in held)
        say(f"Held for a person there, who can release it until the run's deadline: {names}.")
