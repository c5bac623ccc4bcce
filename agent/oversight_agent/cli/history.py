"""`oversight-agent history`: what was released, and why something new would be refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oversight_agent.cli.common import (
    HomeOption,
    JsonOption,
    say,
    say_json,
    say_table,
    time_for_people,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from oversight_agent.history import Span
    from oversight_agent.history.entries import Entry

Asked = tuple[str, "Span"]

FolderOption = Annotated[
    Path | None,
    typer.Option("--history", help="The folder of a history of its own, in place of the agent's.",
                 show_default=False),
]  # fmt: skip


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    history = typer.Typer(no_args_is_help=True, help="Everything that was released, and its use.")
    history.command("show")(show)
    history.command("verify")(verify)
    app.add_typer(history, name="history")


def show(
    table: Annotated[
        str, typer.Option("--table", help="Only this base table.", show_default=False)
    ] = "",
    period: Annotated[
        str,
        typer.Option("--period", metavar="FROM..TO", show_default=False,
                     help="With --table: what would stand in its way for these days."),
    ] = "",
    candidate: Annotated[
        Path | None,
        typer.Option("--candidate", metavar="FILE", show_default=False,
                     help="What would stand in the way of these tables of true counts."),
    ] = None,
    folder: FolderOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """List what was released; or say what of it stands in the way of something new.

    Example: oversight-agent history show --table open_children --period 2026-04-01..2026-06-30
    """
    entries, waiting = _open(folder, home)
    asked = _asked(table, period, candidate)
    if asked:
        own = candidate is not None or _is_own(table, entries)
        _say_what_stands_in_the_way(entries, asked, own=own, json=as_json)
        return
    listed = [
        _listed(entry, entries, waits=entry.number in waiting)
        for entry in entries if not table or entry.about.table == table
    ]  # fmt: skip
    if as_json:
        say_json(listed)
    elif not listed:
        say("Nothing was released yet." if not table else f"Nothing of '{table}' was released yet.")
    else:
        say_table(("TABLE", "PERIOD", "RECORDED", "FOR", "FIGURES PUBLISHED"), [
            (one["table"], one["period"], time_for_people(one["recorded"]), one["for"],
             f"{one['published']} of {one['figures']}" if one["published"] else "withheld")
            for one in listed
        ])  # fmt: skip
        _say_what_is_withheld([
            one for one in listed if one["waits"] and one["status"] == "withheld"
        ])  # fmt: skip


def verify(
    folder: FolderOption = None, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Open every entry of the history; says which was altered.

    Example: oversight-agent history verify
    """
    from oversight_agent.cli import history_place
    from oversight_agent.history import History

    path, secret = _where(folder, home)
    if history_place.has_none_yet(path):
        if as_json:
            say_json({"history": str(path), "entries": 0, "mark": "", "valid": True})
        else:
            say("Nothing was released yet: this agent has no history to verify.")
        return
    opened = History.open(path, secret, read_only=True)
    try:
        opened.store.verify()
        head = opened.head
    finally:
        opened.close()
    if as_json:
        say_json({"history": str(path), "entries": head.size, "mark": head.mark, "valid": True})
    else:
        say(f"{path}: {head.size} entries verify.")


def _open(folder: Path | None, home: Path | None) -> tuple[tuple[Entry, ...], frozenset[int]]:
    """The entries of a history, and the numbers of those that have not left."""
    from oversight_agent.cli import history_place
    from oversight_agent.history import History, against

    path, secret = _where(folder, home)
    if history_place.has_none_yet(path):
        return (), frozenset()
    opened = History.open(path, secret, read_only=True)
    try:
        ledger = history_place.ledger_beside(path.parent)
        waiting = frozenset() if ledger is None else against.waiting(opened, ledger)
        return opened.entries, waiting
    finally:
        opened.close()


def _where(folder: Path | None, home: Path | None) -> tuple[Path, bytes]:
    from oversight_agent.cli import history_place

    return history_place.find(folder, home)


def _listed(entry: Entry, entries: Sequence[Entry], *, waits: bool) -> dict[str, Any]:
    from oversight_agent.history import explaining

    about = entry.about
    tells = waits and not about.released
    return {
        "number": entry.number, "table": about.table, "period": about.span.id,
        "from": about.span.start, "to": about.span.end, "recorded": entry.recorded,
        "for": entry.ticket, "published": about.published, "figures": about.figures,
        "status": "released" if about.released else "withheld", "waits": waits,
        "reasons": list(explaining.of_withheld(entry, entries)) if tells else [],
    }  # fmt: skip


def _say_what_is_withheld(waiting: Sequence[dict[str, Any]]) -> None:
    from oversight_agent.history import explaining

    if waiting:
        say("\nNot released yet, and withheld as a whole:")
    untold = [_called(one) for one in waiting if not one["reasons"]]
    for one in waiting:
        if one["reasons"]:
            _say_list(f"{_called(one)} was held against these. Where none of them is the reason,"
                      " too few people stand behind its figures:", one["reasons"])  # fmt: skip
    if untold:
        _say_list(explaining.UNTOLD, untold)


def _say_list(heading: str, lines: Iterable[str]) -> None:
    say(heading)
    for line in lines:
        say(f"  - {line}")


def _called(one: dict[str, Any]) -> str:
    return f"'{one['table']}' for {one['period']} (ticket {one['for']})"


def _say_what_stands_in_the_way(
    entries: Sequence[Entry], asked: Sequence[Asked], *, own: bool, json: bool
) -> None:
    from oversight_agent.history import explaining

    found = {
        (name, span): explaining.reasons(
            name, span, explaining.foreseeable(name, span, entries, has_records=not own), own=own
        )
        for name, span in asked
    }
    if json:
        say_json([
            {"table": name, "period": span.id, "reasons": list(reasons)}
            for (name, span), reasons in found.items()
        ])  # fmt: skip
        return
    for (name, span), reasons in found.items():
        if not reasons:
            say(f"'{name}' for {span.label}: nothing was released of it before.")
            continue
        _say_list(f"'{name}' for {span.label} is held against these, and hidden or withheld where"
                  " it would tell of a few people:", reasons)  # fmt: skip


def _is_own(table: str, entries: Sequence[Entry]) -> bool:
    """Whether a table is one that the authority publishes itself, and nobody else asks for."""
    from oversight_agent.history import explaining

    of_it = [one for one in entries if one.about.table == table]
    return bool(of_it) and all(map(explaining.is_own, of_it))


def _asked(table: str, period: str, candidate: Path | None) -> list[Asked]:
    from oversight_protocol.errors import InputError

    if candidate is not None:
        return _of_file(candidate)
    if period and not table:
        raise InputError(
            "it is not said which table is meant",
            expected="--table with --period",
            advice="name a table as 'oversight-agent history show' lists it",
        )
    return [(table, _span(period))] if period else []


def _of_file(path: Path) -> list[Asked]:
    from oversight_agent import files
    from oversight_agent.history import Span
    from oversight_protocol.errors import InputError, Refused
    from oversight_protocol.true_counts import TrueCounts

    content = files.read(path, "the file of true counts", "name the file")
    try:
        counts = TrueCounts.parse(content)
    except Refused as refused:
        raise InputError(
            "this file holds no tables of true counts",
            where=str(path),
            found=f"something else at '{refused.place}'",
            expected="the form that 'oversight-agent protect' reads",
            advice="see docs/protect.md",
        ) from None
    return [(one.name, Span.of(one.period.period)) for one in counts.tables]


def _span(text: str) -> Span:
    from oversight_agent.history import Span
    from oversight_protocol.errors import InputError

    first, _, last = text.partition("..")
    try:
        start, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        start, end = date.max, date.min
    if end < start:
        raise InputError(
            "this is no period",
            where="--period",
            expected="its first and its last day, as 2026-04-01..2026-06-30",
        )
    return Span(id=f"{start} to {end}", label=f"{start} to {end}", start=start, end=end)
