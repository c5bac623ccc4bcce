"""From profiles to a proposal.

    1. For each table and each source: which column for which field, by names and values alone.
    2. Which source for which table.
    3. Identifiers that are surely of a kind say which other columns are of it: steps 1 and 2 again.
    4. Dates that stand in the wrong order change places; constants fill what no column can.

Rules kept here:

1. Fields and columns are paired all at once, so that the best for one field is not taken from
   another that needs it more.
2. A confidence falls where a second column would do nearly as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from oversight_agent.pipeline.profiling import ColumnProfile, Found, SourceProfile
from oversight_agent.proposing.assign import assign, required_first
from oversight_agent.proposing.constants import may_be_constant, with_constants
from oversight_agent.proposing.kin import unnamed_kin
from oversight_agent.proposing.lookups import with_lookups
from oversight_agent.proposing.numbers import OWN_UNIT, misfits
from oversight_agent.proposing.order import in_order
from oversight_agent.proposing.proposal import Candidate, FieldProposal, Proposal, TableProposal
from oversight_agent.proposing.scoring import (
    Anchors,
    Score,
    context,
    score,
    source_name_score,
    unlikely,
)
from oversight_agent.proposing.wide import guessed_in, long
from oversight_agent.sources import ReturnKind
from oversight_protocol.specification import SpecField, Specification, SpecTableSchema

LEAST = 0.3
"""What a column must be worth to be proposed at all."""

LEAST_REQUIRED = 0.1
"""The same for a field that every row must have: a person is asked about it in any case."""

LEAST_SOURCE = 0.36
"""What a source must be worth to be proposed for a table."""

_CANDIDATES = 4
_ROUNDS = 3
_SURE_NAME, _SURE_WORTH = 0.7, 0.6


@dataclass(frozen=True)
class _Fit:
    """A source taken for a table.

    Attributes:
        scores: for each field, of each column.
        chosen: for each field the position of its column.
    """

    table: SpecTableSchema
    source: SourceProfile
    scores: tuple[tuple[Score, ...], ...] = field(repr=False)
    chosen: tuple[int | None, ...]

    def score(self, row: int) -> Score | None:
        """The score of a field's column."""
        column = self.chosen[row]
        return None if column is None else self.scores[row][column]

    @property
    def worth(self) -> float:
        """How well the source suits the table, from 0 to 1."""
        required, optional = [], 0.0
        for row, spec in enumerate(self.table.fields):
            found = self.score(row)
            worth = found.worth if found is not None else 0.0
            if spec.required:
                default = 0.45 if may_be_constant(self.table, spec) else 0.0
                required.append(max(worth, default))
            else:
                optional += worth
        name = source_name_score(self.source, self.table)
        mean = sum(required) / len(required)
        return 0.55 * mean + 0.22 * min(1.0, optional / 3) + 0.23 * name - 0.2 * self._repeats

    @property
    def _repeats(self) -> float:
        """1 if rows share the table's key, which no two may; 0 if none do."""
        names = [spec.name for spec in self.table.fields]
        at = [self.chosen[names.index(one)] for one in self.table.table.primary_key]
        if None in at:
            return 0.0
        columns = [self.source.columns[one] for one in at if one is not None]
        if len(columns) == 1:
            return float(columns[0].unique < 1.0)
        keys = list(zip(*(one.sample for one in columns), strict=False))
        return float(len(set(keys)) < len(keys))


_Fits = Mapping[tuple[str, int], _Fit]


class Proposer:
    """Proposes a mapping of what lies in a data folder.

    Args:
        found: the data folder's profiles.
        specification: what is mapped to.
    """

    def __init__(self, found: Found, specification: Specification) -> None:
        self._found, self._specification = found, specification
        answers = specification.table("survey_response")
        self._sources = tuple(long(one, answers) for one in found.sources)
        self._unnamed = unnamed_kin(self._sources)
        self._chosen: dict[str, _Fit] = {}

    def propose(self, by_return: Mapping[str, ReturnKind] | None = None) -> Proposal:
        """Propose all tables.

        Args:
            by_return: tables that a statutory return fills, with its kind; they are proposed too,
                for a person may prefer a source of their own.
        """
        tables, sources = self._specification.mapped, self._sources
        # What is known after a round shows the next which columns are of a kind.
        for _ in range(_ROUNDS):
            fits = _fits(tables, sources, self._chosen, self._unnamed)
            self._chosen = _chosen(fits)
        proposals = with_lookups({
            table.name: _proposal(self._chosen[table.name], fits, self._chosen)
            for table in tables
            if table.name in self._chosen
        })  # fmt: skip
        return Proposal(self._specification.version, proposals, self._found.returns,
                        by_return or {}, sources)  # fmt: skip

    def table(self, table: SpecTableSchema, source: SourceProfile) -> TableProposal:
        """Propose a table from a given source."""
        anchors = _anchors(self._chosen, table.name, self._unnamed)
        return _proposal(_fit(table, source, anchors), {}, {})

    def field(
        self, table: SpecTableSchema, source: SourceProfile, spec: SpecField, column: ColumnProfile
    ) -> FieldProposal:
        """Propose how a given column fills a field, however little it seems to."""
        anchors = _anchors(self._chosen, table.name, self._unnamed)
        found = score(table, spec, column, context(source, table), anchors)
        return _field(spec, column, found, 0.0, ())


def propose(
    found: Found, specification: Specification, by_return: Mapping[str, ReturnKind] | None = None
) -> Proposal:
    """Propose a mapping of what lies in a data folder (`Proposer.propose`)."""
    return Proposer(found, specification).propose(by_return)


def _fits(
    tables: Sequence[SpecTableSchema], sources: Sequence[SourceProfile],
    known: Mapping[str, _Fit], unnamed: Anchors,
) -> _Fits:  # fmt: skip
    anchors = {table.name: _anchors(known, table.name, unnamed) for table in tables}
    return {
        (table.name, number): _fit(table, source, anchors[table.name])
        for table in tables
        for number, source in enumerate(sources)
    }


def _fit(table: SpecTableSchema, source: SourceProfile, anchors: Anchors) -> _Fit:
    around = context(source, table)
    scores = tuple(
        tuple(
            _tempered(score(table, spec, column, around, anchors), spec, column.name)
            for column in source.columns
        )
        for spec in table.fields
    )
    least = [LEAST_REQUIRED if spec.required else LEAST for spec in table.fields]
    worths = [[one.worth for one in row] for row in scores]
    required = [spec.required for spec in table.fields]
    paired = required_first(required, worths, assign(worths, least))
    names = [spec.name for spec in table.fields]
    return _Fit(table, source, scores, in_order(table.name, names, paired, source.columns))


def _tempered(found: Score, spec: SpecField, header: str) -> Score:
    if spec.pseudonym is not None and unlikely(spec, header):
        return Score(found.worth * 0.6, found.name, found.evidence)
    return found


def _anchors(known: Mapping[str, _Fit], but: str, unnamed: Anchors) -> Anchors:
    """Identifiers that columns of other tables than one surely hold, by kind; else likely hold."""
    anchors: dict[str, tuple[frozenset[int], ...]] = {}
    for name, fit in known.items():
        if name == but:
            continue
        for row, spec in enumerate(fit.table.fields):
            found, column = fit.score(row), fit.chosen[row]
            if spec.pseudonym is None or found is None or column is None:
                continue
            hashes = fit.source.columns[column].hashes
            if hashes and found.name >= _SURE_NAME and found.worth >= _SURE_WORTH:
                anchors[spec.pseudonym] = (*anchors.get(spec.pseudonym, ()), hashes)
    return {**unnamed, **anchors}


def _chosen(fits: _Fits) -> dict[str, _Fit]:
    """For each table the source that suits it, each source for one table."""
    names = list(dict.fromkeys(name for name, _ in fits))
    numbers = sorted({number for _, number in fits})
    worth = [[fits[name, number].worth for number in numbers] for name in names]
    paired = assign(worth, [LEAST_SOURCE] * len(names)) if numbers else [None] * len(names)
    return {
        name: fits[name, numbers[at]]
        for name, at in zip(names, paired, strict=True)
        if at is not None
    }


def _proposal(fit: _Fit, fits: _Fits, chosen: Mapping[str, _Fit]) -> TableProposal:
    taken = {id(one.source) for one in chosen.values()}
    rivals = sorted(
        (other for (name, _), other in fits.items()
         if name == fit.table.name and other.source is not fit.source),
        key=lambda other: -other.worth,
    )  # fmt: skip
    others = tuple(
        one.source for one in rivals
        if one.worth >= LEAST_SOURCE and (id(one.source) not in taken or one.worth >= fit.worth)
    )  # fmt: skip
    closest = max((one.worth for one in rivals if id(one.source) not in taken), default=0.0)
    fields = with_constants(fit.table, fit.source, _fields(fit))
    wide = fit.source.settings.wide
    return TableProposal(
        table=fit.table,
        source=fit.source,
        confidence=_confidence(min(1.0, fit.worth * 1.15), closest * 1.15),
        fields=fields,
        others=others[:_CANDIDATES],
        wide=dict(wide.question) if wide else None,
        guessed=guessed_in(wide),
    )


def _confidence(worth: float, second: float) -> float:
    margin = max(0.0, min(1.0, (worth - second) / 0.25))
    return round(min(0.99, worth * (0.7 + 0.3 * margin)), 2)


def _fields(fit: _Fit) -> Iterator[FieldProposal]:
    taken = {column for column in fit.chosen if column is not None}
    for row, spec in enumerate(fit.table.fields):
        worths = [one.worth for one in fit.scores[row]]
        ranked = sorted(range(len(worths)), key=worths.__getitem__, reverse=True)
        candidates = tuple(
            Candidate(fit.source.columns[n].name, round(fit.scores[row][n].worth, 2))
            for n in ranked[:_CANDIDATES]
            if fit.scores[row][n].worth >= 0.15
        )
        at = fit.chosen[row]
        if at is None:
            yield FieldProposal(spec, candidates=candidates)
            continue
        free = (fit.scores[row][n].worth for n in ranked if n not in taken)
        yield _field(spec, fit.source.columns[at], fit.scores[row][at], next(free, 0.0), candidates)


def _field(
    spec: SpecField, column: ColumnProfile, found: Score, second: float,
    candidates: tuple[Candidate, ...],
) -> FieldProposal:  # fmt: skip
    dates, coded, numbers = found.evidence.dates, found.evidence.coded, found.evidence.numbers
    unit = numbers.unit if numbers is not None else OWN_UNIT
    return FieldProposal(
        spec,
        column=column.name,
        confidence=_confidence(found.worth, second),
        codes=coded.codes if coded is not None else None,
        open=coded.open if coded is not None else (),
        date_format=dates.format if dates is not None else None,
        date_also=dates.also if dates is not None else (),
        date_formats=dates.others if dates is not None else (),
        likened=coded.likened if coded is not None else (),
        unit=unit,
        misfits=misfits(spec, column, unit) if numbers is not None else 0,
        candidates=candidates,
    )
