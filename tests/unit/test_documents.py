"""The documents say what the software does: commands exist, links lead somewhere."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import typer.main

from oversight_agent.cli import app as agent_app
from oversight_coordinator.cli import app as coordinator_app

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/*.md")])
PROGRAMS = {
    "oversight": typer.main.get_command(coordinator_app),
    "oversight-agent": typer.main.get_command(agent_app),
}


def _commands(text: str) -> Iterator[str]:
    """Command lines in code blocks, and those that are a code span from its first word on."""
    for block in re.findall(r"^```\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            if match := re.match(
                r"(?:\.venv/bin/)?(oversight(?:-agent)? [a-z].*?)(?: {2,}#.*)?$", line
            ):
                yield match[1]
    for span in re.findall(r"`(oversight(?:-agent)? [^`]+)`", text):
        yield " ".join(span.split())


CASES = [
    pytest.param(line, id=f"{path.relative_to(ROOT)}: {line[:60]}")
    for path in DOCUMENTS
    for line in dict.fromkeys(_commands(path.read_text(encoding="utf-8")))
]


@pytest.mark.parametrize("line", CASES)
def test_a_command_in_the_documents_exists_with_its_options(line: str):
    program, *words = shlex.split(line.replace("…", "x"), comments=True)
    command: click.Command = PROGRAMS[program]
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name = words.pop(0)
        assert name in command.commands, f"'{program}' has no '{name}'"
        command = command.commands[name]
    known = {name for parameter in command.params for name in parameter.opts} | {"--help"}

    assert {word.split("=")[0] for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_link_leads_to_a_file(path: Path):
    targets = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))

    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_the_documents_do_hold_commands():
    assert len(CASES) > 40
