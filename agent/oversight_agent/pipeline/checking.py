"""Looking without releasing: what the sources give, and what a release would hold.

    check     maps and validates every table of the mapping
    preview   runs a study's wave as a release would, and records nothing

Both show the authority its own data's faults and figures; nothing here is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from oversight_agent import files, readers
from oversight_agent.mapping import Pseudonymiser, load, map_table
from oversight_agent.problems import Origin, Problem, problem_of
from oversight_agent.tables import SpecTable
from oversight_agent.validate import validate
from oversight_protocol.errors import InputError


@dataclass(frozen=True)
class TableCheck:
    """One table: how many rows were read and rejected, and whether it can be used."""

    table: str
    rows_read: int
    rows_rejected: int
    usable: bool


@dataclass(frozen=True)
class Check:
    """What the sources give."""

    tables: tuple[TableCheck, ...]
    problems: tuple[Problem, ...]

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "tables": [asdict(one) for one in self.tables],
            "problems": [asdict(one) for one in self.problems],
        }


def check(mapping_file: Path, data: Path, secret_file: Path) -> Check:
    """Map and validate all tables of a mapping.

    Raises:
        InputError: the mapping or the secret cannot be used.
    """
    mapping = load(mapping_file)
    secret = files.read(secret_file, "the secret of the pseudonyms", "restore it")
    pseudonyms = Pseudonymiser(secret)
    tables: dict[str, SpecTable] = {}
    origins: dict[str, Origin] = {}
    checks: list[TableCheck] = []
    problems: list[Problem] = []
    for name, table in sorted(mapping.tables.items()):
        try:
            raw = readers.read(table.source, data, table.columns)
            mapped = map_table(table, raw, pseudonyms)
        except InputError as error:
            checks.append(TableCheck(name, 0, 0, usable=False))
            problems.append(problem_of(error))
            continue
        problems.extend(mapped.problems)
        checks.append(TableCheck(
            name, mapped.rows_read, mapped.rows_rejected, usable=mapped.table is not None
        ))  # fmt: skip
        if mapped.table is not None:
            tables[name], origins[name] = mapped.table, mapped.origin
    broken = validate(tables, mapping.specification, origins)
    return Check(_without(checks, broken), (*problems, *broken))


def _without(checks: Sequence[TableCheck], broken: Sequence[Problem]) -> tuple[TableCheck, ...]:
    unusable = {problem.file for problem in broken}
    return tuple(
        TableCheck(one.table, one.rows_read, one.rows_rejected,
                   usable=one.usable and one.table not in unusable)
        for one in checks
    )  # fmt: skip
