"""`oversight-agent protect`: an authority's own tables, protected as releases are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oversight_agent.cli.common import JsonOption, say, say_json, say_table

if TYPE_CHECKING:
    from oversight_agent.disclosure.report import TableReport
    from oversight_agent.pipeline.protecting import OwnTables
    from oversight_protocol.policy import Rules
    from oversight_protocol.true_counts import ProtectedFigure, ProtectedTable


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("protect")(protect)


def protect(
    file: Annotated[Path, typer.Argument(help="The file of true counts (JSON).")],
    policy: Annotated[
        Path | None, typer.Option(help="A policy.toml whose rules are kept as well.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Protect tables of true counts by the rules and stages that releases go through.

    Prints what may be published, between what and what anybody can tell each hidden figure to be,
    and what each rule did, which is for the authority alone. Nothing leaves and nothing is
    recorded.

    Example: oversight-agent protect counts.json --json
    """
    from oversight_agent.pipeline.protecting import protect_own

    done = protect_own(file, _rules(policy))
    if as_json:
        say_json(_as_json(done))
        return
    for table, report in zip(done.tables.tables, done.reports, strict=True):
        _say_table(table)
        _say_report(report)
    say("\nCounts are rounded. [c] is confidential: suppressed to protect people; beside it stands"
        " between what\nand what anybody can tell the figure to be.")  # fmt: skip


def _rules(policy: Path | None) -> Rules:
    from oversight_agent import local_policy
    from oversight_protocol.errors import InputError
    from oversight_protocol.policy import Rules

    if policy is None:
        return Rules()
    if not policy.is_file():
        raise InputError(
            "there is no such policy", where=str(policy), advice="name a policy.toml, or none"
        )
    return local_policy.load(policy).rules


def _as_json(done: OwnTables) -> dict[str, Any]:
    reports = [one.model_dump(mode="json") for one in done.reports]
    return {**done.tables.model_dump(mode="json"), "report": reports}


def _say_table(table: ProtectedTable) -> None:
    say(f"\n{table.name}, {table.period.id}: {table.status}")
    if table.status == "withheld":
        return
    rows: dict[str, dict[str, ProtectedFigure]] = {}
    for one in table.figures:
        row = ", ".join(f"{name} {code}" for name, code in one.at.items()) or "whole authority"
        rows.setdefault(row, {})[one.outcome] = one
    outcomes = list(next(iter(rows.values())))
    say_table(
        ("", *outcomes[1:], outcomes[0]),
        [
            (row, *(_shown(line[outcome]) for outcome in (*outcomes[1:], outcomes[0])))
            for row, line in rows.items()
        ],
    )


def _shown(one: ProtectedFigure) -> str:
    if one.value is not None:
        return f"{one.value:,}"
    low, high = one.interval
    return f"{one.marker} {low:,}–{high:,}" if high is not None else f"{one.marker} {low:,} or more"


def _say_report(report: TableReport) -> None:
    say(f"{report.published:,} of {report.figures:,} figures may be published. For you alone:")
    for rule in report.rules:
        if rule.hidden:
            number = "" if rule.number is None else f" ({rule.number})"
            say(f"  {len(rule.hidden):>5,}  {rule.rule}{number}: {rule.sentence}")
