"""Statutory returns, which an authority gives to the agent as they are and need no mapping."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oversight_coordinator.demo.layouts import annex_a, census
from oversight_coordinator.demo.records import World


@dataclass(frozen=True)
class Return:
    """A return of an authority.

    Attributes:
        kind: `cin-census` or `annex-a`, as the mapping calls it.
        file: its name below the data folder.
        lea: the authority's number at the Department for Education.
        prefix: what its system puts before a child's number.
    """

    kind: str
    file: str
    lea: str
    prefix: str

    @property
    def tables(self) -> tuple[str, ...]:
        """The specification's tables that it fills."""
        return ("episode", "plan")

    @property
    def settings(self) -> dict[str, Any]:
        """What the mapping says of it."""
        return {"kind": self.kind, "file": self.file}

    def as_returned(self, world: World) -> World:
        """The records as the return holds them."""
        made = census.as_returned if self.kind == "cin-census" else annex_a.as_returned
        return made(world)

    def write(self, folder: Path, world: World) -> None:
        """Write records that `as_returned` gave below a folder."""
        path = folder / self.file
        if self.kind == "cin-census":
            census.write_census(path, world, lea=self.lea, prefix=self.prefix)
        else:
            annex_a.write_annex_a(path, world, prefix=self.prefix)
