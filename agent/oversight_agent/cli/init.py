"""`oversight-agent init`: make an agent's folder, and draw up its mapping."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oversight_agent.cli.common import JsonOption, say, say_json, say_table

if TYPE_CHECKING:
    from oversight_agent.config import Settings
    from oversight_agent.proposing.drafting import Draft, Drafter

_POLICY = """\
# What this authority allows. See 'oversight-agent study list' and 'oversight-agent release list'.

[studies]
# Studies that are accepted as soon as they come validly signed; others wait for a person.
accept = []

[tables]
# Base tables that are never answered, whichever study asks.
block = []

[release]
# "hold": a person approves each release. "automatic": what keeps all rules leaves by itself.
mode = "hold"

[coverage]
# true: people here may share with Kent which measures the data can answer, as codes.
share = false

[rules]
# Any rule may be tightened, none loosened below its floor.
# minimum_persons = 15
"""

_CONFIDENCE = 0.5


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("init")(init)


def init(  # noqa: PLR0913, PLR0917 (options)
    home: Annotated[Path, typer.Argument(help="The folder to make, or to go on with.")],
    la: Annotated[
        str | None, typer.Option(help="The authority's ONS code; needed for a new folder.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="The authority's name; needed for a new folder.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="The folder of the source files (else HOME/data).")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="A mapping file to copy into the folder.")
    ] = None,
    answers: Annotated[
        Path | None, typer.Option(help="Answers to the interview, in TOML or JSON.")
    ] = None,
    save_answers: Annotated[
        Path | None, typer.Option(help="Where to write the interview's answers.")
    ] = None,
    from_return: Annotated[
        list[Path] | None, typer.Option("--from", help="A statutory return to start from.")
    ] = None,
    propose: Annotated[
        bool,
        typer.Option(
            "--propose",
            help="Ask nothing: write down what is sure enough, and leave the rest open.",
        ),
    ] = False,
    confidence: Annotated[
        float, typer.Option(min=0, max=1, help="How sure a proposal must be not to be asked about.")
    ] = _CONFIDENCE,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Draw up a new mapping, and keep the old one beside it."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Make an agent's folder (settings, policy, keys) and draw up its mapping.

    The mapping says which of your files and columns become the specification's tables. It is
    proposed from names and values; in a terminal you are asked what cannot be told. Values are
    shown by their shape only, but for code lists. An agent's folder without a mapping is gone on
    with.

    Example: oversight-agent init /var/lib/oversight-agent --la E10000016 --name Kent
    """  # fmt: skip
    from oversight_agent import config
    from oversight_agent.cli.asking import Terminal, has_terminal, nobody

    _prepare(home, la, name, data, mapping, replace=replace, quiet=as_json)
    chosen = config.load(home)
    for one in from_return or ():
        _take_in(one, chosen)
    asked = has_terminal() and not (as_json or propose or answers)
    wanted = bool(answers or propose or from_return or as_json)
    if mapping is not None or not (wanted or (asked and _holds_files(chosen))):
        _say_next(has_mapping=chosen.mapping.exists())
        return
    drafter = _drafter(chosen, quiet=as_json)
    draft = drafter.draft(Terminal() if asked else nobody, answers, confidence)
    written = draft.usable and not (as_json and not (answers or propose or from_return))
    if written:
        _write(chosen.mapping, draft.text)
    if save_answers is not None:
        _save(save_answers, draft)
    if as_json:
        say_json(_as_json(draft, chosen.mapping if written else None))
    else:
        _say_draft(draft, chosen, written=written)


# -------------------------------------------------------------------- the folder


def _prepare(
    home: Path, la: str | None, name: str | None, data: Path | None, mapping: Path | None, *,
    replace: bool, quiet: bool,
) -> None:  # fmt: skip
    from oversight_protocol.errors import InputError

    if not (home / "agent.toml").exists():
        if la is None or name is None:
            raise InputError(
                "a new agent needs its authority's code and name",
                where=str(home),
                expected="--la with the ONS code, and --name",
                advice="name both; for an agent that is here already, name its own folder",
            )
        _make(home, la, name, data, mapping)
        if not quiet:
            say(f"Made the agent's folder {home}.")
        return
    if any(one is not None for one in (la, name, data, mapping)):
        raise InputError(
            "an agent is here already",
            where=str(home),
            advice="choose another folder, or leave out --la, --name, --data and --mapping to draw"
            " up this agent's mapping; nothing was changed",
        )
    if (home / "mapping.toml").exists() and not replace:
        raise InputError(
            "this agent has a mapping already",
            where=str(home / "mapping.toml"),
            advice="--replace draws up a new one and keeps this one beside it; nothing was changed",
        )


def _make(home: Path, la: str, name: str, data: Path | None, mapping: Path | None) -> None:
    from oversight_agent import config, files, keys
    from oversight_protocol.errors import InputError

    lines = [f"la = {json.dumps(la)}", f"name = {json.dumps(name, ensure_ascii=False)}"]
    if data is not None:
        lines.append(f"data = {json.dumps(str(data.resolve()), ensure_ascii=False)}")
    home.mkdir(parents=True, exist_ok=True)
    files.write(home / "agent.toml", ("\n".join(lines) + "\n").encode())
    try:
        config.load(home)
    except InputError:
        (home / "agent.toml").unlink()
        raise
    home.chmod(0o700)
    files.write(home / "policy.toml", _POLICY.encode())
    if mapping is not None:
        content = files.read(mapping, "the mapping", "name the mapping's file")
        files.write(home / "mapping.toml", content)
    (home / "data").mkdir(exist_ok=True)
    keys.make(home)


def _holds_files(chosen: Settings) -> bool:
    return any(path.is_file() for path in chosen.data_folder.rglob("*"))


def _take_in(given: Path, chosen: Settings) -> None:
    """See that a return lies in the data folder; into the agent's own it is copied."""
    from oversight_agent import files
    from oversight_protocol.errors import InputError

    folder = chosen.data_folder.resolve()
    if given.resolve().is_relative_to(folder):
        return
    content = files.read(given, "the return", "name the return's file")
    place = folder / given.name
    if folder != chosen.path("data").resolve() or place.exists():
        raise InputError(
            "the return does not lie in the data folder",
            where=str(given),
            expected=f"a file below {folder}",
            advice="copy it there, and name it there",
        )
    files.write(place, content, private=True)


# -------------------------------------------------------------------- the mapping


def _drafter(chosen: Settings, *, quiet: bool) -> Drafter:
    from oversight_agent.proposing.drafting import Drafter
    from oversight_protocol.errors import InputError

    drafter = Drafter(chosen.data_folder, (lambda _: None) if quiet else say)
    if not drafter.anything:
        unread = len(drafter.found.problems)
        raise InputError(
            "the data folder holds nothing that a mapping could be made of",
            where=str(chosen.data_folder),
            found=f"{unread} files that cannot be read" if unread else "no files",
            expected="exports as text, workbooks or databases, or statutory returns",
            advice="put the exports there, then give the command again without --la and --name",
        )
    return drafter


def _write(place: Path, text: str) -> None:
    """Write the mapping; an old one is kept as `mapping.toml.1` and so on."""
    from oversight_agent import files
    from oversight_protocol.errors import InputError

    if place.is_symlink():
        raise InputError(
            "the mapping is a link, and the file that it leads to is not the agent's to write",
            where=str(place),
            advice="remove the link, give the command again, and put the new file where it led",
        )
    if place.exists():
        number = 1
        while (kept := place.with_name(f"{place.name}.{number}")).exists():
            number += 1
        place.rename(kept)
        say(f"Kept the old mapping as {kept}.")
    files.write(place, text.encode())


def _save(place: Path, draft: Draft) -> None:
    from oversight_agent import files
    from oversight_agent.proposing.answers import answers_text

    files.write(place, answers_text(draft.answered, place).encode())


def _as_json(draft: Draft, written: Path | None) -> dict[str, Any]:
    from oversight_agent.proposing.showing import as_data

    return {**as_data(draft.found, draft.proposal), "open": draft.open,
            "mapping": str(written) if written else None}  # fmt: skip


def _say_draft(draft: Draft, chosen: Settings, *, written: bool) -> None:
    say("")
    say_table(("TABLE", "SOURCE", "SURE", "FIELDS", "OPEN"), _rows(draft))
    for problem in draft.found.problems:
        say(f"Not read: {problem.file} ({problem.found}).")
    if not written:
        say("\nNo table can be used yet, so no mapping was written.")
        say("Answer the questions in a terminal, or in a file (--answers).")
        return
    say(f"\nWrote {chosen.mapping}.")
    if draft.open:
        say(f"{draft.open} places in it wait for a person: look for '# open:'.")
    _say_next(has_mapping=True)


def _rows(draft: Draft) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = [
        (name, f"return {kind}", "", "", "")
        for name, kind in draft.proposal.by_return.items()
        if name not in {one.proposal.table.name for one in draft.decision.tables}
    ]
    for one in draft.decision.tables:
        filled = sum(each.filled for each in one.proposal.fields)
        rows.append((
            one.proposal.table.name, one.proposal.source.name, f"{one.proposal.confidence:.0%}",
            f"{filled} of {len(one.proposal.fields)}", len(one.open) or "",
        ))  # fmt: skip
    return rows


def _say_next(*, has_mapping: bool) -> None:
    say("Next:")
    if not has_mapping:
        say("  put your exports into the data folder, then 'oversight-agent init' with this folder")
        say("                           draws up mapping.toml: how your columns become the")
        say("                           specification (or write it yourself)")
    say("  oversight-agent check    whether your sources give its tables")
    say("  policy.toml              read what may leave, and change it")
    say("  oversight-agent enrol    join the programme with Kent's invitation")
