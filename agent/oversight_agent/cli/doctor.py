"""`oversight-agent doctor`: looks at everything and says what to do."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict

import typer

from oversight_agent.cli.common import HomeOption, JsonOption, say, say_json

_MARKS = {"ok": "ok     ", "warning": "WARNING", "failed": "FAILED "}


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Look at everything that the agent needs, and say of each thing how it is and what to do.

    Nothing is changed or recorded. Exit status 1 if something failed; warnings alone are 0.

    Example: oversight-agent doctor
    """
    from oversight_agent import config, logs
    from oversight_agent.cli.ledger import read_ledger
    from oversight_agent.doctor import State, examine
    from oversight_agent.times import now

    logs.to_stream(logs.WARNING)
    counted: Counter[str] = Counter()
    findings = []
    for one in examine(config.find_home(home), now(), read_ledger):
        counted[one.state] += 1
        findings.append(asdict(one))
        if not as_json:
            say(f"{_MARKS[one.state]}  {one.check:<24} {one.found}")
            if one.advice:
                say(f"{'':34}What to do: {one.advice}.")
    if as_json:
        say_json({"checks": findings, **{state: counted[state] for state in State}})
    else:
        warnings = "1 warning" if counted["warning"] == 1 else f"{counted['warning']} warnings"
        say(f"\n{counted['ok']} ok, {warnings}, {counted['failed']} failed.")
    if counted["failed"]:
        raise typer.Exit(1)
