"""`oversight-agent protect`: an authority's own tables, protected as releases are."""

from __future__ import annotations

from functools import partial, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oversight_agent.cli.common import JsonOption, say, say_json, say_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from oversight_agent.history import History
    from oversight_protocol.policy import Rules
    from oversight_protocol.protected_tables import (
        HiddenPlace,
        ProtectedFigure,
        ProtectedTable,
        ProtectedTables,
        ReportTold,
    )

ATTEMPTS = 5
"""How often tables are protected anew because something else was recorded meanwhile."""

_LONG = "docs/protect.md says how long that takes, and what to do with large tables"
"""What is said once to whoever waits."""

_NAMED = 6
"""Hidden figures that are named of a rule; of more, how many there are."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("protect")(protect)


def protect(
    file: Annotated[Path, typer.Argument(help="The file of true counts (JSON).")],
    policy: Annotated[
        Path | None, typer.Option(help="A policy.toml: of its rules and the file's, the stricter.")
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--history", help="The folder of a history: protect beside what it holds."),
    ] = None,
    record: Annotated[
        bool,
        typer.Option("--record", help="Keep the tables in the history, as you will publish them."),
    ] = False,
    home: Annotated[
        Path | None,
        typer.Option(
            "--home",
            help="In place of --history, the agent's folder: protect beside what"
            " the agent released, and by its policy.toml as well.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Protect tables of true counts by the rules and stages that releases go through.

    Prints what may be published, between what and what anybody can tell each hidden figure to be,
    and what each rule did, which is for the authority alone. Nothing leaves. Nothing is recorded
    but with --record.

    Example: oversight-agent protect counts.json --history published --record --json
    """
    from oversight_agent.cli import history_place

    _require_one_history(folder, home)
    beside = history_place.policy_beside(folder or home)
    policies = [path for path in (policy, beside) if path is not None]
    rules = _rules(policies)
    history = history_place.open_for(folder, home, begin=record)
    try:
        done = _protected(file, rules, history, record=record)
        if history is not None and record:
            history_place.note(history, folder, home)
    finally:
        if history is not None:
            history.close()
    if as_json:
        say_json(done.model_dump(mode="json"))
        return
    for table, report in zip(done.tables, done.report, strict=True):
        _say_table(table)
        _say_report(report)
    say("\nCounts are rounded. [c] is confidential: suppressed to protect people; beside it stands"
        " between what\nand what anybody can tell the figure to be.")  # fmt: skip
    if any(report.marked for report in done.report):
        say("[low] is confidential too, and below the number that the rules name; of [high], the"
            " rest of its row is.")  # fmt: skip
    if policies:
        say(f"The rules are the stricter of the file's and of {' and '.join(map(str, policies))}.")
    if done.recorded:
        say("The tables are recorded. Publish exactly these figures, or none.")


def _protected(
    file: Path, rules: Rules | None, history: History | None, *, record: bool
) -> ProtectedTables:
    from oversight_agent.cli.progress import Progress
    from oversight_agent.history import HistoryMovedError
    from oversight_agent.pipeline.protecting import protect_own

    with Progress(_LONG) as progress:
        attempt = partial(
            protect_own, file, rules, history, record=record, tell=progress.step, note=_note
        )
        for _ in range(ATTEMPTS - 1):
            try:
                return attempt()
            except HistoryMovedError:
                continue
        return attempt()


def _note(text: str) -> None:
    typer.echo(f"oversight-agent: note: {text}", err=True)


def _require_one_history(folder: Path | None, home: Path | None) -> None:
    """Check that it is clear which history is meant.

    Raises:
        InputError: two are named.
    """
    from oversight_protocol.errors import InputError

    if folder is not None and home is not None:
        raise InputError(
            "two histories are named, and tables are protected beside one",
            where="--history, --home", found=f"{folder} and {home}",
            expected="one of the two options",
            advice="leave --home out to use the history in that folder (the agent's rules still"
            " hold with '--policy', naming its policy.toml); leave --history out to use the"
            " agent's",
        )  # fmt: skip


def _rules(policies: Sequence[Path]) -> Rules | None:
    """The authority's own rules: of several policies the stricter of each."""
    from oversight_agent import local_policy
    from oversight_protocol.errors import InputError

    for path in policies:
        if not path.is_file():
            raise InputError(
                "there is no such policy", where=str(path), advice="name a policy.toml, or none"
            )
    found: list[Rules] = [local_policy.load(path).rules for path in policies]
    return reduce(lambda one, other: one.tighten(other), found) if found else None


def _say_table(table: ProtectedTable) -> None:
    before = ", as it was recorded before" if table.recorded_before else ""
    say(f"\n{table.name}, {table.period.id}: {table.status}{before}")
    if table.status == "withheld":
        return
    rows: dict[str, dict[str, ProtectedFigure]] = {}
    for one in table.figures:
        row = ", ".join(f"{name} {code}" for name, code in one.at.items()) or "whole authority"
        rows.setdefault(row, {})[one.outcome] = one
    outcomes = list(dict.fromkeys(outcome for line in rows.values() for outcome in line))
    say_table(
        ("", *outcomes[1:], outcomes[0]),
        [
            (row, *(_shown(line.get(outcome)) for outcome in (*outcomes[1:], outcomes[0])))
            for row, line in rows.items()
        ],
    )


def _shown(one: ProtectedFigure | None) -> str:
    """A figure; nothing for outcomes together that a row does not show together."""
    if one is None:
        return ""
    if one.value is not None:
        return f"{one.value:,}"
    low, high = one.interval
    return f"{one.marker} {low:,}–{high:,}" if high is not None else f"{one.marker} {low:,} or more"


def _say_report(report: ReportTold) -> None:
    why = [*_rules_told(report), *(f"         {reason}" for reason in report.history)]
    alone = " For you alone:" if why else ""
    say(f"{report.published:,} of {report.figures:,} figures may be published.{alone}")
    for line in why:
        say(line)


def _rules_told(report: ReportTold) -> Iterator[str]:
    """What each rule hid, for rules that hid anything."""
    for rule in report.rules:
        if rule.hidden:
            number = "" if rule.number is None else f" ({rule.number})"
            yield f"  {len(rule.hidden):>5,}  {rule.rule}{number}: {rule.sentence}"
            yield f"         {_named(rule.hidden)}"


def _named(hidden: tuple[HiddenPlace, ...]) -> str:
    names = [
        f"{one.dimension} {one.category}: {one.outcome}"
        if one.dimension else f"whole authority: {one.outcome}"
        for one in hidden[:_NAMED]
    ]  # fmt: skip
    more = len(hidden) - len(names)
    return "; ".join(names) + (f"; and {more:,} more" if more else "")
