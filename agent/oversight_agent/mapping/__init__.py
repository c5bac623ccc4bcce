"""From an authority's own columns and codes to the specification's tables, persons as pseudonyms.

    settings, checked     the mapping's two forms: as the file says it, and as it is used
    document              the file, and the line of each setting
    form                  what is wrong with its form
    check                 is the mapping one that the specification allows? `rules`, `code_rules`,
                          `source_rules` and `table_rules` say what may be wrong
    resolve               from the first form to the second
    codes                 values to codes
    apply                 a source to a table: `needs` are its columns, `rows` its rows, with what
                          `joins` put beside them
    convert               texts (`derive`, `distinct`) to values (`dates`, `numbers`)
    pseudonyms            identifiers to pseudonyms

What needs pandas is imported when it is first used, so that a mapping loads at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from oversight_agent.mapping.check import load
from oversight_agent.mapping.checked import (
    OWN,
    FieldMapping,
    Mapping,
    TableMapping,
    TableSource,
)
from oversight_agent.mapping.pseudonyms import Pseudonymiser

if TYPE_CHECKING:
    from oversight_agent.mapping.apply import Mapped, map_table, rank_workers
else:

    def __getattr__(name: str) -> object:
        if name in ("Mapped", "map_table", "rank_workers"):
            return getattr(import_module("oversight_agent.mapping.apply"), name)
        raise AttributeError(name)


__all__ = [
    "OWN",
    "FieldMapping",
    "Mapped",
    "Mapping",
    "Pseudonymiser",
    "TableMapping",
    "TableSource",
    "load",
    "map_table",
    "rank_workers",
]
