"""Looking without releasing: what the sources give, and what they can answer.

The sources are read as an answer would read them (`sourcing`), and what comes of it is looked at by
`checks`. Nothing here is recorded or sent. `preview` (in `service`) shows a release's figures.

    1. Map and validate every table of the mapping.
    2. Count what each field and date holds.
    3. Look for what can hardly be true.
    4. Say of each measure of a study whether it can be answered, and why not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from oversight_agent import mapping as mappings
from oversight_agent.checks.asked import Asked, asked_of
from oversight_agent.checks.availability import SHARED, TableState, availability
from oversight_agent.checks.findings import Check, TableCheck
from oversight_agent.checks.grouping import Group, grouped, rejected_by_field
from oversight_agent.checks.keys import unchecked_keys
from oversight_agent.checks.plausibility import Days, Finding, Frames, implausible
from oversight_agent.checks.rules_of_people import RULES_OF_PEOPLE
from oversight_agent.checks.rules_of_rows import RULES_OF_ROWS, rules_of_constants
from oversight_agent.checks.rules_of_surveys import QUESTION, question_numbers, rules_of_surveys
from oversight_agent.checks.statistics import (
    DateCheck,
    FieldCheck,
    Filling,
    Known,
    date_checks,
    field_checks,
)
from oversight_agent.mapping import FieldMapping, TableMapping
from oversight_agent.pipeline.sourcing import (
    DATABASES,
    Sources,
    Tally,
    pseudonymiser,
    sourced,
)
from oversight_agent.sources import SourceSettings
from oversight_protocol import study_package
from oversight_protocol.coverage import Lack
from oversight_protocol.study import Study

Say = Callable[[str], None]
"""Takes a line about what is being done, for whoever waits."""


@dataclass(frozen=True)
class _Looked:
    """The mapped tables with what was counted in them.

    Attributes:
        frames: of each table without rejected rows, by name; its keys need not hold.
    """

    mapping: mappings.Mapping
    sources: Sources = field(repr=False)
    frames: Frames = field(repr=False)
    fields: Mapping[str, tuple[FieldCheck, ...]]
    dates: Mapping[str, tuple[DateCheck, ...]]


def check(
    mapping_file: Path,
    data: Path,
    secret_file: Path,
    asked: Asked | None = None,
    *,
    today: date | None = None,
    say: Say = lambda _text: None,
) -> Check:
    """Look at all tables of a mapping.

    Args:
        mapping_file: the authority's mapping.
        data: the folder of the source files.
        secret_file: the secret of the pseudonyms.
        asked: whose measures are looked at; by default the installed study's.
        today: the day of the check; by default the day that it is.
        say: is told what is being done.

    Raises:
        InputError: the mapping or the secret cannot be used.
    """
    day = today or date.today()  # noqa: DTZ011 - the authority's own calendar day
    asked = asked or asked_of(study_package.installed(), day)
    mapping = mappings.load(mapping_file)
    pseudonyms = pseudonymiser(secret_file)
    # 1.
    say(f"Reading {len(mapping.tables)} tables …")
    databases = mapping_file.with_name(DATABASES)
    sources = sourced(mapping, data, pseudonyms, databases=databases)
    # 2.
    say("Counting what the fields hold …")
    looked = _looked(mapping, sources, _known(asked.study))
    # 3.
    say("Looking for what can hardly be true …")
    findings = _implausible(looked, asked.study, day)
    # 4.
    states = {name: _state(looked, name) for name in mapping.tables}
    return Check(
        checked_on=day,
        specification=mapping.specification.version,
        case_system=mapping.case_system,
        tables=tuple(_table(looked, one) for one in sources.tallies),
        unmapped={one.name: one.title for one in mapping.specification.mapped
                  if one.name not in mapping.tables},
        problems=sources.problems,
        groups=_groups(sources),
        unchecked_keys=unchecked_keys(mapping.specification, looked.frames, mapping.tables),
        unused_codes=_unused_codes(mapping),
        fields=tuple(one for checks in looked.fields.values() for one in checks),
        dates=tuple(one for checks in looked.dates.values() for one in checks),
        findings=findings,
        asked=asked,
        measures=availability(asked.study, asked.wave, states, day),
        shared=availability(asked.study, asked.wave, states, day, SHARED),
    )  # fmt: skip


def _known(study: Study) -> Known:
    """What a study knows of fields whose codes are its own."""
    numbers = question_numbers(study)
    return {QUESTION: numbers} if numbers else {}


def _looked(mapping: mappings.Mapping, sources: Sources, known: Known) -> _Looked:
    """Counts in the specification's order of tables."""
    frames = {
        name: one.table.frame for name, one in sources.mapped.items() if one.table is not None
    }
    fields, dates = {}, {}
    for schema in mapping.specification.mapped:
        if schema.name not in sources.mapped:
            continue
        rejected = rejected_by_field(sources.mapped[schema.name].problems)
        fillings = _fillings(mapping.tables[schema.name])
        frame = frames.get(schema.name)
        fields[schema.name] = field_checks(schema, frame, fillings, rejected, known)
        if schema.name in frames:
            dates[schema.name] = date_checks(schema, frames[schema.name])
    return _Looked(mapping, sources, frames, fields, dates)


def _fillings(table: TableMapping) -> dict[str, Filling]:
    return {one.field.name: _filling(one) for one in table.fields}


def _filling(one: FieldMapping) -> Filling:
    if one.constant is not None:
        return "constant"
    return "column" if one.is_filled else "absent"


def _groups(sources: Sources) -> tuple[Group, ...]:
    """The problems by kind: of whole sources and keys first, then of each table's rows."""
    rows = [sources.mapped[one.table].problems for one in sources.tallies
            if one.table in sources.mapped]  # fmt: skip
    of_rows = frozenset(problem for problems in rows for problem in problems)
    others = [one for one in sources.problems if one not in of_rows]
    return tuple(group for problems in (others, *rows) for group in grouped(problems))


def _unused_codes(mapping: mappings.Mapping) -> dict[str, tuple[str | int, ...]]:
    return {
        f"{schema.name}.{one.field.name}": one.unused_codes
        for schema in mapping.specification.mapped
        if schema.name in mapping.tables
        for one in mapping.tables[schema.name].fields
        if one.unused_codes
    }


def _implausible(looked: _Looked, study: Study, today: date) -> tuple[Finding, ...]:
    checks = [one for fields in looked.fields.values() for one in fields]
    columns = frozenset(one.point for one in checks if one.filling == "column")
    filled = frozenset(one.point for one in checks if one.filling != "absent")
    constants = rules_of_constants(looked.mapping.specification)
    rules = (
        *RULES_OF_ROWS,
        *RULES_OF_PEOPLE,
        *rules_of_surveys(study),
        *(one for one in constants if columns.issuperset(one.fields)),
    )
    origins = {name: looked.sources.mapped[name].origin for name in looked.frames}
    return implausible(rules, looked.frames, origins, filled, Days(today, _last_quarter(today)))


def _last_quarter(today: date) -> date:
    """The last day of the latest quarter that is over."""
    first = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    return first - timedelta(days=1)


def _table(looked: _Looked, tally: Tally) -> TableCheck:
    mapping, mapped = looked.mapping.tables[tally.table], looked.sources.mapped.get(tally.table)
    return TableCheck(
        table=tally.table,
        title=mapping.table.title,
        file=_file(mapping.source),
        rows_read=tally.rows_read,
        rows_filtered=mapped.rows_filtered if mapped else 0,
        rows_rejected=tally.rows_rejected,
        usable=tally.usable,
    )


def _file(source: SourceSettings) -> str:
    """A source as the mapping names it, with its sheet or table if it has such."""
    name = ", ".join(source.names) or source.database or ""
    return f"{name} ({part})" if (part := source.sheet or source.table) else name


def _state(looked: _Looked, name: str) -> TableState:
    problem = _problem(looked, name)
    return TableState(
        problem=problem,
        rows=0 if problem else len(looked.frames[name]),
        fields={one.field: one for one in looked.fields.get(name, ())},
        dates={one.field: one for one in looked.dates.get(name, ())},
    )


def _problem(looked: _Looked, name: str) -> Lack | None:
    if name not in looked.frames:
        return "source_unusable"
    return None if name in looked.sources.tables else "keys_broken"
