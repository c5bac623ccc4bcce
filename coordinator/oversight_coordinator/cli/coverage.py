"""`oversight coverage`: what the authorities' data can answer, and what to do about the gaps."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oversight_coordinator.cli.common import (
    HomeOption,
    JsonOption,
    ledger,
    say,
    say_json,
    say_table,
    settings,
    store,
)

if TYPE_CHECKING:
    from oversight_coordinator.coverage import Matrix, Point
    from oversight_coordinator.store import Store
    from oversight_protocol.errors import OversightError
    from oversight_protocol.study import Study

ACROSS = 12
"""Measures in a block of the matrix, so that it fits a terminal."""
WIDTH = 96
SIGNS = {"available": "●", "partly": "◐", "not_available": "○"}


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    coverage = typer.Typer(
        no_args_is_help=True, help="Coverage: which measures the authorities' data can answer."
    )
    coverage.command("add")(add)
    coverage.command("show")(show)
    app.add_typer(coverage, name="coverage")


def add(
    paths: Annotated[list[Path], typer.Argument(help="Files that authorities sent.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in what authorities shared: each file is verified, recorded and kept.

    A file that does not verify is said so; the others are taken in. Exit status 3 or 2 then.

    Example: oversight coverage add kent.coverage.json medway.coverage.json
    """
    from oversight_coordinator import coverage_intake, files, times, trust_files
    from oversight_coordinator.authorities import authority
    from oversight_protocol.errors import OversightError

    chosen = settings(home)
    kept, book, trust = store(chosen), ledger(chosen), trust_files.current(chosen.trust)
    status, added = 0, []
    for path in paths:
        try:
            raw = files.read(path, "the coverage", "name the file that the authority sent").strip()
            coverage = coverage_intake.add(raw, kept, book, trust, times.now())
        except OversightError as error:
            typer.echo(f"oversight: {_told(path, error)}", err=True)
            status = max(status, error.exit_status)
            continue
        name = authority(coverage.la).name
        added.append({"file": str(path), "la": coverage.la, "name": name, "study": coverage.study})
        if not as_json:
            say(f"{name}: kept what it can answer of {coverage.study}, as of "
                f"{coverage.snapshot_date:%d %B %Y}.")  # fmt: skip
    if as_json:
        say_json(added)
    if status:
        raise typer.Exit(status)


def _told(path: Path, error: OversightError) -> str:
    """An error with the file that it is of, once."""
    from oversight_protocol.errors import InputError, Reason, Refused

    if isinstance(error, Refused) and error.reason is Reason.MALFORMED:
        error = InputError(
            "this is not a coverage as an authority shares it",
            expected="the file that 'oversight-agent coverage share' wrote, unaltered",
            advice="ask the authority for that file again, as an attachment that nothing opens or"
            " converts on its way",
        )
    own = isinstance(error, InputError) and error.where == str(path)
    return str(error) if own else f"{path}: {error}"


def show(
    study: Annotated[
        str | None, typer.Option(help="A published study's name; by default the installed one.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Write the matrix as a file, a row for each gap.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show which authority can answer which measure, and which data points are lacking.

    Example: oversight coverage show --csv coverage.csv
    """
    from oversight_coordinator import files
    from oversight_coordinator.coverage_intake import matrix_of

    if csv is not None:
        files.require_folder_of(csv)
    kept = store(settings(home))
    found = matrix_of(kept, _study(kept, study))
    if csv is not None:
        _write_csv(found, csv)
    if as_json:
        say_json(_as_json(found))
        return
    if not found.las:
        say("No authority has shared what it can answer. See 'oversight coverage add'.")
    else:
        _say_matrix(found)
        _say_points(found)
        _say_unneeded(found)
    if csv is not None:
        say(f"\nWrote {csv}.")


def _study(kept: Store, name: str | None) -> Study:
    """The one that is named; else the last published version of the installed one, else that."""
    from oversight_protocol import study_package
    from oversight_protocol.envelope import Envelope
    from oversight_protocol.errors import InputError
    from oversight_protocol.study import Study

    installed = study_package.installed()
    try:
        stored = kept.study(name or installed.name)
    except InputError:
        if name not in (None, installed.name):
            raise
        return installed
    return Study.parse(Envelope.from_bytes(stored.envelope).payload)


def _say_matrix(found: Matrix) -> None:
    said = f"{found.study.title}, version {found.study.version}"
    say(f"{said}:\n{len(found.las)} of {len(found.study.cohort.las)} authorities shared what they "
        "can answer.")  # fmt: skip
    say("● available   ◐ partly available   ○ not available")
    names = [_name(la) for la in found.las]
    for start in range(0, len(found.measures), ACROSS):
        block = found.measures[start : start + ACROSS]
        say("")
        say_table(
            ("MEASURE", *(one.number for one in block)),
            [
                *((name, *(SIGNS[one.states[la]] for one in block))
                  for la, name in zip(found.las, names, strict=True)),
                (f"available, of {len(found.las)}", *(one.count("available") for one in block)),
            ],
        )  # fmt: skip


def _say_points(found: Matrix) -> None:
    if not found.points:
        say("\nNo data point is lacking.")
        return
    say("\nDATA POINTS that are lacking, by the number of authorities")
    for one in found.points:
        for line in _point(one, len(found.las)):
            say(line)


def _point(one: Point, whole: int) -> Iterator[str]:
    yield from _wrapped(f"{one.point} ({one.title}): {' and '.join(one.remedies)}; "
                        f"{len(one.authorities)} of {whole} lack it")  # fmt: skip
    for reason, las in one.las.items():
        yield from _wrapped(f"  {_label('reason', reason)}: {', '.join(map(_name, las))}")
    won = f"; alone it would win {_answers(one.alone)} in full" if one.alone else ""
    yield from _wrapped(f"  measures {', '.join(one.measures)}{won}")


def _answers(count: int) -> str:
    return f"{count} {'answer' if count == 1 else 'answers'}"


def _say_unneeded(found: Matrix) -> None:
    if found.unneeded:
        say("\nSTOP: fields that no measure of this study needs")
        for line in _wrapped(", ".join(found.unneeded)):
            say(line)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent="    ", break_long_words=False,
                         break_on_hyphens=False)  # fmt: skip


def _name(la: str) -> str:
    from oversight_coordinator.authorities import authority

    return authority(la).name


def _label(field: str, code: str) -> str:
    from oversight_protocol import coverage, specification

    table = specification.load(specification.versions()[-1]).table(coverage.TABLE)
    known = table.field(field) if table else None
    return known.label(code) if known else code


def _as_json(found: Matrix) -> dict[str, Any]:
    return {
        "study": {"name": found.study.name, "version": found.study.version},
        "authorities": [{"la": la, "name": _name(la)} for la in found.las],
        "measures": [
            {"number": one.number, "title": one.title, "of": len(found.las),
             "available": one.count("available"), "partly": one.count("partly"),
             "not_available": one.count("not_available"), "states": dict(one.states),
             "lacks": {la: dict(lacks) for la, lacks in one.lacks.items() if lacks}}
            for one in found.measures
        ],
        "data_points": [
            {"data_point": one.point, "title": one.title, "remedies": list(one.remedies),
             "authorities": {reason: list(las) for reason, las in one.las.items()},
             "measures": list(one.measures), "full_answers_won_alone": one.alone}
            for one in found.points
        ],
        "not_needed": list(found.unneeded),
    }  # fmt: skip


def _write_csv(found: Matrix, path: Path) -> None:
    """A row for each authority and measure, and for each data point that it lacks."""
    import csv
    import io

    from oversight_coordinator import files

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("la", "la_name", "measure", "title", "availability", "reason", "data_point"))
    for line in found.measures:
        for la in found.las:
            lacks: Sequence[tuple[str, str]] = line.lacks[la] or (("all", "none"),)
            writer.writerows(
                (la, _name(la), line.number, line.title, line.states[la], reason, point)
                for point, reason in lacks
            )
    files.write(path, text.getvalue().encode())
