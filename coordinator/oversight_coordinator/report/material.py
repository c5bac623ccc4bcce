"""What the page is made of: the study, the wave and its figures, found by where they stand."""

from __future__ import annotations

from collections.abc import Sequence

from oversight_coordinator.outcomes import LaOutcome
from oversight_coordinator.pool import AuthorityRow, PooledRow
from oversight_protocol.study import Measure, Period, Study, Wave

LEAD = "neither_part_recorded"
"""The measure that answers the study's hypothesis, if the study has it; else its first one does."""

NamedRow = tuple[str, AuthorityRow]
"""An authority's name and its figure."""


class Material:
    """All that the page says, before it is words.

    Attributes:
        lead: the measure that the page opens with.
        latest: the wave's last period; charts are of this one.
        earlier: the one before it, if the wave has it.
        asked: how many authorities were asked.
    """

    def __init__(
        self,
        study: Study,
        wave: Wave,
        rows: Sequence[PooledRow],
        authorities: Sequence[AuthorityRow],
        las: Sequence[LaOutcome],
    ) -> None:
        self.study, self.wave, self.las = study, wave, tuple(las)
        self.lead = next((one for one in study.measures if one.id == LEAD), study.measures[0])
        self.latest = wave.periods[-1]
        self.earlier = wave.periods[-2] if len(wave.periods) > 1 else None
        self.asked = len(las)
        self._pooled = {(row.measure, row.period, row.dimension, row.category): row for row in rows}
        self._names = {one.la: one.name for one in las}
        self._own: dict[tuple[str, str], list[NamedRow]] = {}
        for row in authorities:
            place = self._own.setdefault((row.measure, row.period), [])
            place.append((self._names.get(row.la, row.la), row))

    def pooled(
        self, measure: Measure, period: Period, dimension: str = "", category: str = ""
    ) -> PooledRow:
        """A pooled figure; without a category that of all together.

        Raises:
            KeyError: it is not among the rows.
        """
        return self._pooled[measure.id, period.id, dimension, category]

    def own(self, measure: Measure, period: Period) -> list[NamedRow]:
        """The authorities' own figures by name; none if none were given."""
        rows = self._own.get((measure.id, period.id), [])
        return sorted(rows, key=lambda one: (one[0], one[1].la))

    def own_by_code(self, measure: Measure, period: Period) -> dict[str, AuthorityRow]:
        """The same by the authorities' codes."""
        return {row.la: row for _, row in self.own(measure, period)}

    def measure(self, name: str) -> Measure | None:
        """A measure of the study by its id, if the study has it."""
        return next((one for one in self.study.measures if one.id == name), None)

    def split(self) -> tuple[Measure, ...]:
        """The measures that split the same whole as the lead does, one outcome each."""
        return tuple(
            one
            for one in self.study.measures
            if one.table == self.lead.table
            and one.kind == "share"
            and one.place is None
            and set(one.denominator) == set(self.lead.denominator)
            and len(one.numerator) == 1
        )

    def same_authorities(self, measure: Measure) -> bool:
        """Whether the same authorities answered in the two latest quarters."""
        if self.earlier is None:
            return False
        answered = [
            {row.la for _, row in self.own(measure, period) if row.marker != "[x]"}
            for period in (self.latest, self.earlier)
        ]
        return answered[0] == answered[1] != set()

    def short_label(self, measure: Measure) -> str:
        """What a measure of one outcome counts, as its table calls that outcome; else its title."""
        outcomes = {one.code: one.label for one in self.study.table(measure.table).outcomes}
        return outcomes[measure.numerator[0]] if len(measure.numerator) == 1 else measure.title
