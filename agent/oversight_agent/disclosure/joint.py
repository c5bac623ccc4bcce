"""Several tables at once: what everybody sees of them together, and what holds between them.

A *component* is the tables that ties hold together; alone, a table is a component of one. Its
figures are numbered through: those of the first table first, each table's as its shape numbers
them, then the differences between tables.

Rules kept here:

1. A relation is a linear condition between figures of a component that follows from definitions:
   the same population, a population within another, a whole and its parts.
2. Whoever knows the tables knows each by itself (`knowledge`), and the relations.
3. A *place* is a table's number in its component and a figure of it.
4. A *difference* is what two figures of different tables let anybody work out of a third quantity:
   who is in the one and not in the other.
5. Tables that were released before are *fixed*: nothing of them is hidden any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from oversight_agent.disclosure.figures import Figure, Shape
from oversight_agent.disclosure.marks import Mark
from oversight_agent.disclosure.view import View

if TYPE_CHECKING:
    from oversight_agent.disclosure.points import Pool


class Place(NamedTuple):
    """A figure of a table of a component."""

    table: int
    figure: Figure


@dataclass(frozen=True)
class Relation:
    """What holds between figures: the sum of them, each times its factor, lies in an interval.

    Attributes:
        factors: each with its place.
        low: the least of the sum; `high` the largest; either may be infinite.
    """

    factors: tuple[tuple[Place, float], ...]
    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """A figure, or several of one row together, less others; it is not negative.

    Attributes:
        more: the larger of the two.
        less: the other, or several that are parts of the first, each of its own table.
        by_people: whether no definition says so, but who stands behind the two.
        told: whether it is nothing, which somebody may know and somebody else not.
    """

    more: tuple[Place, ...]
    less: tuple[Place, ...]
    by_people: bool = False
    told: bool = False


class Joint:
    """How the figures of a component are numbered, and what holds between its tables.

    Attributes:
        shapes: of each table.
        relations: between them.
        differences: between them.
        public: figures that everybody knows exactly, with their numbers.
        fixed: the tables that were released before.
        size: the number of figures and differences.
        pool: what `points` keeps of it.
    """

    def __init__(
        self, shapes: Sequence[Shape], relations: Sequence[Relation] = (),
        differences: Sequence[Difference] = (), public: Mapping[Place, int] | None = None,
        fixed: Collection[int] = (),
    ) -> None:  # fmt: skip
        self.shapes, self.relations = tuple(shapes), tuple(relations)
        self.differences = tuple(differences)
        self.public, self.fixed = dict(public or {}), frozenset(fixed)
        *self._starts, self.figures = accumulate((shape.size for shape in shapes), initial=0)
        self.size = self.figures + len(self.differences)
        self.pool: Pool | None = None

    @property
    def told(self) -> frozenset[int]:
        """The numbers of the differences that whoever attacks another quantity may know."""
        return frozenset(
            self.difference(number) for number, each in enumerate(self.differences) if each.told
        )

    def difference(self, number: int) -> int:
        """The number of a difference, counted by its place among them."""
        return self.figures + number

    def number(self, place: Place) -> int:
        """The number of a figure."""
        return self._numbers[place]

    @cached_property
    def _numbers(self) -> dict[Place, int]:
        return {place: number for number, place in enumerate(self.places())}

    def unit_of_sum(self, place: Place) -> int:
        """A whole unit of a sum, in units of its last decimal place; 0 for a count."""
        shape = self.shapes[place.table]
        return shape.one(place.figure) if shape.is_sum(place.figure) else 0

    def start(self, table: int) -> int:
        """The number of a table's first figure."""
        return self._starts[table]

    def places(self) -> Iterator[Place]:
        """Every figure by its number."""
        for table, shape in enumerate(self.shapes):
            yield from (Place(table, figure) for figure in shape.figures())


@dataclass(frozen=True)
class JointView:
    """All that everybody can see of the tables of a component.

    Attributes:
        joint: the component.
        views: of each table.
    """

    joint: Joint
    views: tuple[View, ...]

    @classmethod
    def alone(cls, view: View) -> JointView:
        """A table that nothing ties to another."""
        return cls(Joint([view.shape]), (view,))

    @cached_property
    def shown(self) -> dict[Place, int]:
        """The rounded value of every published figure."""
        return {
            Place(table, figure): value
            for table, view in enumerate(self.views)
            for figure, value in view.shown.items()
        }

    @cached_property
    def marks(self) -> dict[Place, Mark]:
        """What markers say of hidden figures."""
        return {
            Place(table, figure): mark
            for table, view in enumerate(self.views)
            for figure, mark in view.marks.items()
        }

    @property
    def hideable(self) -> frozenset[Place]:
        """The published figures of tables that are not fixed."""
        return frozenset(place for place in self.shown if place.table not in self.joint.fixed)

    def leader(self, place: Place) -> Place:
        """The figure with which this one is shown or hidden."""
        return Place(place.table, self.views[place.table].shape.goes_with(place.figure))

    def marked(self, found: Mapping[int, Mapping[Figure, Mark]]) -> JointView:
        """The view with the marks of some tables, by their numbers, as well."""
        views = tuple(
            replace(view, marks=found.get(table, view.marks))
            for table, view in enumerate(self.views)
        )
        return replace(self, views=views)

    def without(self, places: Iterable[Place]) -> JointView:
        """The view with some figures hidden as well, and whatever goes with them."""
        gone: dict[int, list[Figure]] = {}
        for table, figure in places:
            gone.setdefault(table, []).append(figure)
        views = tuple(
            view.without(gone[table]) if table in gone else view
            for table, view in enumerate(self.views)
        )
        return replace(self, views=views)
