"""The durable steps as the table that stands in the documentation.

Run as a program it writes the table into the document: `python tests/support/step_table.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from oversight_protocol.durability import STEPS, Step, StepFacts

DOCUMENT = Path(__file__).parents[2] / "docs" / "durability.md"
_START, _END = "<!-- steps -->\n", "<!-- /steps -->"


def step_table(steps: Mapping[Step, StepFacts]) -> str:
    """A Markdown table: step, process, where it is kept, what follows a restart."""
    rows = [
        f"| `{step}` | {facts.process} | {facts.kept_in} | {facts.after_restart} |\n"
        for step, facts in steps.items()
    ]
    return "".join(
        ["| Step | Process | Kept in | After a restart |\n", "|---|---|---|---|\n", *rows]
    )


def documented_table(document: str) -> str:
    """What stands between the markers.

    Raises:
        ValueError: a marker is missing.
    """
    return document[document.index(_START) + len(_START) : document.index(_END)]


def with_table(document: str, table: str) -> str:
    """The document with this table between its markers.

    Raises:
        ValueError: a marker is missing.
    """
    before = document[: document.index(_START) + len(_START)]
    return before + table + document[document.index(_END) :]


if __name__ == "__main__":
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(with_table(text, step_table(STEPS)), encoding="utf-8")
