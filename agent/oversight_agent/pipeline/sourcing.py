"""The one way from an authority's sources to tables of the specification.

    1. Read and map each source.
    2. Rank the workers' pseudonyms over all tables.
    3. Validate keys between rows and tables.

Whoever needs tables comes here: an answer, a snapshot, a check. `sourced` never fails for a source:
what is wrong with one is a problem in its result. What it gives for each table:

- `mapped[name]`: what the mapping made of it (rows read and rejected, problems, origin); absent if
  the source could not be read or has no mapping;
- `tables[name]`: the table, if it can be used: no row rejected, all keys hold;
- `tallies`: both in numbers, one for each table that was asked for, by name.

Rules kept here:

1. A table with a rejected row or a broken key is left out: its figures would be wrong. The others
   are not touched by it.
2. A table that nothing can map (the calendar, what the agent writes itself) is passed over.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from oversight_agent import files, readers
from oversight_agent.mapping import (
    OWN,
    Mapped,
    Mapping,
    Pseudonymiser,
    TableMapping,
    map_table,
    rank_workers,
)
from oversight_agent.problems import Origin, Problem, problem_of
from oversight_agent.tables import SpecTable
from oversight_agent.validate import validate
from oversight_protocol.errors import InputError
from oversight_protocol.specification import CALENDAR

DATABASES = "databases.toml"
"""The file beside the mapping that says how databases are reached."""


@dataclass(frozen=True)
class Tally:
    """A table in numbers.

    Attributes:
        rows_read: rows of the table's own source; 0 if it could not be read.
        rows_rejected: those that have a problem of their own.
        rows_filtered: those that the mapping's conditions left out.
        usable: whether questions and snapshots may use the table.
        problems: how many are listed of it.
    """

    table: str
    rows_read: int
    rows_rejected: int
    usable: bool
    problems: int = 0
    rows_filtered: int = 0

    @property
    def rows_mapped(self) -> int:
        """Rows that were taken and have no problem of their own."""
        return self.rows_read - self.rows_filtered - self.rows_rejected


@dataclass(frozen=True)
class Sources:
    """What an authority's sources give.

    Attributes:
        tables: those that can be used, by the specification's name.
        mapped: what the mapping made of each source that could be read.
        problems: of sources, rows and keys, in the order in which they were found.
        tallies: one for each table that was asked for, by name.
        filled: the fields that the mapping fills of them, as `table.field`.
    """

    tables: dict[str, SpecTable] = field(default_factory=dict, repr=False)
    mapped: dict[str, Mapped] = field(default_factory=dict, repr=False)
    problems: tuple[Problem, ...] = field(default=(), repr=False)
    tallies: tuple[Tally, ...] = ()
    filled: frozenset[str] = frozenset()

    @property
    def origins(self) -> dict[str, Origin]:
        """Where the rows of the usable tables stand."""
        return {name: self.mapped[name].origin for name in self.tables}


def pseudonymiser(secret: Path) -> Pseudonymiser:
    """The pseudonyms under the secret in a file.

    Raises:
        InputError: the secret is missing or too short.
    """
    advice = "restore it from its backup"
    return Pseudonymiser(files.read(secret, "the secret of the pseudonyms", advice))


def sourced(
    mapping: Mapping,
    data: Path,
    pseudonyms: Pseudonymiser,
    names: Collection[str] | None = None,
    databases: Path | None = None,
) -> Sources:
    """Read, map and validate sources.

    Args:
        mapping: the authority's.
        data: the folder of the source files.
        pseudonyms: fresh ones, which nothing was read with before.
        names: the tables to read, by the specification's names; those without a mapping become
            problems. None reads all that are mapped.
        databases: the file that says how databases are reached.
    """
    asked = sorted(mapping.tables if names is None else _fillable(mapping, names))
    # 1. Sources.
    outcomes = {
        name: _outcome(name, mapping.tables.get(name), data, pseudonyms, databases)
        for name in asked
    }
    mapped = {name: one for name, one in outcomes.items() if isinstance(one, Mapped)}
    # 2. Ranks.
    whole = {name: one.table for name, one in mapped.items() if one.table is not None}
    tables = rank_workers(whole, mapping.specification, pseudonyms)
    # 3. Keys.
    origins = {name: mapped[name].origin for name in tables}
    broken = validate(tables, mapping.specification, origins)
    unusable = {problem.file for problem in broken}
    usable = {name: table for name, table in tables.items() if name not in unusable}
    of_rows = (problem for one in outcomes.values() for problem in _problems(one))
    tallies = tuple(_tally(name, one, broken, usable) for name, one in outcomes.items())
    return Sources(usable, mapped, (*of_rows, *broken), tallies, filled(mapping, asked))


def filled(mapping: Mapping, names: Collection[str]) -> frozenset[str]:
    """The fields of these tables that the mapping fills, as `table.field`."""
    return frozenset(
        f"{name}.{one.field.name}"
        for name in names
        if name in mapping.tables
        for one in mapping.tables[name].fields
        if one.is_filled
    )


def _fillable(mapping: Mapping, names: Collection[str]) -> frozenset[str]:
    """These tables without those that no mapping fills."""
    own = {table.name for table in mapping.specification.resources if table.made_by == "agent"}
    return frozenset(names) - own - {CALENDAR}


def _outcome(
    name: str, mapping: TableMapping | None, data: Path, pseudonyms: Pseudonymiser,
    databases: Path | None,
) -> Mapped | Problem:  # fmt: skip
    if mapping is None:
        advice = "add the table to the mapping"
        return Problem(name, 0, "", "a table without a mapping", "one", advice)
    try:
        raws = {
            one.alias: readers.read(one.settings, data, one.columns, databases=databases)
            for one in mapping.sources
        }
        return map_table(mapping, raws.pop(OWN), pseudonyms, raws)
    except InputError as error:
        return problem_of(error)


def _problems(outcome: Mapped | Problem) -> tuple[Problem, ...]:
    return outcome.problems if isinstance(outcome, Mapped) else (outcome,)


def _tally(
    name: str, outcome: Mapped | Problem, broken: Sequence[Problem], usable: Collection[str]
) -> Tally:
    problems = len(_problems(outcome)) + sum(problem.file == name for problem in broken)
    if isinstance(outcome, Problem):
        return Tally(name, 0, 0, usable=False, problems=problems)
    return Tally(
        name, outcome.rows_read, outcome.rows_rejected, name in usable, problems,
        outcome.rows_filtered,
    )  # fmt: skip
