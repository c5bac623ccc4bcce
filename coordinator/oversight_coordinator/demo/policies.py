"""What an administrator would write into an agent's folder: its policy, and how often it asks."""

from __future__ import annotations

from pathlib import Path

from oversight_coordinator.demo import incidents

_AGENT_SETTINGS = """\
poll_fast_seconds = 2.5
poll_idle_seconds = 3.0
poll_fast_for_seconds = 30
backoff_most_seconds = 3.0
tick_seconds = 1.0
query_threads = 1
"""
"""Nineteen agents share this machine with all that they ask: each asks seldom, on one processor."""

_POLICY = """\
[studies]
accept = ["{study}"]

[tables]
block = [{block}]

[release]
mode = "{mode}"

[coverage]
share = true
"""


def settle(home: Path, study: str, kind: str) -> None:
    """Write both.

    Args:
        home: the agent's folder.
        study: the study that it accepts.
        kind: of the incident that is staged with this agent, if any.
    """
    policy = _POLICY.format(
        study=study,
        block=f'"{incidents.BLOCKED_TABLE}"' if kind == "blocks" else "",
        mode="hold" if kind == "holds" else "automatic",
    )
    (home / "policy.toml").write_text(policy, encoding="utf-8")
    with (home / "agent.toml").open("a", encoding="utf-8") as file:
        file.write(_AGENT_SETTINGS)
