"""An attacker who has this software too: it protects every table that might be the true one.

The algorithm is public, so whoever sees a release may run it on each candidate and keep those that
give the very same bytes. Candidates are found by counting: no algebra, nothing of the defence.

What the attacker has not is the authority's secret. Every secret that might be the true one has to
be tried as well; some of them stand for all here, so what this attacker is left with is less than
what a real one is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from oversight_agent.disclosure import protect
from oversight_protocol.policy import Rules
from oversight_protocol.release import TableAnswer
from oversight_protocol.study import BaseTable
from support.attacker import Key, fits, published, put_together
from support.exact_tables import from_counts, lines_of

PUBLIC = b""
"""The key of who has no secret."""

KEYS = tuple(bytes([number]) * 32 for number in range(1, 9))
"""The keys that are tried."""

Counts = dict[tuple[int, ...], tuple[int, ...]]
"""By categories, the counts of the outcomes."""


def protected(
    table: BaseTable, counts: Mapping[tuple[int, ...], Sequence[int]], rules: Rules,
    key: bytes = PUBLIC,
) -> TableAnswer:  # fmt: skip
    """What is released of a table."""
    return protect([from_counts(table, counts)], rules, "1.0", key=key).tables[0].answer


def candidates(table: BaseTable, answer: TableAnswer, rules: Rules, most: int) -> Iterator[Counts]:
    """All tables that round to the published figures; a hidden figure is at most `most`."""
    figures = published(answer)
    places = list(product(*(range(len(one.codes)) for one in table.dimensions)))
    cells = list(product(places, range(len(table.outcomes))))
    choices = [_choices(figures, table, at, outcome, rules, most) for at, outcome in cells]
    allowed = []
    for (dimension, category), holds in lines_of(table):
        for code in ("all", *table.outcome_codes):
            value = figures[dimension, category, code]
            if value is not None:
                parts = [
                    number for number, (at, outcome) in enumerate(cells)
                    if holds(at) and code in ("all", table.outcome_codes[outcome])
                ]  # fmt: skip
                allowed.append((parts, set(fits(value, rules.rounding_base))))
        for code, together in put_together(table).items():
            value = figures.get((dimension, category, code))
            if value is not None:
                parts = [
                    number for number, (at, outcome) in enumerate(cells)
                    if holds(at) and table.outcome_codes[outcome] in together
                ]  # fmt: skip
                allowed.append((parts, set(fits(value, rules.rounding_base))))
    for each in _lines(choices, allowed):
        yield {
            at: tuple(each[n] for n, (there, _) in enumerate(cells) if there == at)
            for at in places
        }  # fmt: skip


def same_release(
    table: BaseTable, answer: TableAnswer, rules: Rules, most: int,
    keys: Sequence[bytes] = (PUBLIC,),
) -> list[Counts]:  # fmt: skip
    """All tables of which exactly this is released, under one of the keys at least."""
    wanted = answer.canonical()
    return [
        each for each in candidates(table, answer, rules, most)
        if any(protected(table, each, rules, key).canonical() == wanted for key in keys)
    ]  # fmt: skip


def may_be(
    table: BaseTable, answer: TableAnswer, rules: Rules, most: int, keys: Sequence[bytes],
    quantity: Key, wanted: set[int],
) -> set[int]:  # fmt: skip
    """Which of the wanted numbers a count may be; stops once all are found to be possible."""
    released, found = answer.canonical(), set[int]()
    for each in candidates(table, answer, rules, most):
        if found >= wanted:
            break
        [value] = values(table, [each], quantity)
        if value in wanted - found and any(
            protected(table, each, rules, key).canonical() == released for key in keys
        ):
            found.add(value)
    return found


def values(table: BaseTable, tables: Sequence[Counts], key: Key, *, rest: bool = False) -> set[int]:
    """What a count, or the rest of its row, is in some tables."""
    holds = dict(lines_of(table))[key[:2]]
    codes = table.outcome_codes
    return {
        sum(
            count
            for at, line in counts.items()
            if holds(at)
            for code, count in zip(codes, line, strict=True)
            if key[2] == "all" or (code == key[2]) != rest
        )
        for counts in tables
    }


def _choices(
    figures: Mapping[Key, int | None], table: BaseTable, at: tuple[int, ...], outcome: int,
    rules: Rules, most: int,
) -> list[int]:  # fmt: skip
    """What the finest cell may be, by itself."""
    key = ("", "")
    if len(table.dimensions) == 1:
        key = (table.dimensions[0].name, table.dimensions[0].codes[at[0]])
    value = figures[(*key, table.outcome_codes[outcome])]
    return list(range(most + 1)) if value is None else fits(value, rules.rounding_base)


def _lines(
    choices: Sequence[Sequence[int]], allowed: Sequence[tuple[Sequence[int], set[int]]]
) -> Iterator[tuple[int, ...]]:
    """All choices whose sums are allowed, one number after the other."""

    def extended(before: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if len(before) == len(choices):
            yield before
            return
        for choice in choices[len(before)]:
            line = (*before, choice)
            if all(_may(line, parts, sums) for parts, sums in allowed):
                yield from extended(line)

    yield from extended(())


def _may(line: Sequence[int], parts: Sequence[int], sums: set[int]) -> bool:
    so_far = sum(line[part] for part in parts if part < len(line))
    return so_far in sums if max(parts) < len(line) else so_far <= max(sums)
