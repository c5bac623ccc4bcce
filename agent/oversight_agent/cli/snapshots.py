"""`oversight-agent snapshot`: the tables that answers were computed from, kept for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from oversight_agent.cli.common import (
    HomeOption,
    JsonOption,
    person,
    say,
    say_json,
    say_table,
    settings,
    time_for_people,
)

if TYPE_CHECKING:
    from oversight_agent.config import Settings
    from oversight_agent.pipeline.descriptions import About
    from oversight_agent.pipeline.job import AskedWave
    from oversight_agent.pipeline.snapshots import Snapshot

SnapshotId = Annotated[str, typer.Argument(help="Its identifier, or as much as tells it apart.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    commands = typer.Typer(
        no_args_is_help=True, help="The tables that answers were computed from, kept for a while."
    )
    app.add_typer(commands, name="snapshot")
    commands.command("list")(show_list)
    commands.command("show")(show)
    commands.command("make")(make)
    commands.command("delete")(delete)


def show_list(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the snapshots that are kept.

    Example: oversight-agent snapshot list
    """
    from oversight_agent.pipeline.descriptions import described
    from oversight_agent.pipeline.snapshots import Shelf

    chosen = settings(home)
    rows = [_facts(chosen, *one) for one in described(Shelf(chosen.snapshots))]
    if as_json:
        say_json(rows)
    elif not rows:
        say("No snapshot is kept.")
    else:
        say_table(("SNAPSHOT", "MADE", "ROWS", "FOR", "KEPT UNTIL"), [
            (one["id"], time_for_people(one["made"]), _number(one["rows"]), _purpose(one),
             time_for_people(one["expires"]))
            for one in rows
        ])  # fmt: skip


def show(snapshot: SnapshotId, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show what a snapshot holds, and whether it is what was written.

    Exit status 1 if it was altered.

    Example: oversight-agent snapshot show 20261004T081503Z
    """
    from oversight_agent.pipeline.descriptions import describe
    from oversight_agent.pipeline.snapshots import Shelf

    chosen = settings(home)
    found = Shelf(chosen.snapshots).find(snapshot)
    facts = _details(chosen, found, describe(found))
    if as_json:
        say_json(facts)
    else:
        _say_details(facts)
    if not facts["verified"]:
        raise typer.Exit(1)


def make(
    study: Annotated[
        str | None, typer.Option(help="An offered study's name or digest, or a file.")
    ] = None,
    wave: Annotated[
        str | None, typer.Option(help="The wave of that study that is to be answered from it.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read, map and validate the sources now, and keep what can be used.

    With --study and --wave, that wave's questions are answered from it. Only what it lacks, because
    a table or field could not be used now, may come of a later snapshot.

    Example: oversight-agent snapshot make --study management-oversight-2026 --wave wave-2026-q2-q3
    """
    from oversight_agent.checks.words import counted

    chosen = settings(home)
    snapshot, about = kept_now(chosen, study, wave)
    if as_json:
        say_json(_facts(chosen, snapshot, about))
        return
    say(f"Made {snapshot.id} with {counted(about.rows, 'row', 'rows')} in"
        f" {counted(len(about.held), 'table', 'tables')}.")  # fmt: skip
    unusable = [one.table for one in about.tables if not one.usable]
    if unusable:
        say(f"Not in it, because they cannot be used: {', '.join(unusable)}. "
            "See what is wrong with them: oversight-agent check.")  # fmt: skip


def delete(
    snapshot: SnapshotId,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Delete a snapshot for good.

    What was answered from it stays answered. A wave that is not fully answered yet gets another
    snapshot at its next question, of the sources as they are then.

    Example: oversight-agent snapshot delete 20261004T081503Z
    """
    from oversight_agent.pipeline.retention import Retention
    from oversight_agent.pipeline.snapshots import Shelf
    from oversight_agent.times import now

    chosen = settings(home)
    found = Shelf(chosen.snapshots).find(snapshot)
    if not yes:
        typer.confirm(f"Delete {found.id}? It cannot be made again.", abort=True)
    Retention(chosen, now).delete(found, person())
    if as_json:
        say_json({"id": found.id, "deleted": True})
    else:
        say(f"Deleted {found.id}.")


def kept_now(
    chosen: Settings, study: str | None = None, wave: str | None = None
) -> tuple[Snapshot, About]:
    """Read the sources now and keep them, for a wave or for their own sake.

    Raises:
        InputError: the mapping, the secret or the study cannot be used; no table can; or the wave
            has a snapshot already.
        Refused: the study has no such wave.
    """
    from oversight_agent.pipeline.keeping import keep, read_now
    from oversight_agent.pipeline.recording import Recording
    from oversight_agent.pipeline.snapshots import Shelf
    from oversight_agent.service import query_limits
    from oversight_agent.times import now

    of, version = _asked(chosen, study, wave)
    secret = chosen.path("keys", "pseudonym.secret")
    read = read_now(chosen.mapping, chosen.data_folder, secret, version)
    shelf = Shelf(chosen.snapshots)
    used, about = keep(shelf, read, of, query_limits(chosen))
    Recording(chosen, now).note_snapshots(of, [used])
    return shelf.find(used.id), about


def _asked(
    chosen: Settings, study: str | None, wave: str | None
) -> tuple[AskedWave | None, str | None]:
    """The wave that is meant, and the version of the specification that its study needs."""
    from oversight_agent import studies
    from oversight_agent.pipeline.job import AskedWave
    from oversight_protocol.errors import InputError
    from oversight_protocol.study import Study

    if study is None and wave is None:
        return None, None
    if study is None or wave is None:
        raise InputError(
            "a wave is named by its study and its own name",
            expected="--study and --wave, or neither",
            advice="see 'oversight-agent study list'",
        )
    envelope = studies.find(chosen, study)
    asked = Study.parse(envelope.open("study"))
    asked.wave(wave)
    return AskedWave.of(asked, envelope.digest, wave), asked.spec_version


def _facts(chosen: Settings, snapshot: Snapshot, about: About | None) -> dict[str, Any]:
    """A snapshot in a line, for programs."""
    of = about.wave if about else None
    return {
        "id": snapshot.id,
        "made": snapshot.made.isoformat(),
        "rows": about.rows if about else None,
        "study": of.name if of else None,
        "version": of.version if of else None,
        "wave": of.wave if of else None,
        "expires": snapshot.expires(chosen.snapshot_days).isoformat(),
        "readable": about is not None,
    }


def _details(chosen: Settings, snapshot: Snapshot, about: About | None) -> dict[str, Any]:
    """All that is known of a snapshot, for programs."""
    digest = snapshot.digest()
    recorded = _recorded(chosen, snapshot)
    tables = [one.model_dump() for one in about.tables] if about else []
    return {
        **_facts(chosen, snapshot, about),
        "digest": digest,
        "verified": about is not None and snapshot.carries(digest) and recorded in (None, digest),
        "recorded": recorded is not None,
        "bytes": snapshot.path.stat().st_size,
        "specification": about.specification if about else None,
        "mapping": about.mapping if about else None,
        "agent": about.agent if about else None,
        "tables": tables,
        "problems": sum(one["problems"] for one in tables),
    }


def _recorded(chosen: Settings, snapshot: Snapshot) -> str | None:
    """The digest that the ledger says; None if it says nothing, as before the wave's answer."""
    from oversight_agent.cli.ledger import read_ledger

    made = read_ledger(chosen.home).find("snapshot-made", snapshot=snapshot.id)
    return str(made.entry.body["digest"]) if made else None


def _say_details(facts: dict[str, Any]) -> None:
    whole = "it is what was written" if facts["verified"] else "ALTERED since it was written"
    say(f"Snapshot {facts['id']}: {whole}.")
    noted = "as the ledger says" if facts["recorded"] else "of which the ledger says nothing yet"
    say(f"Digest:        {facts['digest']}, {noted}")
    say(f"Made:          {time_for_people(facts['made'])}, by agent {facts['agent'] or '?'}")
    say(f"Kept until:    {time_for_people(facts['expires'])}")
    say(f"For:           {_purpose(facts)}")
    say(f"Specification: {facts['specification'] or '?'}, mapped by a file with the digest "
        f"{(facts['mapping'] or '?')[:16]}")  # fmt: skip
    say(f"Problems:      {facts['problems']:,}\n")
    say_table(("TABLE", "ROWS", "READ", "REJECTED", "USABLE", "PROBLEMS"), [
        (one["table"], *(f"{one[name]:,}" for name in ("rows", "rows_read", "rows_rejected")),
         "yes" if one["usable"] else "no", f"{one['problems']:,}")
        for one in facts["tables"]
    ])  # fmt: skip


def _purpose(facts: dict[str, Any]) -> str:
    if facts["study"]:
        return f"{facts['study']} version {facts['version']}, {facts['wave']}"
    return "no wave" if facts["readable"] else "(its file cannot be read)"


def _number(rows: int | None) -> str:
    return "?" if rows is None else f"{rows:,}"
