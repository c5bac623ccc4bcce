"""`oversight-agent ledger`: what was asked, decided and sent, verified and shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oversight_agent.cli.common import HomeOption, JsonOption, say, say_json, say_table

if TYPE_CHECKING:
    from oversight_protocol.ledger import Records


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    ledger = typer.Typer(no_args_is_help=True, help="The tamper-evident record.")
    ledger.command("verify")(verify)
    ledger.command("show")(show)
    ledger.command("export")(export)
    app.add_typer(ledger, name="ledger")


def verify(
    directory: Annotated[
        Path | None, typer.Argument(help="The agent's folder.", show_default=False)
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Verify every entry of the ledger; names the first one that was altered.

    Example: oversight-agent ledger verify demo/agents/kent
    """
    from oversight_agent import config, keys
    from oversight_protocol.envelope import key_id

    folder = config.find_home(directory or home)
    if not _has_begun(folder):
        if as_json:
            say_json({"ledger": str(folder), "entries": 0, "root": None, "valid": True})
        else:
            say(f"{folder}: no ledger yet; it begins with the enrolment.")
        return
    book = read_ledger(folder)
    key = key_id(keys.signing_public_key(folder))
    if as_json:
        say_json(
            {
                "ledger": str(folder),
                "entries": book.head.size,
                "root": book.head.root,
                "valid": True,
            }
        )
    else:
        say(
            f"{folder}: {book.head.size} entries verify. Head {book.head.root}, signed by key "
            f"{key[:32]}."
        )


def show(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show the entries, oldest first.

    Example: oversight-agent ledger show
    """
    from oversight_agent import config

    folder = config.find_home(home)
    book = read_ledger(folder)
    if not as_json and not _has_begun(folder):
        say("No ledger yet; it begins with the enrolment.")
        return
    if as_json:
        say_json(
            [{"index": one.index, **one.entry.model_dump(mode="json")} for one in book.entries]
        )
        return
    shown = ("ticket", "study", "snapshot", "reason", "by", "approved_by")
    say_table(("ENTRY", "TIME", "KIND", "ABOUT"), [
        (one.index, f"{one.entry.time:%Y-%m-%d %H:%M:%S}", one.entry.kind,
         " ".join(f"{name}={value}" for name in shown
                  if (value := one.entry.body.get(name)) is not None))
        for one in book.entries
    ])  # fmt: skip


def export(
    out: Annotated[Path, typer.Argument(help="The file to write.")], home: HomeOption = None
) -> None:
    """Copy the verified ledger to a file, one entry per line, for a reviewer.

    Example: oversight-agent ledger export ledger-2026-11.jsonl
    """
    from oversight_agent import config, files
    from oversight_protocol.errors import InputError

    files.require_folder_of(out)
    folder = config.find_home(home)
    if not _has_begun(folder):
        raise InputError(
            "there is no ledger yet",
            where=str(folder),
            advice="it begins with the enrolment ('oversight-agent enrol')",
        )
    book = read_ledger(folder)
    files.write(out, files.read(folder / "ledger.jsonl", "the ledger", "enrol first"))
    say(f"Wrote {book.head.size} entries to {out}.")


def _has_begun(home: Path) -> bool:
    """Whether there is a ledger.

    Raises:
        InputError: there is none though there must be one: the agent has enrolled.
    """
    from oversight_agent import config
    from oversight_protocol.errors import InputError

    settings = config.load(home)
    if not settings.ledger.exists() and settings.coordinator_url:
        raise InputError(
            "the ledger is missing, though this agent has enrolled",
            where=str(settings.ledger),
            advice="stop the agent and restore it from its backup; if it is lost, tell the "
            "programme's security contact",
        )
    return settings.ledger.exists()


def read_ledger(home: Path) -> Records:
    """The ledger of a home, verified with its public key, read only.

    Raises:
        LedgerError: naming the first entry that does not verify.
    """
    from oversight_agent import config, files, keys
    from oversight_protocol.ledger import read_file

    settings = config.load(home)
    path = settings.ledger
    content = files.read(path, "the ledger", "enrol first") if path.exists() else b""
    return read_file(content, settings.origin, keys.signing_public_key(home))
