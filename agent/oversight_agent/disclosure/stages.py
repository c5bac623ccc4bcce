"""The stages of disclosure control of a component, in their order.

The solver and its arrays are imported from here on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from oversight_agent.disclosure import (
    audit,
    marks,
    merging,
    needs,
    points,
    primary,
    secondary,
    ties,
)
from oversight_agent.disclosure.figures import Figure, Grid
from oversight_agent.disclosure.following import Following, moved
from oversight_agent.disclosure.joint import Difference, Joint, JointView, Place, Relation
from oversight_agent.disclosure.links import groups
from oversight_agent.disclosure.past import Past, Tie, renumbered
from oversight_agent.disclosure.preference import Lot
from oversight_agent.disclosure.solver import UnsolvedError
from oversight_agent.disclosure.view import View
from oversight_protocol.policy import Rules

LARGE = 600
"""Figures of a component above which a pattern is first sought for each of its parts."""

Public = frozenset[tuple[int, tuple[str, str, str]]]
"""Figures that everybody knows: a table's number with a dimension, a category and an outcome."""


@dataclass(frozen=True)
class Component:
    """Tables that are protected together.

    Attributes:
        grids: the new ones, then those that were released before.
        past: what was released of the latter, in their order.
        ties: between all of them, by their numbers in `grids`.
        public: figures that everybody knows.
        rules: to keep in the new ones.
        lot: by which figures are chosen that are hidden besides.
        unmerged: the numbers of new tables of which no merged figure may be shown.
    """

    grids: tuple[Grid, ...] = field(repr=False)
    past: tuple[Past, ...]
    ties: tuple[Tie, ...]
    public: Public
    rules: Rules
    lot: Lot = field(default_factory=Lot)
    unmerged: frozenset[int] = frozenset()

    @property
    def new(self) -> int:
        """How many of the tables are new."""
        return len(self.grids) - len(self.past)

    @property
    def rules_of(self) -> list[Rules]:
        """The rules that each table keeps, or was released under."""
        return [self.rules] * self.new + [each.rules for each in self.past]

    @property
    def parts(self) -> list[tuple[int, ...]]:
        """The tables that definitions tie together, in which there is a new one, by number."""
        group = groups(len(self.grids), (tie for tie in self.ties if not tie.figures))
        return [
            tuple(number for number, each in enumerate(group) if each == first)
            for first in sorted(set(group[: self.new]))
        ]

    def part(self, numbers: Sequence[int]) -> Component:
        """A component of some of the tables, and of what definitions say of them."""
        at = {number: place for place, number in enumerate(numbers)}
        defined = (tie for tie in self.ties if not tie.figures)
        periods = self.lot.periods.items()
        return Component(
            tuple(self.grids[number] for number in numbers),
            tuple(self.past[number - self.new] for number in numbers if number >= self.new),
            tuple(renumbered(defined, at)),
            frozenset((at[number], name) for number, name in self.public if number in at),
            self.rules,
            replace(self.lot, periods={at[n]: period for n, period in periods if n in at}),
        )

    def joint(self) -> Joint:
        """How the figures are numbered, and what holds between the tables."""
        return self._joint(
            ties.relations(self.grids, self.ties, self.rules),
            ties.differences(self.grids, self.ties, self.rules),
        )

    def joint_of_anybody(self) -> Joint:
        """The same as anybody knows it, who is told nothing by the agent."""
        return self._joint(ties.relations(self.grids, self.ties, self.rules, anybody=True), ())

    def _joint(self, relations: Sequence[Relation], differences: Sequence[Difference]) -> Joint:
        known = {
            Place(number, figure): grid.truth(figure)
            for number, grid in enumerate(self.grids)
            for figure in (grid.shape.figures() if self.public else ())
            if (number, grid.name(figure)) in self.public
        }
        return Joint(
            [grid.shape for grid in self.grids], relations, differences, known,
            range(self.new, len(self.grids)),
        )  # fmt: skip


@dataclass(frozen=True)
class Hidden:
    """What is hidden of a component.

    Attributes:
        found: what stage 1 found in each new table.
        view: what is shown in the end, of all tables.
        grids: of these, with all figures numbered that the view numbers.
    """

    found: tuple[primary.Primary, ...]
    view: JointView
    grids: tuple[Grid, ...] = field(repr=False)


def hide(component: Component) -> Hidden:
    """What stage 1 found in each new table, and what may be shown of all of them.

    Where no safe pattern is found for all tables together, nothing of any new one is shown.
    """
    component, merged = _with_merged(component)
    joint, rules = component.joint(), component.rules_of
    # 1. Primary suppression; of tables that were released before, what has to stay hidden.
    found = [
        primary.suppress(grid, each) for grid, each in zip(component.grids, rules, strict=True)
    ]
    own = tuple(found[: component.new])
    # 2. Rounding.
    draft = JointView(joint, _views(component, own, merged))
    truths = _truths(component.grids, joint)
    wanted = _wanted(found, component.grids, joint, truths, component.rules)
    try:
        wanted = _meetable(wanted, draft, truths)
        # 3. An attack on the draft, and 4. what must be hidden besides.
        final, every = _protected(draft, component, found, truths, wanted)
    except UnsolvedError:
        return Hidden(own, draft.without(draft.hideable), component.grids)
    # 5. The final pattern is attacked anew.
    if not audit.is_safe(final, truths, every):
        return Hidden(own, draft.without(draft.hideable), component.grids)
    # 6. Merged figures that have no place are left out, 7. and markers, as far as they are safe.
    final = final.without(merging.out_of_place(final))
    return Hidden(own, _marked(final, component, truths, every), component.grids)


def _with_merged(component: Component) -> tuple[Component, list[list[Figure]]]:
    """The component with merged figures numbered, and those that each new table may show."""
    merged = [
        [] if table in component.unmerged else [*merging.possible(grid, component.rules)]
        for table, grid in enumerate(component.grids[: component.new])
    ]
    places = (Place(table, figure) for table, few in enumerate(merged) for figure in few)
    names = merging.alike(component.grids, places)
    return replace(component, grids=merging.numbered(component.grids, names)), merged


def _protected(
    draft: JointView, component: Component, found: Sequence[primary.Primary],
    truths: Sequence[int], wanted: tuple[needs.Need, ...],
) -> tuple[JointView, tuple[needs.Need, ...]]:  # fmt: skip
    """As `_extended`, begun anew without merged figures that turn out to be out of place.

    What tables differ by in outcomes together is no secret if it is exposed where no merged figure
    is shown. Should merged figures say more of it once other figures are hidden, those of the rows
    in question are left out likewise.

    Raises:
        UnsolvedError: as `_extended`.
    """
    while True:
        lost = _lost(draft, truths, wanted)
        left = tuple(need for need in wanted if need not in lost)
        final, every = _extended(draft, component, found, truths, left)
        told = audit.exposed(final, truths, lost) - audit.exposed(
            merging.without_any(final), truths, lost
        )
        out = merging.beside(told, draft)
        if merging.without_any(draft).shown != merging.without_any(final).shown:
            out += merging.out_of_place(final)
        if not out:
            return final, every
        draft = draft.without(out)


def _lost(
    draft: JointView, truths: Sequence[int], wanted: Iterable[needs.Need]
) -> list[needs.Need]:
    """The needs of what merged figures differ by that are exposed without merged figures."""
    some = merging.of_differences(wanted, draft.joint)
    exposed = audit.exposed(merging.without_any(draft), truths, some)
    return [need for need in some if need in exposed]


def _marked(
    view: JointView, component: Component, truths: Sequence[int], every: Sequence[needs.Need]
) -> JointView:
    """The view with markers: in all tables, or in one after the other as long as that is safe."""
    found = {
        table: one
        for table in range(component.new)
        if (one := _marks_of(component, table, view.views[table]))
    }
    together = view.marked(found)
    if not found or audit.is_safe(together, truths, every):
        return together
    for table, one in found.items():
        more = view.marked({table: one})
        if audit.is_safe(more, truths, every):
            view = more
    return view


def _marks_of(component: Component, table: int, seen: View) -> Mapping[Figure, marks.Mark]:
    found = marks.chosen(component.grids[table], seen.hidden_part, component.rules)
    return found if marks.marked(found) else {}


def _views(
    component: Component, found: Sequence[primary.Primary], merged: Iterable[Iterable[Figure]]
) -> tuple[View, ...]:
    grids = component.grids
    drafts = (
        merging.shown_with(View.of(grid, each.hidden, component.rules), grid, few)
        for grid, each, few in zip(grids, found, merged, strict=False)
    )
    before = (
        View.of_answer(grid, each.answer, each.rules)
        for grid, each in zip(grids[component.new :], component.past, strict=True)
    )
    return (*drafts, *before)


def _truths(grids: Sequence[Grid], joint: Joint) -> list[int]:
    """The exact numbers of all figures and differences, by number."""
    truths = [truth for grid in grids for truth in grid.truths]
    more = [
        sum(truths[joint.number(place)] for place in each.more)
        - sum(truths[joint.number(place)] for place in each.less)
        for each in joint.differences
    ]
    return truths + more


def _wanted(
    found: Iterable[primary.Primary], grids: Sequence[Grid], joint: Joint,
    truths: Sequence[int], rules: Rules,
) -> tuple[needs.Need, ...]:  # fmt: skip
    """What must stay hidden whatever is shown; a public figure cannot."""
    of_tables = (
        need for table, each in enumerate(found) for need in moved(each.needs, joint, table)
    )
    between = (
        needs.of_difference(joint.difference(number), truths[joint.difference(number)],
                            joint.unit_of_sum(each.more[0]), rules, _known(grids, joint, each))
        for number, each in enumerate(joint.differences)
    )  # fmt: skip
    public = {joint.number(place) for place in joint.public}
    return tuple(
        need for need in dict.fromkeys((*of_tables, *between)) if not public.issuperset(need.parts)
    )


def _meetable(
    wanted: Sequence[needs.Need], draft: JointView, truths: Sequence[int]
) -> tuple[needs.Need, ...]:
    """The needs without those of differences that hiding figures cannot meet.

    Who is taken to know so much that a difference by people follows without any new publication
    learns nothing of it from one: such an attacker is taken to know less, and if that is not
    enough, to know it. A difference by definition that follows without any publication at all,
    since the same people are behind figures of other tables, is no secret.
    """
    joint = draft.joint
    by_people: dict[tuple[int, ...], bool] = {
        (joint.difference(number),): each.by_people for number, each in enumerate(joint.differences)
    }
    some = [need for need in wanted if need.parts in by_people]
    bare, nothing = draft.without(draft.hideable), draft.without(draft.shown)
    exposed = audit.exposed(bare, truths, some)
    weaker = {need: replace(need, known=frozenset()) for need in some if need in exposed}
    of_people = {need: less for need, less in weaker.items() if by_people[need.parts]}
    of_links = {need: less for need, less in weaker.items() if not by_people[need.parts]}
    known = audit.exposed(nothing, truths, of_links.values())
    gone = known | audit.exposed(bare, truths, of_people.values())
    found = (
        weaker[need] if need in of_people or of_links.get(need) in known else need
        for need in wanted
    )
    return _beside_public(
        [need for need in dict.fromkeys(found) if need not in gone], nothing, truths
    )


def _beside_public(
    wanted: Sequence[needs.Need], nothing: JointView, truths: Sequence[int]
) -> tuple[needs.Need, ...]:
    """The needs, where of what public figures tell by themselves nothing more may be told.

    Raises:
        UnsolvedError: the solver failed.
    """
    if not nothing.joint.public:
        return tuple(wanted)
    exposed = audit.exposed(nothing, truths, wanted)
    weaker = {need: replace(need, known=frozenset()) for need in exposed}
    known = audit.exposed(nothing, truths, weaker.values())
    found = (
        need if need not in exposed
        else audit.beside(nothing, need) if weaker[need] in known
        else weaker[need]
        for need in wanted
    )  # fmt: skip
    return tuple(dict.fromkeys(found))


def _known(grids: Sequence[Grid], joint: Joint, difference: Difference) -> frozenset[int]:
    """What an attacker on a difference may know exactly of its tables."""
    figures: dict[int, list[Figure]] = {}
    for place in (*difference.more, *difference.less):
        figures.setdefault(place.table, []).append(place.figure)
    return frozenset(
        number + joint.start(table)
        for table, some in figures.items()
        for number in needs.known_beside(grids[table], some)
    ) | (frozenset() if difference.told else joint.told)


def _extended(
    draft: JointView, component: Component, found: Sequence[primary.Primary],
    truths: Sequence[int], wanted: tuple[needs.Need, ...],
) -> tuple[JointView, tuple[needs.Need, ...]]:  # fmt: skip
    """The draft with more hidden, until what is hidden together is uncertain enough, too.

    Beside it stands what must stay hidden of it in the end. `found` is what stage 1 found in each
    table.

    Raises:
        UnsolvedError: the solver failed, or no pattern was found.
    """
    view, parts = draft, component.parts
    if draft.joint.figures > LARGE and len(parts) > 1:
        view = draft.without(_hidden_in_parts(parts, draft, component, found, truths))
    preference = component.lot.among(component.grids)
    following = Following(
        component.grids, component.rules_of, component.new, truths, wanted,
        draft.without(draft.shown),
    )  # fmt: skip
    final = secondary.extend(view, truths, wanted, preference, following)
    return final, tuple(dict.fromkeys((*wanted, *following.met(final))))


def _hidden_in_parts(
    parts: Iterable[tuple[int, ...]], draft: JointView, component: Component,
    found: Sequence[primary.Primary], truths: Sequence[int],
) -> Iterator[Place]:  # fmt: skip
    """What is hidden of a large component where only what definitions entail is known.

    It is a pattern to begin with: what the comparison by people ties together, and so makes large,
    exposes little besides.

    Raises:
        UnsolvedError: as `_extended`.
    """
    for numbers in parts:
        part = component.part(numbers)
        joint, mine = part.joint(), [found[number] for number in numbers]
        view = JointView(joint, tuple(draft.views[number] for number in numbers))
        exact = _truths(part.grids, joint)
        wanted = _wanted(mine, part.grids, joint, exact, part.rules)
        lost = _lost(view, exact, wanted)
        wanted = tuple(need for need in wanted if need not in lost)
        final, _ = _extended(view, part, mine, exact, wanted)
        points.carry_from_part(joint, numbers, draft.joint, truths)
        for table, figure in set(view.shown) - set(final.shown):
            yield Place(numbers[table], figure)
