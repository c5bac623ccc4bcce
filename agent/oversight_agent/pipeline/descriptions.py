"""What snapshots say of themselves: whose moment they are, and what they hold.

Rule kept here: what a file says is believed for listing it; before it is answered from, it is
verified.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from oversight_agent.evaluate import snapshot_file
from oversight_agent.pipeline.job import AskedWave
from oversight_agent.pipeline.snapshots import Shelf, Snapshot, altered


class KeptTable(BaseModel):
    """A table as it was when a snapshot was made.

    Attributes:
        rows_read: rows of the table's own source.
        rows_rejected: those with a problem of their own.
        rows_filtered: those that the mapping's conditions left out.
        rows: rows that the snapshot holds; none of a table that could not be used.
        usable: whether the snapshot holds it.
        problems: how many were listed of it.
        fields: those that the mapping filled.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    table: str
    rows_read: int
    rows_rejected: int
    rows_filtered: int = 0
    rows: int
    usable: bool
    problems: int
    fields: tuple[str, ...] = ()


class About(BaseModel):
    """What a snapshot says of itself.

    Attributes:
        made: when, more exactly than the file's name says it.
        specification: the version that its tables are of.
        mapping: the SHA-256 digest of the mapping's file.
        agent: the version of the agent that made it.
        wave: whose moment it is; None for one that a person keeps for its own sake.
        tables: every table that was mapped.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    made: datetime
    specification: str
    mapping: str
    agent: str
    wave: AskedWave | None = None
    tables: tuple[KeptTable, ...] = Field(default=())

    @property
    def held(self) -> frozenset[str]:
        """The tables that the snapshot holds."""
        return frozenset(one.table for one in self.tables if one.usable)

    @property
    def filled(self) -> frozenset[str]:
        """The fields of the tables that it holds which the mapping filled, as `table.field`."""
        return frozenset(
            f"{one.table}.{name}" for one in self.tables if one.usable for name in one.fields
        )

    @property
    def rows(self) -> int:
        """The rows of all its tables."""
        return sum(one.rows for one in self.tables)


@dataclass(frozen=True)
class Described:
    """A snapshot with what it says of itself.

    Attributes:
        digest: its file's, as verified.
    """

    snapshot: Snapshot
    about: About
    digest: str


def describe(snapshot: Snapshot) -> About | None:
    """What a snapshot says of itself; None if its file cannot be read."""
    return _described([snapshot])[0][1]


def described(shelf: Shelf) -> list[tuple[Snapshot, About | None]]:
    """All snapshots, oldest first, with what they say."""
    return _described(shelf.all())


def _described(snapshots: Sequence[Snapshot]) -> list[tuple[Snapshot, About | None]]:
    texts = snapshot_file.descriptions(one.path for one in snapshots)
    return [(one, _about(text)) for one, text in zip(snapshots, texts, strict=True)]


def _about(text: str | None) -> About | None:
    try:
        return About.model_validate_json(text or "")
    except ValidationError:
        return None


def of_wave(shelf: Shelf, wave: AskedWave) -> list[Described]:
    """A wave's snapshots, oldest first, verified.

    Raises:
        InputError: one was altered, or a file cannot be read, so that nobody can say whose it is.
    """
    found = []
    for snapshot, about in described(shelf):
        if about is None:
            raise altered(snapshot.path)
        if about.wave is not None and _same(about.wave, wave):
            found.append(Described(snapshot, about, snapshot.verify()))
    return sorted(found, key=lambda one: one.about.made)


def _same(one: AskedWave, other: AskedWave) -> bool:
    return (one.study, one.wave) == (other.study, other.wave)
