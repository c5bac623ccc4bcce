"""Why the history has a table refused or hidden in part, in words, and what would pass instead.

Rules kept here:

1. An explanation is for the authority's own people and never leaves. It holds no count even so.
2. It names the earlier release by its table, its period and the day on which it was recorded.
3. It always says what would pass. An authority's own publications have no study, wave or snapshot:
   of them it says what the authority can do itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from oversight_agent.history.memory import OWN, Span
from oversight_protocol.model import Code, Document, Name

if TYPE_CHECKING:
    from oversight_agent.history.entries import Entry
    from oversight_agent.history.stage import Judged


class Relation(StrEnum):
    """How a table stands to an earlier release, or to another new table."""

    GROWTH = "growth"
    OVERLAP = "overlap"
    AGAIN = "again"
    NESTED = "nested"
    LINKED = "linked"
    UNFORESEEN = "unforeseen"
    UNCOUNTED = "uncounted"
    REDEFINED = "redefined"


WHY: Mapping[Relation, str] = {
    Relation.GROWTH: "Some of its figures are about nearly the same people as those of {other}."
    " Whoever compares the two learns of the few who have come or left in between.",
    Relation.OVERLAP: "Its days overlap with those of {other}, and neither period lies within the"
    " other. Whoever compares the two learns of the people who are in one of them alone.",
    Relation.AGAIN: "The same days were released before, as {other}. Whoever compares the two"
    " learns of the people whose records or mapping were changed since.",
    Relation.NESTED: "Its days lie within those of {other}, or hold them. Subtracting one from the"
    " other gives figures of the days that only one of them has.",
    Relation.LINKED: "By the study's definition it is about the same people as {other}. What was"
    " shown there limits what can be shown here.",
    Relation.UNFORESEEN: "Some of its figures are about nearly the same people as those of {other},"
    " though nothing says that the two tables are related. Subtracting one from the other would"
    " tell of a few people.",
    Relation.UNCOUNTED: "Its days overlap with those of {other}, and of one of the two only counts"
    " are known, so that nobody can say how few people are in one of them alone.",
    Relation.REDEFINED: "Its days lie within those of {other}, or hold them, but its outcomes or"
    " categories are others; and of one of the two only counts are known, so that nobody can say"
    " how few people are in one of them alone.",
}
"""Why each relation is a risk."""

PASSES: Mapping[Relation, str] = {
    Relation.GROWTH: "Wait for a later quarter, {quarter} or one after it: it passes once it is"
    " over and enough people have come or left.",
    Relation.OVERLAP: "Wait for the next whole quarter, {quarter}, and publish quarters once they"
    " are over: they do not overlap.",
    Relation.AGAIN: "Use the wave's frozen snapshot ('oversight-agent snapshot list'): what was"
    " answered from it stands as it is. A correction passes once it concerns enough people.",
    Relation.NESTED: "Publish periods of one length throughout: all quarters of the year in place"
    " of single months, or the year alone.",
    Relation.LINKED: "Ask for linked tables in one wave: they are then protected together, which"
    " hides least.",
    Relation.UNFORESEEN: "Have the study say how the two tables are linked, so that they are"
    " protected together, or publish one of them only.",
    Relation.UNCOUNTED: "Publish periods that do not overlap: the next whole quarter is {quarter},"
    " once it is over. Or have the agent count the table from its data, so that people can be"
    " compared.",
    Relation.REDEFINED: "Ask for the outcomes and categories of the earlier table, or for days that"
    " the two do not share: the next whole quarter is {quarter}, once it is over.",
}
"""What would pass instead."""

OWN_WHY: Mapping[Relation, str] = {
    **WHY,
    Relation.GROWTH: "Nearly the same people may stand behind it and behind {other}. Of counts"
    " alone nobody can tell, so nothing is hidden for it: whoever compares the two sees by how many"
    " people a figure has grown or shrunk.",
    Relation.AGAIN: "The same days were published before, as {other}. Whoever compares the two"
    " learns of the people whose records were changed since.",
    Relation.LINKED: "A link says that it is about the same people as {other}. What was shown"
    " there limits what can be shown here.",
}
"""Why each relation is a risk, of what an authority publishes itself."""

OWN_PASSES: Mapping[Relation, str] = {
    **PASSES,
    Relation.GROWTH: "Where only a few people have come or left, leave that category out, take"
    " coarser categories, or wait for a later period: the next whole quarter is {quarter}.",
    Relation.AGAIN: "Publish the earlier table again, unchanged: it is printed as it was recorded."
    " Or leave out the category in which few people were changed, or wait for the next period. A"
    " correction passes once it concerns enough people.",
    Relation.NESTED: "Publish periods of one length throughout, all quarters of the year in place"
    " of single months, or the year alone, and wait for the next of them. Keep the outcomes and"
    " categories as they were: with others the whole table would be withheld.",
    Relation.LINKED: "List linked tables in one file, which hides least. Now that one was recorded,"
    " leave out the category that stays hidden, take coarser categories, or wait for the next"
    " period.",
    Relation.UNFORESEEN: "Say under 'links' how the two tables are linked, so that they are"
    " protected together; or publish one of them only.",
    Relation.UNCOUNTED: "Publish periods that do not overlap: the next whole quarter is {quarter},"
    " once it is over. Or publish the earlier table again, unchanged. Leaving categories out does"
    " not help, nor do coarser ones.",
    Relation.REDEFINED: "Keep the outcomes and categories of the earlier table: then this one is"
    " protected beside it. Or publish days that the two do not share: the next whole"
    " quarter is {quarter}, once it is over.",
}
"""What would pass instead of it."""


UNTOLD = (
    "Nothing of these names was released before. Either too few people stand behind a table's"
    " figures, or some of them are about nearly the same people as another table's. Have the study"
    " say how the tables are linked, or ask for a coarser table:"
)
"""What is said of withheld tables of which names and days tell nothing."""


class Explanation(Document):
    """What stands in a table's way.

    Attributes:
        withheld: whether the whole table is withheld for it; else it may have figures hidden.
        reasons: each a sentence or two on why, and one on what would pass.
    """

    table: Name
    period: Code
    withheld: bool
    reasons: tuple[str, ...]


class Related(NamedTuple):
    """A table with its period, and how the one that is explained stands to it.

    `recorded` is when it was released, in ISO form; empty for a table that is asked with it. `own`
    says that the authority published it itself.
    """

    relation: Relation
    table: str
    span: Span
    recorded: str
    own: bool = False


def explain(
    judged: Judged, new: Sequence[tuple[str, Span]], *, own: bool = False
) -> tuple[Explanation, ...]:
    """What the history says of each new table, in their order; nothing of those it leaves alone.

    Args:
        judged: what the history's stage found.
        new: the name and the period of each table that it was asked about.
        own: whether the authority is to publish them itself.
    """
    found = (_of_withheld(judged, new, place, own=own) or _of_kept(judged, new, place, own=own)
             for place in range(len(new)))  # fmt: skip
    return tuple(each for each in found if each is not None)


def foreseeable(
    name: str, span: Span, entries: Iterable[Entry], *, has_records: bool = True
) -> tuple[Related, ...]:
    """How a table that nobody has counted yet would stand to what was released of it.

    Of periods that share no day with its own, only the nearest is told.
    """
    found = _related(name, span, entries, has_records=has_records)
    apart = [one for one in found if one.relation is Relation.GROWTH]
    nearest = min(apart, key=lambda one: _days_between(span, one.span), default=None)
    return tuple(one for one in found if one.relation is not Relation.GROWTH or one is nearest)


def _related(
    name: str, span: Span, entries: Iterable[Entry], *, has_records: bool
) -> tuple[Related, ...]:
    return tuple(
        Related(relation, name, entry.about.span, entry.recorded, is_own(entry))
        for entry in entries
        if entry.about.released and entry.about.table == name
        for relation in [
            _by_days(span, entry.about.span, counted=has_records and entry.about.has_records)
        ]
    )


def of_withheld(entry: Entry, entries: Iterable[Entry]) -> tuple[str, ...]:
    """What may have had a table withheld, as far as names and days of earlier releases tell."""
    about = entry.about
    before = [one for one in entries if one.number < entry.number and one.ticket != entry.ticket]
    related = foreseeable(about.table, about.span, before, has_records=about.has_records)
    return reasons(about.table, about.span, related)


def is_own(entry: Entry) -> bool:
    """Whether the authority published a table itself."""
    return entry.ticket == OWN


def reasons(
    name: str, span: Span, related: Iterable[Related], *, own: bool = False
) -> tuple[str, ...]:
    """Each reason once, in words; `own` as in `explain`."""
    why, passes = (OWN_WHY, OWN_PASSES) if own else (WHY, PASSES)
    said = {
        f"{why[one.relation]} {passes[one.relation]}".format(
            other=_named(one, own=own), quarter=quarter_after(span.end)
        ): None
        for one in sorted(related, key=lambda one: (one.relation, one.recorded, one.span.start))
        if (one.table, one.span) != (name, span) or one.recorded
    }
    return tuple(said)


def quarter_after(day: date) -> str:
    """The first whole quarter that begins after a day, as `2026-Q3`."""
    year, number = divmod(day.year * 4 + (day.month - 1) // 3 + 1, 4)
    return f"{year}-Q{number + 1}"


def _of_withheld(
    judged: Judged, new: Sequence[tuple[str, Span]], place: int, *, own: bool
) -> Explanation | None:
    name, span = new[place]
    related = [
        other._replace(relation=_by_finding(name, span, each.kind, other.table, other.span))
        for each in judged.why(place)
        for other in [_table(judged, new, each.other)]
    ]
    if not related:
        return None
    return Explanation(
        table=name, period=span.id, withheld=True, reasons=reasons(name, span, related, own=own)
    )


def _of_kept(
    judged: Judged, new: Sequence[tuple[str, Span]], place: int, *, own: bool
) -> Explanation | None:
    name, span = new[place]
    mine = judged.kept.index(place)
    related = [
        Related(_by_tie(name, span, entry.about.table, entry.about.span),
                entry.about.table, entry.about.span, entry.recorded, is_own(entry))
        for entry in _tied(judged, mine)
    ]  # fmt: skip
    if not related:
        return None
    return Explanation(
        table=name, period=span.id, withheld=False, reasons=reasons(name, span, related, own=own)
    )


def _tied(judged: Judged, mine: int) -> Iterator[Entry]:
    """The released tables that a kept one is tied to."""
    first = len(judged.kept)
    numbers = {number for tie in judged.ties if mine in tie.tables for number in tie.tables}
    return (judged.recalled[number - first].entry for number in sorted(numbers) if number >= first)


def _table(judged: Judged, new: Sequence[tuple[str, Span]], number: int) -> Related:
    """A table by its number in `Found`; how the one that is explained stands to it is not known."""
    if number < 0:
        return Related(Relation.UNFORESEEN, *new[-1 - number], "")
    entry = judged.others[number]
    about = entry.about
    return Related(Relation.UNFORESEEN, about.table, about.span, entry.recorded, is_own(entry))


def _by_finding(name: str, span: Span, kind: str, its_name: str, its_span: Span) -> Relation:
    if kind == "uncounted":
        return Relation.UNCOUNTED if span.overlaps(its_span) else Relation.REDEFINED
    if name != its_name:
        return Relation.UNFORESEEN
    return _by_days(span, its_span, counted=True)


def _by_tie(name: str, span: Span, its_name: str, its_span: Span) -> Relation:
    return Relation.LINKED if name != its_name else _by_days(span, its_span, counted=True)


def _by_days(span: Span, other: Span, *, counted: bool) -> Relation:
    """The relation of one table in two periods."""
    if span.same_days(other):
        return Relation.AGAIN
    if not span.shares_days(other):
        return Relation.GROWTH
    if not span.overlaps(other):
        return Relation.NESTED
    return Relation.OVERLAP if counted else Relation.UNCOUNTED


def _days_between(one: Span, other: Span) -> int:
    return max((one.start - other.end).days, (other.start - one.end).days)


def _named(one: Related, *, own: bool) -> str:
    if not one.recorded:
        beside = "is in the same file" if own else "is asked for at the same time"
        return f"'{one.table}' for {one.span.label}, which {beside}"
    day, done = datetime.fromisoformat(one.recorded), "recorded" if one.own else "released"
    return f"'{one.table}' for {one.span.label}, {done} on {day.day} {day:%B %Y}"
