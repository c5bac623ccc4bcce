"""`oversight study measures`, `survey`, `themes`: what a study measures, and its instruments."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oversight_coordinator.cli.common import HomeOption, JsonOption, say, say_json, say_table

if TYPE_CHECKING:
    from oversight_protocol.study import Measure, Study

StudyArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[STUDY]", help="A study's file, name or digest; else the first study as installed."
    ),
]
Out = Annotated[Path, typer.Option(help="The file to write.")]
Replace = Annotated[
    bool, typer.Option("--replace", help="Write over a file of that name, in which people worked.")
]


def add_to(study: typer.Typer) -> None:
    """Add the commands."""
    study.command("measures")(measures)
    study.command("survey")(survey)
    study.command("themes")(themes)


def measures(
    study: StudyArgument = None,
    measure: Annotated[
        str | None, typer.Option(help="Only the measure of this number and its parts, in full.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what a study measures: definition, numerator, denominator, and the fields it needs.

    Example: oversight study measures --measure 11
    """
    from oversight_coordinator.instruments import measure_text
    from oversight_protocol.errors import InputError

    chosen = _study(study, home)
    found = [
        one
        for one in chosen.measures
        if measure in (None, one.number, one.number.rstrip("abcdefgh"))
    ]
    if not found:
        raise InputError(
            f"the study has no measure {measure}",
            expected="one of " + ", ".join(one.number for one in chosen.measures),
            advice="list them with 'oversight study measures'",
        )
    if as_json:
        say_json([measure_text.plain(chosen, one) for one in found])
    elif measure:
        say("\n\n".join(measure_text.in_full(chosen, one) for one in found))
    else:
        _say_all(found)


def survey(
    out: Out,
    study: StudyArgument = None,
    replace: Replace = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the survey of staff as a workbook from which a form is made.

    Example: oversight study survey --out survey.xlsx
    """
    from oversight_coordinator import files, instruments

    chosen = _study(study, home)
    if chosen.survey is None:
        raise _without("a survey", chosen)
    _require_suffix(out, ".xlsx")
    _require_free(out, replace=replace)
    role = _specification(chosen).table("survey_response")
    field = role.field("role") if role else None
    if field is None:
        raise _without("a field for the role of who answers", chosen)
    files.write(out, instruments.survey_workbook(chosen, chosen.survey, field))
    questions = len(chosen.survey.questions)
    _wrote(out, as_json, questions=questions, text=f"{questions} questions. Its first sheet says "
           "what to do.")  # fmt: skip


def themes(
    out: Out,
    study: StudyArgument = None,
    replace: Replace = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the code frame of the focus groups: as a workbook to code in, or as .csv.

    Example: oversight study themes --out themes.xlsx
    """
    from oversight_coordinator import files, instruments

    chosen = _study(study, home)
    table = _specification(chosen).table("theme")
    if not chosen.themes or table is None:
        raise _without("themes", chosen)
    _require_suffix(out, ".xlsx", ".csv")
    _require_free(out, replace=replace)
    if out.suffix == ".csv":
        content = instruments.themes_csv(chosen)
    else:
        content = instruments.themes_workbook(chosen, table)
    files.write(out, content)
    number = len(chosen.themes)
    _wrote(out, as_json, themes=number, text=f"{number} themes.")


def _study(study: str | None, home: Path | None) -> Study:
    from oversight_coordinator.cli.studies import find_study
    from oversight_protocol import study_package
    from oversight_protocol.study import Study

    if study is None:
        return study_package.installed()
    return Study.parse(find_study(study, home).open("study"))


def _specification(study: Study) -> Any:
    from oversight_protocol import specification

    return specification.load(study.spec_version)


def _say_all(found: list[Measure]) -> None:
    rows = [(one.number, one.title, one.unit, one.table) for one in found]
    say_table(("NUMBER", "MEASURE", "UNIT", "BASE TABLE"), rows)
    say(f"\nNext: oversight study measures --measure {found[0].number}")


def _require_free(out: Path, *, replace: bool) -> None:
    from oversight_coordinator import files
    from oversight_protocol.errors import InputError

    files.require_folder_of(out)
    if out.exists() and not replace:
        raise InputError(
            "there is a file of this name already",
            where=str(out),
            expected="a new name: people write into these files",
            advice="name another, or give --replace to write over it",
        )


def _require_suffix(out: Path, *suffixes: str) -> None:
    from oversight_protocol.errors import InputError

    if out.suffix not in suffixes:
        raise InputError(
            "this kind of file cannot be written",
            where=str(out),
            expected="a name that ends in " + " or ".join(suffixes),
        )


def _without(what: str, study: Study) -> Exception:
    from oversight_protocol.errors import InputError

    return InputError(f"the study '{study.name}' has not got {what}", advice="name another study")


def _wrote(out: Path, as_json: bool, *, text: str, **numbers: int) -> None:
    if as_json:
        say_json({"file": str(out), **numbers})
    else:
        say(f"Wrote {out}: {text}")
