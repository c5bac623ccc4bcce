"""All that a check found out, in one piece: what the page, the terminal and programs show.

Rule kept here: counts, shapes, places and dates of whole columns only (`checks`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from oversight_agent.checks.asked import Asked
from oversight_agent.checks.availability import MeasureCheck
from oversight_agent.checks.grouping import Group
from oversight_agent.checks.keys import UncheckedKey
from oversight_agent.checks.plausibility import Finding
from oversight_agent.checks.statistics import DateCheck, FieldCheck
from oversight_agent.problems import Problem


@dataclass(frozen=True)
class TableCheck:
    """One table.

    Attributes:
        file: its source as the mapping names it.
        rows_read: rows of the source that the mapping took; 0 if it could not be read.
        rows_filtered: rows that the mapping's filters left out.
        rows_rejected: rows with a problem of their own.
        usable: whether questions may use it.
    """

    table: str
    title: str
    file: str
    rows_read: int
    rows_filtered: int
    rows_rejected: int
    usable: bool

    @property
    def rows_mapped(self) -> int:
        """Rows without a problem of their own."""
        return self.rows_read - self.rows_rejected


@dataclass(frozen=True)
class Check:
    """What the sources give.

    Attributes:
        checked_on: the day of the check.
        unmapped: tables of the specification that the mapping leaves out, by name with their title.
        problems: as the mapping listed them one by one; `groups` tells of all, by kind.
        unchecked_keys: keys that nobody could look at yet.
        unused_codes: codes of the specification that no value of the source can become as the
            mapping has it, by "table.field".
        measures: of the study `asked`; none if there is no study to look at.
        shared: the same as others may be told: nothing in it depends on a small count.
    """

    checked_on: date
    specification: str
    case_system: str | None
    tables: tuple[TableCheck, ...]
    unmapped: Mapping[str, str]
    problems: tuple[Problem, ...] = field(repr=False)
    groups: tuple[Group, ...]
    unchecked_keys: tuple[UncheckedKey, ...]
    unused_codes: Mapping[str, tuple[str | int, ...]]
    fields: tuple[FieldCheck, ...]
    dates: tuple[DateCheck, ...]
    findings: tuple[Finding, ...]
    asked: Asked
    measures: tuple[MeasureCheck, ...]
    shared: tuple[MeasureCheck, ...]

    @property
    def usable(self) -> bool:
        """Whether every table that the mapping fills can be used."""
        return all(one.usable for one in self.tables)

    def table(self, name: str) -> TableCheck | None:
        """A table that is mapped."""
        return next((one for one in self.tables if one.table == name), None)

    def count(self, availability: str) -> int:
        """How many measures have this availability."""
        return sum(one.availability == availability for one in self.measures)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        study, wave = self.asked.study, self.asked.wave
        return {
            "checked_on": self.checked_on.isoformat(),
            "specification": self.specification,
            "case_system": self.case_system,
            "study": {"name": study.name, "version": study.version, "wave": wave.id,
                      "accepted": self.asked.accepted},
            "tables": [asdict(one) | {"rows_mapped": one.rows_mapped} for one in self.tables],
            "not_mapped": list(self.unmapped),
            "problems": [asdict(one) for one in self.problems],
            "groups": [asdict(one) for one in self.groups],
            "keys_not_checked": [asdict(one) for one in self.unchecked_keys],
            "unused_codes": dict(self.unused_codes),
            "fields": [asdict(one) for one in self.fields],
            "dates": [_dates(one) for one in self.dates],
            "plausibility": [asdict(one) for one in self.findings],
            "measures": [asdict(one) for one in self.measures],
        }  # fmt: skip


def _dates(one: DateCheck) -> dict[str, Any]:
    return {
        "table": one.table,
        "field": one.field,
        "first": one.first and one.first.isoformat(),
        "last": one.last and one.last.isoformat(),
        "months_without_rows": list(one.gaps),
    }
