"""What the authority set: its policy, its mapping, and whether the sources give its tables."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from oversight_agent import local_policy, mapping
from oversight_agent.config import Settings
from oversight_agent.doctor.finding import Finding, failed, from_error, ok, warning
from oversight_agent.mapping_files import mapped_versions
from oversight_protocol.errors import InputError

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
    """That each mapping loads, and that each of its sources gives a usable table.

    There may be one for each version of the specification, as `mapping_files` says.
    """
    mapped = mapped_versions(settings.mapping)
    if not settings.mapping.exists() and not mapped:
        yield failed(
            "mapping", f"there is no {settings.mapping.name} in {settings.home}",
            f"write one, as {RUNBOOK} says",
        )  # fmt: skip
        return
    # One that names no version, or an unknown one, is read for what it says is wrong.
    for name in sorted({*mapped.values(), *([settings.mapping.name] if not mapped else [])}):
        try:
            yield from _mapping(settings, name)
        except InputError as error:
            yield from_error(_called("mapping", name, settings), error)


def _mapping(settings: Settings, name: str) -> Iterator[Finding]:
    file = settings.mapping.with_name(name)
    loaded = mapping.load(file)
    version = loaded.specification.version
    yield ok(
        _called("mapping", name, settings),
        f"{_number(len(loaded.tables), 'table', 'tables')} of the specification {version}",
    )
    yield from _sources(settings, file)


def _sources(settings: Settings, file: Path) -> Iterator[Finding]:
    from oversight_agent.pipeline.checking import check  # noqa: PLC0415 - brings in pandas

    secret = settings.path("keys", "pseudonym.secret")
    found = check(file, settings.data_folder, secret)
    for table in found.tables:
        source = _called(f"source: {table.table}", file.name, settings)
        rows = f"{table.rows_read:,} rows, {table.rows_rejected:,} rejected"
        if table.usable:
            yield ok(source, rows)
        else:
            yield failed(
                source, f"{rows}; the table cannot be used",
                "'oversight-agent check' names file, line and field",
            )  # fmt: skip


def _called(check: str, name: str, settings: Settings) -> str:
    """What a check of a mapping is called; that of `mapping.toml` has no name of its own."""
    return check if name == settings.mapping.name else f"{check} ({name})"


def _number(count: int, one: str, several: str) -> str:
    return f"{count or 'no'} {one if count == 1 else several}"
