"""Tables as the page shows them: headings, groups and cells, all in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from oversight_coordinator.pool import AuthorityRow, PooledRow
from oversight_coordinator.report import words
from oversight_coordinator.report.material import Material
from oversight_protocol.study import Dimension, Measure

TOGETHER = "All together"


@dataclass(frozen=True)
class Cell:
    """A figure or its marker, and what must stand with it in small letters."""

    value: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """A table's line."""

    heading: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Group:
    """Lines under a heading of their own, which may be empty."""

    label: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Table:
    """A table with its caption.

    Attributes:
        caption: what it shows; `source` says unit, source and period.
        stub: the heading above the lines' headings; `head` those above the cells.
    """

    caption: str
    source: str
    stub: str
    head: tuple[str, ...]
    groups: tuple[Group, ...]

    @property
    def markers(self) -> tuple[tuple[str, str], ...]:
        """The markers that stand in it, with their meanings."""
        found = {c.value for group in self.groups for line in group.lines for c in line.cells}
        return tuple((marker, text) for marker, text in words.MARKERS.items() if marker in found)


def whole(material: Material, measures: Sequence[Measure], caption: str) -> Table:
    """All authorities together, a line for each measure, a column for each quarter."""
    alone = len(measures) == 1
    lines = tuple(
        _line(material, one, TOGETHER if alone else material.short_label(one), "", "")
        for one in measures
    )
    stub = "Authorities" if alone else "All together"
    return Table(caption, _source(material, measures[0]), stub, _quarters(material),
                 (Group("", lines),))  # fmt: skip


def by_category(
    material: Material, measures: Sequence[Measure], dimensions: Iterable[Dimension], caption: str
) -> Table:
    """Each dimension's categories; with several measures, these below each category."""
    groups = tuple(
        group
        for dimension in dimensions
        for group in (
            _dimension(material, measures[0], dimension)
            if len(measures) == 1
            else _categories(material, measures, dimension)
        )
    )
    return Table(caption, _source(material, measures[0]), "Group", _quarters(material), groups)


def by_authority(
    material: Material, measure: Measure, positions: dict[str, str], caption: str
) -> Table:
    """The authorities' own figures by name; `positions` says how each stands to the limits."""
    columns = [material.own_by_code(measure, period) for period in material.wave.periods]
    lines = []
    for name, row in material.own(measure, material.latest):
        *earlier, latest = (_own_cell(column.get(row.la), measure) for column in columns)
        if row.la in positions:
            latest = Cell(latest.value, (*latest.notes, positions[row.la]))
        lines.append(Line(name, (*earlier, latest)))
    return Table(
        caption,
        _source(material, measure),
        "Authority",
        _quarters(material),
        (Group("", tuple(lines)),),
    )


def split_by_authority(material: Material, measures: Sequence[Measure], caption: str) -> Table:
    """The authorities' own split of one whole in the latest quarter, a column for each part."""
    columns = [material.own_by_code(one, material.latest) for one in measures]
    lines = tuple(
        Line(
            name,
            tuple(
                _own_cell(column.get(row.la), measure)
                for column, measure in zip(columns, measures, strict=True)
            ),
        )
        for name, row in material.own(measures[0], material.latest)
    )
    head = tuple(material.short_label(one) for one in measures)
    source = _source(material, measures[0], (material.latest.label,))
    return Table(caption, source, "Authority", head, (Group("", lines),))


def _line(
    material: Material, measure: Measure, heading: str, dimension: str, category: str
) -> Line:
    rows = (material.pooled(measure, p, dimension, category) for p in material.wave.periods)
    return Line(heading, tuple(_cell(row, measure) for row in rows))


def _dimension(material: Material, measure: Measure, dimension: Dimension) -> list[Group]:
    lines = tuple(
        _line(material, measure, one.label, dimension.name, one.code)
        for one in dimension.categories
    )
    return [Group(dimension.label, lines)]


def _categories(
    material: Material, measures: Sequence[Measure], dimension: Dimension
) -> list[Group]:
    return [
        Group(
            f"{dimension.label}: {words.lowered(category.label)}",
            tuple(
                _line(material, one, material.short_label(one), dimension.name, category.code)
                for one in measures
            ),
        )
        for category in dimension.categories
    ]


def _cell(row: PooledRow, measure: Measure) -> Cell:
    known = () if row.lower is None else (f"interval {words.interval(row, measure)}",)
    return Cell(words.value(row, measure), (*known, words.coverage(row)))


def _own_cell(row: AuthorityRow | None, measure: Measure) -> Cell:
    if row is None:
        return Cell("[x]")
    known = (words.interval(row, measure),) if words.is_bounded(row) else ()
    base = (f"of {row.denominator:,}",) if measure.kind == "share" and row.denominator else ()
    return Cell(words.value(row, measure), (*known, *base))


def _quarters(material: Material) -> tuple[str, ...]:
    return tuple(period.label for period in material.wave.periods)


def _source(material: Material, measure: Measure, periods: Sequence[str] = ()) -> str:
    """Unit, source and period, as below every caption."""
    what = words.unit(measure, material.study.table(measure.table))
    when = words.listed(periods or _quarters(material))
    return f"{what}. Source: the authorities' releases for {material.wave.id}. Period: {when}."
