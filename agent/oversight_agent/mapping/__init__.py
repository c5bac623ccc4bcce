"""From an authority's own columns and codes to the specification's tables, persons as pseudonyms.

    settings    the mapping's two forms
    document    the file, and the line of each setting
    check       is the mapping one that the specification allows?
    convert     text to values
    apply       a source to a table
    pseudonyms  identifiers to pseudonyms

What needs pandas is imported when it is first used, so that a mapping loads at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from oversight_agent.mapping.check import load
from oversight_agent.mapping.pseudonyms import Pseudonymiser
from oversight_agent.mapping.settings import FieldMapping, Mapping, TableMapping

if TYPE_CHECKING:
    from oversight_agent.mapping.apply import Mapped, map_table, rank_workers
else:

    def __getattr__(name: str) -> object:
        if name in ("Mapped", "map_table", "rank_workers"):
            return getattr(import_module("oversight_agent.mapping.apply"), name)
        raise AttributeError(name)


__all__ = [
    "FieldMapping",
    "Mapped",
    "Mapping",
    "Pseudonymiser",
    "TableMapping",
    "load",
    "map_table",
    "rank_workers",
]
