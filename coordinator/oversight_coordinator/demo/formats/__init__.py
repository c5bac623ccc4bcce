"""The exports of the nineteen synthetic authorities, as different as real ones.

    systems    the families of systems, and how an authority's tables are written down
    made_up    what the columns hold that no mapping takes: names, dates of birth, notes
    surveys    how the tools for surveys head the study's questions
    about      the table of them in docs/demo-data.md

Each other module is an authority: its SYSTEM, what is PECULIAR, its LAYOUTS, and RETURNS if it
gives statutory returns in place of some. Not all held a survey, talked with staff in groups or keep
their inspections. Who has which system is made up too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from oversight_coordinator.demo.formats import (
    bracknell_forest,
    brighton_and_hove,
    buckinghamshire,
    east_sussex,
    hampshire,
    isle_of_wight,
    kent,
    medway,
    milton_keynes,
    oxfordshire,
    portsmouth,
    reading,
    slough,
    southampton,
    surrey,
    west_berkshire,
    west_sussex,
    windsor_and_maidenhead,
    wokingham,
)
from oversight_coordinator.demo.layouts import Layout, Return, mapping_file, write_all
from oversight_coordinator.demo.records import TABLES, Record, World
from oversight_protocol import study_package


@dataclass(frozen=True)
class Export:
    """How an authority exports.

    Attributes:
        system: its case-management system.
        peculiar: what is different there, in a sentence.
        layouts: one for each table that is mapped by hand.
        case_system: the specification's code of the system.
        returns: the statutory returns that fill further tables.
    """

    system: str
    peculiar: str
    layouts: tuple[Layout, ...]
    case_system: str = "other"
    returns: tuple[Return, ...] = ()

    @property
    def lacking(self) -> tuple[str, ...]:
        """The base tables of the study that these exports cannot answer: a field is missing."""
        filled = {f"{one.table}.{field}" for one in self.layouts for field in one.fields}
        returned = {table for one in self.returns for table in one.tables}
        return tuple(
            table.name
            for table in study_package.installed().base_tables
            if not all(need in filled or need.split(".")[0] in returned for need in table.needs)
        )

    def mapping(self, name: str) -> str:
        """The whole `mapping.toml` of the authority of this name."""
        returns = [one.settings for one in self.returns]
        return mapping_file(name, self.layouts, case_system=self.case_system, returns=returns)

    def write(self, folder: Path, world: World) -> None:
        """Write all files below a folder, of records that `shown` gave."""
        write_all(folder, self.layouts, world)
        for one in self.returns:
            one.write(folder, world)

    def shown(self, world: World) -> World:
        """The records as the exports hold them: what has no column is empty, or always the same."""
        for one in self.returns:
            world = one.as_returned(world)
        by_hand = {layout.table: layout for layout in self.layouts}
        kept = {table for one in self.returns for table in one.tables}
        return world.replaced({
            table: _shown(world.table(table), by_hand.get(table))
            for table in TABLES
            if table not in kept
        })  # fmt: skip


def _shown(records: Sequence[Record], layout: Layout | None) -> Sequence[Record]:
    if layout is None or not records:
        return ()
    lost = dict.fromkeys(set(records[0]._fields) - layout.fields)
    other: dict[str, Any] = {**lost, **layout.constants}
    return [one._replace(**other) for one in records] if other else records


def _export(module: ModuleType) -> Export:
    returns = getattr(module, "RETURNS", ())
    return Export(module.SYSTEM.name, module.PECULIAR, module.LAYOUTS, module.SYSTEM.code, returns)


EXPORTS: dict[str, Export] = {
    code: _export(module)
    for code, module in (
        ("E06000036", bracknell_forest),
        ("E06000043", brighton_and_hove),
        ("E06000060", buckinghamshire),
        ("E10000011", east_sussex),
        ("E10000014", hampshire),
        ("E06000046", isle_of_wight),
        ("E10000016", kent),
        ("E06000035", medway),
        ("E06000042", milton_keynes),
        ("E10000025", oxfordshire),
        ("E06000044", portsmouth),
        ("E06000038", reading),
        ("E06000039", slough),
        ("E06000045", southampton),
        ("E10000030", surrey),
        ("E06000037", west_berkshire),
        ("E10000032", west_sussex),
        ("E06000040", windsor_and_maidenhead),
        ("E06000041", wokingham),
    )
}
"""By ONS code, in the order of names."""

FORMATS: dict[str, tuple[Layout, ...]] = {code: one.layouts for code, one in EXPORTS.items()}
"""By ONS code: how each table that is mapped by hand is exported."""
