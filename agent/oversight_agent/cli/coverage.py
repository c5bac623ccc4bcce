"""`oversight-agent coverage`: what may be shared about the data itself, and sharing it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oversight_agent.cli.common import HomeOption, JsonOption, person, say, say_json, settings
from oversight_agent.cli.data import StudyOption, WaveOption, looked

if TYPE_CHECKING:
    from oversight_protocol.coverage import Coverage


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    coverage = typer.Typer(
        no_args_is_help=True, help="Coverage: which measures the data can answer, as codes."
    )
    coverage.command("show")(show)
    coverage.command("share")(share)
    app.add_typer(coverage, name="coverage")


def show(
    study: StudyOption = None,
    wave: WaveOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show exactly what sharing would let leave; nothing is recorded or sent.

    With --json in its very codes: 'all' and 'none' stand for a measure that lacks nothing.

    Example: oversight-agent coverage show
    """
    from oversight_agent import times
    from oversight_agent.pipeline.sharing import coverage_of

    chosen = settings(home)
    coverage = coverage_of(looked(chosen, study, wave), chosen.la, times.now())
    if as_json:
        say_json(coverage.model_dump(mode="json"))
        return
    _say_coverage(coverage, chosen.name)
    say("\nNothing was recorded, and nothing has left.")


def share(
    out: Annotated[Path, typer.Option(help="The file to write, for Kent.")],
    study: StudyOption = None,
    wave: WaveOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write what the data can answer as a signed file for Kent: codes of measures, nothing else.

    It is recorded in the ledger before the file is written. Within a week, the same file is
    written again. Exit status 3 unless the policy says 'share = true' under [coverage].

    Example: oversight-agent coverage share --out kent.coverage.json
    """
    from oversight_agent import files, times
    from oversight_agent.checks import words
    from oversight_agent.pipeline import sharing

    chosen = settings(home)
    sharing.require_may_share(chosen)
    files.require_folder_of(out)
    found = looked(chosen, study, wave)
    shared = sharing.share(found, chosen, person(), times.now)
    coverage, envelope = shared.coverage, shared.envelope
    files.write(out, envelope.raw + b"\n")
    if as_json:
        say_json({"file": str(out), "digest": envelope.digest, "again": shared.again,
                  "coverage": coverage.model_dump(mode="json")})  # fmt: skip
        return
    _say_coverage(coverage, chosen.name)
    if shared.again:
        day = words.day(coverage.shared.date())
        say(f"\nWrote {out} as it was shared on {day}. A wave's coverage stays for a week, so that "
            "nobody learns what one record changed. It can be shared anew from "
            f"{words.day(shared.renewable)}.")  # fmt: skip
    else:
        say(f"\nWrote {out}. It is recorded in the ledger (digest {envelope.digest[:16]}).")
    say("Send the file to Kent: oversight coverage add FILE.")


def _say_coverage(coverage: Coverage, name: str) -> None:
    """All that a coverage says, in plain English."""
    from oversight_agent.checks import words
    from oversight_agent.checks.terminal import table

    version, system = coverage.spec_version, coverage.case_system
    says = [
        ("Authority", f"{coverage.la} ({name}; the name is not sent)"),
        ("Study", f"{coverage.study}, version {coverage.study_version}, {coverage.wave}"),
        ("Period", f"{words.day(coverage.period_start)} to {words.day(coverage.period_end)}"),
        ("Data read on", words.day(coverage.snapshot_date)),
        ("Specification", version),
        ("Case system", words.label(version, "case_system", system) if system else "not said"),
    ]
    for heading, text in says:
        say(f"{heading + ':':<15} {text}")
    say("")
    for line in table(
        ("MEASURE", "AVAILABILITY", "LACKS", "WHY"),
        [_row(row.model_dump(), version) for row in coverage.rows],
    ):
        say(line)


def _row(row: dict[str, Any], version: str) -> tuple[str, str, str, str]:
    from oversight_agent.checks.words import label
    from oversight_protocol.coverage import EVERYTHING

    said = row["measure"], label(version, "availability", row["availability"])
    if row["data_point"] == EVERYTHING and row["availability"] == "available":
        return *said, "nothing", ""
    return *said, row["data_point"], label(version, "reason", row["reason"])
