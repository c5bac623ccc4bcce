"""What the authority set: its policy, its mapping, and whether the sources give its tables."""

from __future__ import annotations

import os
from collections.abc import Iterator

from oversight_agent import local_policy, mapping
from oversight_agent.config import Settings
from oversight_agent.doctor.finding import Finding, failed, ok, warning

_OTHERS_WRITE = 0o022
RUNBOOK = "docs/runbooks/agent.md"


def check_policy(settings: Settings) -> Iterator[Finding]:
    """That the policy can be read, and what it says in short."""
    policy = local_policy.load(settings.policy)
    if not settings.policy.exists():
        yield warning(
            "policy", f"{settings.policy} is missing: no study is accepted by itself, every "
            "release is held", f"write it, as {RUNBOOK} says",
        )  # fmt: skip
        return
    if os.name != "nt" and settings.policy.stat().st_mode & _OTHERS_WRITE:
        yield warning(
            "policy", f"other accounts may write {settings.policy}",
            f"chmod go-w {settings.policy}",
        )  # fmt: skip
    held = policy.release.mode == "hold"
    yield ok("policy", "; ".join((
        "a person approves each release" if held else "what keeps all rules leaves by itself",
        f"{_number(len(policy.studies.accept), 'study', 'studies')} accepted by name",
        f"{_number(len(policy.tables.block), 'table', 'tables')} blocked",
    )))  # fmt: skip


def check_mapping(settings: Settings) -> Iterator[Finding]:
    """That the mapping loads, and that each of its sources gives a usable table."""
    if not settings.mapping.exists():
        yield failed(
            "mapping", f"there is no {settings.mapping.name} in {settings.home}",
            f"write one, as {RUNBOOK} says",
        )  # fmt: skip
        return
    tables = mapping.load(settings.mapping).tables
    yield ok("mapping", f"{_number(len(tables), 'table', 'tables')} of the specification")
    yield from _sources(settings)


def _sources(settings: Settings) -> Iterator[Finding]:
    from oversight_agent.pipeline.checking import check  # noqa: PLC0415 - brings in pandas

    secret = settings.path("keys", "pseudonym.secret")
    found = check(settings.mapping, settings.data_folder, secret)
    for table in found.tables:
        rows = f"{table.rows_read:,} rows, {table.rows_rejected:,} rejected"
        if table.usable:
            yield ok(f"source: {table.table}", rows)
        else:
            yield failed(
                f"source: {table.table}", f"{rows}; the table cannot be used",
                "'oversight-agent check' names file, line and field",
            )  # fmt: skip


def _number(count: int, one: str, several: str) -> str:
    return f"{count or 'no'} {one if count == 1 else several}"
