"""The exports of the nineteen synthetic authorities, as different as real ones.

    systems    the families of systems, and how an authority's tables are written down
    made_up    what the columns hold that no mapping takes: names, dates of birth, notes
    about      the table of them in docs/demo-data.md

Each other module is an authority: its SYSTEM, what is PECULIAR, its LAYOUTS of eight tables. Who
has which system is made up too.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

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
from oversight_coordinator.demo.layouts import Layout


@dataclass(frozen=True)
class Export:
    """How an authority exports.

    Attributes:
        system: its case-management system.
        peculiar: what is different there, in a sentence.
        layouts: one for each table.
    """

    system: str
    peculiar: str
    layouts: tuple[Layout, ...]


def _export(module: ModuleType) -> Export:
    return Export(module.SYSTEM.name, module.PECULIAR, module.LAYOUTS)


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
"""By ONS code: how each table is exported."""
