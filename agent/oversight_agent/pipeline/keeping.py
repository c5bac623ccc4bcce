"""What answers are computed from: a wave's snapshot, or the sources as they are.

A wave's figures are of one moment. Its first question makes a snapshot of all tables that can be
used then; later questions of that wave are answered from it, as long as it is kept.

Rules kept here:

1. A base table is answered from the wave's oldest snapshot that holds all it needs: the tables that
   it reads, and in them every field without which it has no figure. What the mapping leaves out
   would be counted as missing at everybody; so a base table that lacks a field is refused. Where
   only a dimension lacks one, the table is answered and that dimension is not.
2. Another snapshot of a wave is made for one reason only: a base table needs what no snapshot of
   the wave holds, because it could not be used at that time, and what it needs can be used now. It
   answers such base tables and no others.
3. Where nothing new could be answered, no snapshot is made.
4. A snapshot is verified before it is read. One that was altered stops all answers of its wave
   until a person has dealt with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from oversight_agent import files
from oversight_agent.durability import reached
from oversight_agent.evaluate import snapshot_file
from oversight_agent.evaluate.database import Data
from oversight_agent.limits import QueryLimits
from oversight_agent.mapping import load
from oversight_agent.mapping_files import choose
from oversight_agent.pipeline.confine import writing
from oversight_agent.pipeline.descriptions import About, Described, KeptTable, of_wave
from oversight_agent.pipeline.job import AskedWave, Job, SnapshotUse, SnapshotUsed
from oversight_agent.pipeline.snapshots import Shelf
from oversight_agent.pipeline.sourcing import DATABASES, Sources, Tally, pseudonymiser, sourced
from oversight_agent.problems import Problem, problem_of
from oversight_protocol.durability import Step
from oversight_protocol.errors import InputError
from oversight_protocol.specification import CALENDAR
from oversight_protocol.study import BaseTable


@dataclass(frozen=True)
class Material:
    """What a job is answered from.

    Attributes:
        data: for each base table by name, the tables in memory or the snapshot's file.
        lacking: for each of them, the dimensions for which there is no data in it.
        problems: of the sources that were read for it.
        used: the snapshots in `data`.
    """

    data: dict[str, Data] = field(repr=False)
    lacking: dict[str, frozenset[str]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = field(default=(), repr=False)
    used: tuple[SnapshotUsed, ...] = ()


def material(job: Job) -> Material:
    """What each base table of a job is answered from.

    Raises:
        InputError: the wave's snapshot was altered, or one cannot be written.
    """
    use = job.snapshot
    if use is None:
        return _from_sources(job, job.base_tables)
    shelf = Shelf(use.folder)
    if not use.make:
        return _of_wave(job, shelf, use)
    with shelf.writing():
        return _of_wave(job, shelf, use)


def _of_wave(job: Job, shelf: Shelf, use: SnapshotUse) -> Material:
    kept = of_wave(shelf, use.wave)
    data: dict[str, Data] = {}
    lacking: dict[str, frozenset[str]] = {}
    for table in job.base_tables:
        first = next((o for o in kept if _has(table, o.about.held, o.about.filled)), None)
        if first is not None:
            data[table.name] = first.snapshot.path
            lacking[table.name] = _lacking_dimensions(table, first.about.filled)
    rest = [table for table in job.base_tables if table.name not in data]
    used = [_used(one) for one in kept if one.snapshot.path in data.values()]
    if not rest:
        return Material(data, lacking, (), tuple(used))
    more = _kept_now(job, rest, shelf, use) if use.make else _from_sources(job, rest)
    return Material(
        {**data, **more.data}, {**lacking, **more.lacking}, more.problems, (*used, *more.used)
    )


def _has(table: BaseTable, held: Collection[str], filled: Collection[str]) -> bool:
    """Whether tables and fields are all that a base table needs."""
    return set(table.reads) <= {*held, CALENDAR} and set(table.needs) <= set(filled)


def _lacking_dimensions(table: BaseTable, filled: Collection[str]) -> frozenset[str]:
    return frozenset(
        one.dimension for one in table.dimension_needs if not set(one.fields) <= set(filled)
    )


def _lacking(tables: Sequence[BaseTable], sources: Sources) -> Iterator[Problem]:
    """The fields that base tables need of tables which can be used, and that nothing fills."""
    missing: dict[str, list[str]] = {}
    for table in tables:
        for point in table.needs:
            if point not in sources.filled and point.split(".")[0] in sources.tables:
                missing.setdefault(point, []).append(table.name)
    for point, names in missing.items():
        name, field_name = point.split(".")
        want = f"a column or a constant: {', '.join(names)} cannot be answered without it"
        yield Problem(
            name, 0, field_name, "a field without a mapping", want, "add the field to the mapping"
        )


def _usable(table: BaseTable, sources: Sources) -> Data:
    """The tables for a base table; none if it lacks a field, so that it is refused."""
    return sources.tables if set(table.needs) <= sources.filled else {}


def _used(one: Described) -> SnapshotUsed:
    return SnapshotUsed(id=one.snapshot.id, digest=one.digest, rows=one.about.rows)


def _from_sources(job: Job, tables: Sequence[BaseTable]) -> Material:
    names = {name for table in tables for name in table.reads}
    return _as_it_is(_read(job, names), tables)


def _as_it_is(read: Reading, tables: Sequence[BaseTable]) -> Material:
    data = {table.name: _usable(table, read.sources) for table in tables}
    lacking = {one.name: _lacking_dimensions(one, read.sources.filled) for one in tables}
    return Material(data, lacking, (*read.sources.problems, *_lacking(tables, read.sources)))


def _kept_now(job: Job, rest: Sequence[BaseTable], shelf: Shelf, use: SnapshotUse) -> Material:
    """All tables as they are now, kept if a base table of the rest can be answered from them."""
    read = _read(job, None)
    now = _as_it_is(read, rest)
    if not any(_has(table, read.sources.tables, read.sources.filled) for table in rest):
        return now
    made = write(shelf, read, use.wave, job.limits)
    data = {name: made.snapshot.path if tables else tables for name, tables in now.data.items()}
    return Material(data, now.lacking, now.problems, (_used(made),))


@dataclass(frozen=True)
class Reading:
    """Sources as they are now, and what they were mapped by."""

    specification: str
    mapping: str
    sources: Sources


def _read(job: Job, names: Collection[str] | None) -> Reading:
    try:
        return read_now(job.mapping, job.data, job.secret, job.spec_version, names)
    except InputError as error:
        return Reading(job.spec_version, "", Sources(problems=(problem_of(error),)))


def read_now(
    mapping_file: Path, data: Path, secret: Path, spec_version: str | None = None,
    names: Collection[str] | None = None,
) -> Reading:  # fmt: skip
    """Read, map and validate the sources.

    Args:
        mapping_file: the authority's mapping, or the one beside which `mapping_files.choose` looks.
        data: the folder of the source files.
        secret: the file of the pseudonyms' secret.
        spec_version: the version that the mapping must be for; None takes any.
        names: the tables to read; None reads all that are mapped.

    Raises:
        InputError: the mapping or the secret cannot be used, or the mapping is for another version
            of the specification.
    """
    chosen = mapping_file if spec_version is None else choose(mapping_file, spec_version)
    content = files.read(chosen, "the mapping", "write it, or restore it from its backup")
    mapping = load(chosen)
    databases = mapping_file.with_name(DATABASES)
    sources = sourced(mapping, data, pseudonymiser(secret), names, databases)
    return Reading(mapping.specification.version, sha256(content).hexdigest(), sources)


def keep(
    shelf: Shelf, read: Reading, wave: AskedWave | None, limits: QueryLimits
) -> tuple[SnapshotUsed, About]:
    """Keep what a person had read: for a wave, whose answers will come from it, or for itself.

    Raises:
        InputError: no table can be used, the wave has a snapshot already, or it cannot be written.
    """
    if not read.sources.tables:
        raise InputError(
            "no table can be used, so there is nothing to keep",
            advice="see what is wrong with 'oversight-agent check'",
        )
    with shelf.writing():
        if wave is not None and (there := of_wave(shelf, wave)):
            raise InputError(
                f"wave '{wave.wave}' of {wave.name} has a snapshot already",
                where=there[0].snapshot.path.name,
                expected="one snapshot for a wave, so that its figures are of one moment",
                advice="delete that one first if nothing was answered from it",
            )
        made = write(shelf, read, wave, limits)
    return _used(made), made.about


def write(shelf: Shelf, read: Reading, wave: AskedWave | None, limits: QueryLimits) -> Described:
    """Write what was read as a snapshot; whoever calls holds the right to write.

    Raises:
        InputError: it cannot be written, or the tables do not fit into the memory that a query may
            take.
    """
    about = About(
        made=datetime.now(UTC), specification=read.specification, mapping=read.mapping,
        agent=version("oversight-agent"), wave=wave,
        tables=tuple(_kept(read.sources, tally) for tally in read.sources.tallies),
    )  # fmt: skip
    text, tables = about.model_dump_json(), read.sources.tables
    try:
        with writing():
            snapshot = shelf.write(
                about.made, lambda path: snapshot_file.write(path, tables, text, limits)
            )
            reached(Step.SNAPSHOT_MADE)
    except OSError as error:
        raise InputError(
            f"the snapshot could not be written ({error.strerror or type(error).__name__})",
            where=str(shelf.folder),
            advice="make room on this disk, and give the agent's account the right to write there",
        ) from None
    return Described(snapshot, about, snapshot.verify())


def _kept(sources: Sources, tally: Tally) -> KeptTable:
    table = sources.tables.get(tally.table)
    return KeptTable(
        table=tally.table, rows_read=tally.rows_read, rows_rejected=tally.rows_rejected,
        rows_filtered=tally.rows_filtered, rows=len(table.frame) if table else 0,
        usable=tally.usable, problems=tally.problems,
        fields=tuple(sorted(
            point.split(".")[1]
            for point in sources.filled if point.split(".")[0] == tally.table
        )),
    )  # fmt: skip
