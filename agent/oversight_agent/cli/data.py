"""`oversight-agent check` and `preview`: looking before anything is asked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oversight_agent.cli.common import HomeOption, JsonOption, say, say_json, settings

if TYPE_CHECKING:
    from oversight_agent.checks.asked import Asked
    from oversight_agent.checks.findings import Check
    from oversight_agent.config import Settings
    from oversight_protocol.envelope import Envelope
    from oversight_protocol.study import Study

StudyOption = Annotated[
    str | None,
    typer.Option("--study", help="Whose measures to look at: an offered study's name or digest, "
                 "the installed one's name, or a file; by default the accepted one, else the one "
                 "installed here."),
]  # fmt: skip
WaveOption = Annotated[
    str | None, typer.Option(help="Which of the study's waves; by default the latest begun.")
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("check")(check)
    app.command("preview")(preview)


def check(
    page: Annotated[
        Path | None, typer.Option(help="Write all that was found as a page (HTML).")
    ] = None,
    study: StudyOption = None,
    wave: WaveOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Map and validate the sources; say what is wrong, what to do, and which measures they answer.

    Exit status 1 if a table cannot be used.

    Example: oversight-agent check --page check.html
    """
    from oversight_agent import files

    chosen = settings(home)
    if page is not None:
        files.require_folder_of(page)
    found = looked(chosen, study, wave)
    if page is not None:
        _write_page(found, chosen.name, page)
    if as_json:
        say_json(found.as_json())
    else:
        from oversight_agent.checks.terminal import lines

        for line in lines(found):
            say(line)
        if page is not None:
            say(f"\nWrote {page}.")
    if not found.usable:
        raise typer.Exit(1)


def looked(chosen: Settings, study: str | None, wave: str | None) -> Check:
    """The check of this agent's data, with what is being done said to whoever waits.

    Raises:
        InputError: no mapping is for the study's version of the specification, the study has no
            such wave, or the mapping, the secret or the study cannot be used.
    """
    from oversight_agent.mapping_files import choose
    from oversight_agent.pipeline.checking import check as look

    _require_mapping(chosen)
    asked = _asked(chosen, study, wave)
    mapping = choose(chosen.mapping, asked.study.spec_version)
    secret = chosen.path("keys", "pseudonym.secret")
    return look(mapping, chosen.data_folder, secret, asked, say=_say_to_whoever_waits)


def _say_to_whoever_waits(text: str) -> None:
    if sys.stderr.isatty():
        typer.echo(text, err=True)


def _asked(chosen: Settings, study: str | None, wave: str | None) -> Asked:
    """The study that is named; else one that was accepted here; else the installed one."""
    from oversight_agent import records, times
    from oversight_agent.checks.asked import asked_of
    from oversight_agent.cli.ledger import read_ledger

    found, envelope = _meant(chosen, study)
    accepted = envelope is not None and (
        records.study_state(read_ledger(chosen.home), envelope.digest) == "accepted"
    )
    return asked_of(found, times.now().date(), wave, accepted=accepted)


def _meant(chosen: Settings, study: str | None) -> tuple[Study, Envelope | None]:
    """The study with its envelope; of several accepted ones the installed one's last version."""
    from oversight_agent.cli.ledger import read_ledger
    from oversight_agent.studies import Shelf, looked_at
    from oversight_protocol import study_package

    if study is not None:
        return looked_at(chosen, study)
    installed = study_package.installed()
    listed = Shelf(chosen).listed(read_ledger(chosen.home))
    accepted = [row for row in listed if row["state"] == "accepted"]
    if not accepted:
        return installed, None
    usual = min(
        accepted, key=lambda row: (row["name"] != installed.name, row["name"], -row["version"])
    )
    return looked_at(chosen, usual["digest"])


def _write_page(found: Check, authority: str, page: Path) -> None:
    from oversight_agent import files
    from oversight_agent.checks.page import render

    files.write(page, render(found, authority).encode(), private=True)


def _require_mapping(chosen: Settings) -> None:
    from oversight_agent.mapping_files import mapped_versions
    from oversight_protocol.errors import InputError

    if not chosen.mapping.exists() and not mapped_versions(chosen.mapping):
        raise InputError(
            f"there is no {chosen.mapping.name} in this agent's folder yet",
            where=str(chosen.home),
            expected="a file that says how this authority's columns become the specification",
            advice="write it as docs/runbooks/agent.md says, then check again",
        )


def preview(
    study: Annotated[
        str,
        typer.Argument(
            help="An offered study's name or digest, the installed one's name, or a file."
        ),
    ],
    wave: WaveOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a release would hold, without recording or sending anything.

    Example: oversight-agent preview management-oversight-2026 --wave wave-2026-q2-q3
    """
    from oversight_agent import service
    from oversight_agent.cli.releases import say_table_answer, what_markers_mean

    chosen = settings(home)
    _require_mapping(chosen)
    offered = _meant(chosen, study)[1] is not None
    answers = service.preview(chosen, study, _asked(chosen, study, wave).wave.id)
    if as_json:
        say_json([answer.model_dump(mode="json") for answer in answers])
        return
    tables = [answer.model_dump(mode="json") for answer in answers]
    for table in tables:
        say_table_answer(table)
    if not offered:
        say(
            f"\nThis is {study} as it is installed here: Kent has not offered it to this agent yet."
        )
    say(f"\nNothing was recorded or sent. {what_markers_mean(tables)}")
