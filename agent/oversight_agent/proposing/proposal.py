"""What is proposed: for each table a source, for each field a column or a constant, how sure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from oversight_agent.pipeline.profiling import SourceProfile
from oversight_agent.proposing.numbers import OWN_UNIT, Unit
from oversight_agent.sources import ReturnKind
from oversight_protocol.specification import SpecField, SpecTableSchema

Code = str | int
Constant = str | int | float | date


@dataclass(frozen=True)
class Candidate:
    """A column that may fill a field, and how well it fits, from 0 to 1."""

    column: str
    worth: float


@dataclass(frozen=True)
class Lookup:
    """Another source in which the identifier stands beside what the column holds.

    Attributes:
        source: that source.
        key: its column that holds the same as the field's.
        value: its column with the identifier.
    """

    source: SourceProfile
    key: str
    value: str


@dataclass(frozen=True)
class FieldProposal:
    """How a field may be filled; by neither column nor constant if nothing fits.

    Attributes:
        spec: the field.
        confidence: how sure that is, from 0 to 1.
        codes: from the column's values to codes; None where each stands for itself.
        open: values of a coded column that fit no code.
        date_format: of a date column.
        date_also: further formats of a column that writes dates in several ways.
        date_formats: what else it could be: day and month the other way round.
        lookup: where the identifier stands that the column names in another way.
        likened: values whose code is the nearest, not one that the list has.
        unit: in which unit the column's numbers are.
        multiply_by: from that to the field's, if a person said so.
        misfits: rows of the column with a value that the field cannot hold.
        add_days: days from the column's date to the field's; None if nobody said.
        candidates: the best columns, the best first.
    """

    spec: SpecField
    column: str | None = None
    constant: Constant | None = None
    confidence: float = 0.0
    codes: Mapping[str, Code] | None = field(default=None, repr=False)
    open: tuple[str, ...] = field(default=(), repr=False)
    date_format: str | None = None
    date_also: tuple[str, ...] = ()
    date_formats: tuple[str, ...] = ()
    lookup: Lookup | None = None
    likened: tuple[str, ...] = field(default=(), repr=False)
    unit: Unit = OWN_UNIT
    multiply_by: int | float | None = None
    misfits: int = 0
    add_days: int | None = None
    candidates: tuple[Candidate, ...] = ()

    @property
    def sure_codes(self) -> dict[str, Code]:
        """The codes but those that are only the nearest: they wait for a person."""
        return {one: code for one, code in (self.codes or {}).items() if one not in self.likened}

    @property
    def filled(self) -> bool:
        """Whether anything is proposed."""
        return self.column is not None or self.constant is not None


@dataclass(frozen=True)
class TableProposal:
    """How a table may be filled.

    Attributes:
        confidence: how sure it is that this source holds the table's rows, from 0 to 1.
        others: other sources that look like it, the best first.
        wide: for a wide survey sheet, from its columns to the numbers of the questions.
        guessed: those of its columns whose question is a guess.
    """

    table: SpecTableSchema
    source: SourceProfile
    confidence: float
    fields: tuple[FieldProposal, ...]
    others: tuple[SourceProfile, ...] = ()
    wide: Mapping[str, str] | None = None
    guessed: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every required field is filled."""
        return all(one.filled for one in self.fields if one.spec.required)

    def of(self, name: str) -> FieldProposal | None:
        """The proposal of a field."""
        return next((one for one in self.fields if one.spec.name == name), None)


@dataclass(frozen=True)
class Proposal:
    """What is proposed for an authority.

    Attributes:
        tables: by the specification's name, in its order.
        returns: statutory returns: kind and files.
        by_return: tables that a return fills, by the return's kind.
        sources: all sources that were found.
        version: of the specification.
        case_system: the system that names of files and columns speak of, if they speak of one.
    """

    version: str
    tables: Mapping[str, TableProposal]
    returns: tuple[tuple[ReturnKind, tuple[str, ...]], ...] = ()
    by_return: Mapping[str, ReturnKind] = field(default_factory=dict)
    sources: tuple[SourceProfile, ...] = ()
    case_system: str | None = None
