"""The history's stage of disclosure control: what a worker does between counting and protecting.

    1. recall     the released tables to which new ones are tied, with their exact numbers
    2. ties       what ties them together, for the attack audit
    3. compare    who stands behind each new figure, with all that was released, and with each other
    4. withhold   the new tables that are too close to another which they are not protected beside

and after protecting:

    5. remember   each table as it was answered, sealed, to be kept before it is sent

Rules kept here:

1. A table that is withheld here is withheld whole, with the family of disclosure, and remembered,
   so that the same question has the same answer for ever.
2. What is decided depends on the numbers, the codes and the history, not on the order of tables.
3. Of a table whose merged figures alone would be too close, none of these is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from oversight_agent.disclosure import primary
from oversight_agent.disclosure.figures import Grid
from oversight_agent.disclosure.past import Part, Past, Tie, TieKind, renumbered
from oversight_agent.disclosure.ties import same_magnitudes
from oversight_agent.history import content, record_sets
from oversight_agent.history.entries import Entry
from oversight_agent.history.matching import Known, known
from oversight_agent.history.memory import (
    About,
    Answered,
    Head,
    Memory,
    Span,
    definition_of,
)
from oversight_agent.history.recall import History, Recalled
from oversight_agent.history.record_sets import Name, RecordSets
from oversight_agent.history.sealing import Sealing
from oversight_agent.history.sketches import Sketches
from oversight_agent.history.ties import Foreseen, foreseen, ties
from oversight_agent.history.unforeseen import Comparison, Found
from oversight_agent.tables import UnsafeTable
from oversight_protocol.canonical import canonical_json
from oversight_protocol.errors import Family
from oversight_protocol.policy import Rules
from oversight_protocol.release import TOTAL, TableAnswer
from oversight_protocol.study import BaseTable, Link


@dataclass(frozen=True)
class New:
    """A table that is about to be protected.

    Attributes:
        sets: who stands behind its rows, for each kind of its subjects; none where only its counts
            are known.
    """

    unsafe: UnsafeTable = field(repr=False)
    sets: tuple[RecordSets, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Judged:
    """What the history says of new tables.

    Attributes:
        seen: the history that was asked.
        kept: the numbers of the new tables that may be protected, in their order.
        recalled: the released tables that they are protected beside.
        ties: between these, by number: the kept ones first, then the recalled.
        found: why each other new table is withheld; a new table's number is −1 less its place, a
            released one's that of its entry.
        others: the entries of the released tables that are named in `found`, by number.
        unmerged: the places in `kept` of those of which no merged figure may be shown.
    """

    seen: Head
    kept: tuple[int, ...]
    recalled: tuple[Recalled, ...] = field(repr=False)
    ties: tuple[Tie, ...]
    found: tuple[Found, ...]
    others: Mapping[int, Entry] = field(repr=False)
    unmerged: frozenset[int] = frozenset()

    @property
    def past(self) -> tuple[Past, ...]:
        """The released tables, as disclosure control takes them."""
        return tuple(each.past for each in self.recalled)

    def why(self, place: int) -> tuple[Found, ...]:
        """Why the new table at this place is withheld; nothing if it is not."""
        return tuple(each for each in self.found if each.new == _number(place))


def judge(history: History, new: Sequence[New], rules: Rules, links: Iterable[Link] = ()) -> Judged:
    """Steps 1 to 4 for all new tables of a wave together.

    Args:
        history: what was released before.
        new: the tables.
        rules: the rules to keep.
        links: what a study says of its tables together.

    Raises:
        HistoryError: something of the history was altered.
    """
    links = tuple(links)
    tables = [each.unsafe for each in new]
    # 1. Recall.
    asked = [(one.table.name, Span.of(one.period)) for one in tables]
    recalled = history.past(asked, links)
    # 2. Ties.
    every = [*tables, *(each.past.unsafe for each in recalled)]
    tied = ties(tables, every[len(new) :], links)
    # 3. Compare.
    numbers = [*map(_number, range(len(new))), *(each.entry.number for each in recalled)]
    comparing = _Comparing(
        new, every, history.known(), numbers, foreseen(tied, every, numbers), rules
    )
    found = comparing.found()
    # 4. Withhold.
    gone = {each.new for each in found}
    kept = tuple(place for place in range(len(new)) if _number(place) not in gone)
    rest = {number: at for at, number in enumerate((*kept, *range(len(new), len(every))))}
    named = {each.other for each in found}
    others = {entry.number: entry for entry in history.entries if entry.number in named}
    tied = (*tied, *comparing.ties(kept))
    return Judged(
        history.head, kept, recalled, tuple(renumbered(tied, rest)), tuple(found), others,
        frozenset(at for at, place in enumerate(kept) if comparing.is_close_if_merged(place)),
    )  # fmt: skip


class _Comparing:
    """Compares who stands behind the figures of new tables, and of those released before.

    Args:
        new: the tables.
        every: all that are protected together: these, then the recalled.
        old: all that were released.
        numbers: of those that are protected together.
        foreseen: what the audit looks after because of ties.
        rules: the rules to keep.
    """

    def __init__(
        self, new: Sequence[New], every: Sequence[UnsafeTable], old: Sequence[Known],
        numbers: Sequence[int], foreseen: Foreseen, rules: Rules,
    ) -> None:  # fmt: skip
        self._new, self._every, self._old, self._numbers = new, every, old, numbers
        self._rules = rules
        self._known = [self._of(place, published) for place in range(len(new))]
        self._comparison = Comparison(self._known, old, foreseen, rules.minimum_persons - 1)

    def found(self) -> list[Found]:
        """The new tables that are too close to another one."""
        return self._comparison.found(self._numbers)

    def ties(self, kept: Sequence[int]) -> Iterator[Tie]:
        """What ties the new tables that are kept to each other, and to recalled ones."""
        at = {number: place for place, number in enumerate(self._numbers)}
        recalled = [each for each in self._old if each.number in at]
        mine = [self._known[place] for place in kept]
        for each in self._comparison.close(mine, recalled):
            figures = tuple(Part(*behind.name, behind.rest) for behind in each.figures)
            kind: TieKind = "alike" if each.alike else "close"
            tables = at[each.more], at[each.less]
            yield Tie(kind, tables, figures=figures)
            for names in self._sums(tables, figures):
                sums = tuple(
                    part._replace(outcome=name) for part, name in zip(figures, names, strict=True)
                )
                yield Tie(kind, tables, figures=sums)

    def _sums(self, places: tuple[int, int], figures: Sequence[Part]) -> Sequence[tuple[str, str]]:
        """The magnitudes of which both of two rows have sums."""
        first, second = (self._every[place] for place in places)
        # In other days everybody contributes something else: no difference is that of the few.
        if not Span.of(first.period).same_days(Span.of(second.period)):
            return ()
        sums = (
            next(row.sums for row in each.rows
                 if (row.dimension, row.category) == (part.dimension, part.category))
            for each, part in zip((first, second), figures, strict=True)
        )  # fmt: skip
        return same_magnitudes(first.table, second.table, *sums)

    def is_close_if_merged(self, place: int) -> bool:
        """Whether a merged figure of a new table would be too close to another table's figure."""
        one = self._new[place]
        if not (one.sets and one.unsafe.table.merges):
            return False
        return self._comparison.is_close(self._of(place, _merged))

    def _of(self, place: int, figures: Callable[[UnsafeTable, Rules], frozenset[Name]]) -> Known:
        about, sets = self._every[place], self._new[place].sets
        names = figures(about, self._rules) if sets else frozenset[Name]()
        return known(_number(place), about.table.name, Span.of(about.period), sets, names)


def published(unsafe: UnsafeTable, rules: Rules) -> frozenset[Name]:
    """The figures of a table that no rule hides by itself."""
    grid = Grid.of(unsafe)
    hidden = primary.suppress(grid, rules).hidden
    return frozenset(
        Name(*grid.name(figure)) for figure in grid.shape.figures() if figure not in hidden
    )


def _merged(unsafe: UnsafeTable, rules: Rules) -> frozenset[Name]:
    """The merged figures of a table, with the totals beside which a rest follows from them."""
    totals = {name for name in published(unsafe, rules) if name.outcome == TOTAL}
    return frozenset(totals).union(
        Name(row.dimension, row.category, code) for row in unsafe.rows for code in row.merged
    )


def shown(answer: TableAnswer) -> frozenset[Name]:
    """The figures of a table that were published; with a sum, the total of its row likewise.

    Who is behind a sum is behind that total, and of them the sum tells, without their number too.
    """
    figures = frozenset(
        Name(row.dimension, row.category, cell.outcome)
        for row in answer.rows
        for cell in row.figures
        if cell.value is not None
    )
    return figures.union(
        Name(row.dimension, row.category, TOTAL)
        for row in answer.rows
        if any(cell.value is not None for cell in row.sums)
    )


def withheld(unsafe: UnsafeTable) -> TableAnswer:
    """The answer for a table that the history rules out: like any other that is withheld."""
    name, period = unsafe.table.name, unsafe.period.id
    return TableAnswer(table=name, period=period, status="refused", family=Family.DISCLOSURE)


def sets_of(
    table: BaseTable, sealing: Sealing, columns: dict[str, Sequence[str | None]]
) -> tuple[RecordSets, ...]:
    """Who stands behind the rows of a table, for each kind of its subjects.

    Args:
        table: the base table.
        sealing: the history's keys.
        columns: of the result of its query, by their names; all of one length. A dimension for
            which there is no data may be left out. A missing person is None.
    """
    return tuple(
        _sets(table, sealing, subject.kind, columns[subject.column], columns)
        for subject in table.subjects
    )


def remember(
    new: New, answered: Answered, sealing: Sealing, spec_version: str, *, own: bool = False
) -> Memory:
    """Step 5 for one table; `own` says that no ticket asked for it.

    Of a table that was withheld nobody sees a figure, so who stands behind it is not kept.
    """
    table, exact = new.unsafe.table, content.write(new.unsafe)
    figures = shown(answered.answer)
    sets = new.sets if figures else ()
    question = table.question(new.unsafe.period, spec_version)
    about = About(
        identity=_own(sealing, question, exact, answered) if own else question,
        question=question, definition=definition_of(table), table=table.name,
        span=Span.of(new.unsafe.period), published=len(figures), figures=_size(table),
        has_records=bool(sets),
    )  # fmt: skip
    return Memory.of(
        about,
        answered,
        {
            "content": exact,
            "sketches": Sketches.of(sets, figures).write(),
            "records": record_sets.write(sets),
        },
        sealing,
    )


def _own(sealing: Sealing, question: str, exact: bytes, answered: Answered) -> str:
    said = canonical_json(answered.model_dump(mode="json"))
    return sealing.mark(b"own", b"\0".join((question.encode(), exact, said))).hex()


def _size(table: BaseTable) -> int:
    rows = 1 + sum(len(table.members(name)) for name in table.breakdowns)
    return rows * (1 + len(table.outcomes) + len(table.magnitudes))


def _sets(
    table: BaseTable, sealing: Sealing, kind: str, persons: Sequence[str | None],
    columns: dict[str, Sequence[str | None]],
) -> RecordSets:  # fmt: skip
    there = [place for place, one in enumerate(persons) if one is not None]

    def column(name: str) -> list[str]:
        return [str(columns[name][place]) for place in there]

    keys = sealing.persons(kind, (str(persons[place]) for place in there))
    categories = {each.name: column(each.name) for each in table.dimensions if each.name in columns}
    return RecordSets.of(table, kind, keys, column("outcome") if table.outcomes else [], categories)


def _number(place: int) -> int:
    return -1 - place
