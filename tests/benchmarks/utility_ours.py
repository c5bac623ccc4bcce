"""What the agent releases and the coordinator pools, as figures beside the truth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256

from utility_figures import WHOLE, Asked, Figure, Hidden, Result
from utility_world import Answered, ExactTable, Protected, RowKey, Variant, World

from oversight_coordinator.pool import AuthorityRow, PooledRow, authority_rows, pool
from oversight_protocol.release import (
    TOTAL,
    UNAVAILABLE,
    Cell,
    Release,
    Row,
    TableAnswer,
    row_keys,
)
from oversight_protocol.study import BaseTable

SECONDARY, MARKS = "attack_audit", "low_high_below"
"""The report's name for what is hidden besides, and for markers, which hide nothing."""

_NEARLY = 1e-9
"""The truth is a float: on an interval's very end it may stand a last digit outside."""


def of_ours(world: World, variant: Variant, questions: Sequence[Asked]) -> Result:
    """What is released under a variant, and what the coordinator's pool makes of it."""
    releases = {
        la: _release(world, variant, la, one.released[variant.name])
        for la, one in world.answered.items()
    }
    question = world.study, world.wave, list(world.answered), releases
    rows = {
        (row.measure, row.period, (row.dimension, row.category)): row for row in pool(*question)
    }
    figures = tuple(
        _ours(world, variant, each, rows[each.measure.id, each.period, each.row])
        for each in questions
    )
    whole, categories = (_ours_hidden(world, variant, whole=one) for one in (True, False))
    unbounded = _unbounded(authority_rows(*question))
    return Result(variant.name, figures, whole, categories, unbounded)


def _unbounded(rows: Iterable[AuthorityRow]) -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for row in rows:
        if row.marker != "[x]" and (row.lower, row.upper) in ((None, None), (0, 100)):
            key = row.measure, row.period
            found[key] = (*found.get(key, ()), row.la)
    return found


def _release(world: World, variant: Variant, la: str, one: Protected) -> Release:
    """A release of what was protected, to no real ticket."""
    digest = sha256(b"no ticket").hexdigest()
    release = Release(
        ticket="benchmark", ticket_digest=digest, study=digest, wave=world.wave.id, la=la,
        answered=world.study.issued, rules=world.study.rules, tables=one.answers,
    )  # fmt: skip
    return release.model_copy(update={"rules": variant.rules})


def _ours(world: World, variant: Variant, each: Asked, row: PooledRow) -> Figure:
    interval = None if row.lower is None or row.upper is None else (row.lower, row.upper)
    return Figure(
        each,
        error=None if row.estimate is None else each.error(row.estimate),
        complete=row.las_published == len(each.las),
        denominator=row.denominator or 0,
        interval=interval,
        holds=interval is not None and _holds(world, variant, each, interval),
    )


def _holds(world: World, variant: Variant, each: Asked, interval: tuple[float, float]) -> bool:
    """Whether the truth of those that released the table lies in an interval of the pool."""
    las = [
        la for la in each.las
        if _has_released(world.answered[la].released[variant.name], each)
    ]  # fmt: skip
    truth = world.truth.figure(las, each.measure, each.period, *each.row)
    return truth is None or interval[0] - _NEARLY <= truth <= interval[1] + _NEARLY


def _has_released(one: Protected, each: Asked) -> bool:
    return any(
        (answer.table, answer.period, answer.status)
        == (each.measure.table, each.period, "released")
        for answer in one.answers
    )


def nothing_hidden(world: World, questions: Sequence[Asked]) -> Result:
    """What the pool would make of all figures, rounded, none of them hidden: no release ever."""
    # Whoever hides nothing keeps no minimum, from which a reader could conclude anything.
    without = {"minimum_persons": 0, "staff_minimum_workers": 0, "zeros_may_be_shown": True}
    rules = world.variants[0].rules.model_copy(update=without)
    variant = Variant("rounding to 5, nothing hidden", rules)
    shown = replace(
        world,
        answered={
            la: replace(one, released={variant.name: Protected(tuple(_shown(world, one)), ())})
            for la, one in world.answered.items()
        },
    )
    return of_ours(shown, variant, questions)


def _shown(world: World, one: Answered) -> Iterator[TableAnswer]:
    base, [released, *_] = world.variants[0].rules.rounding_base, one.released.values()
    for answer in released.answers:
        declared, name = world.study.table(answer.table), (answer.table, answer.period)
        if name not in one.exact:
            yield answer
            continue
        rows = (_shown_row(declared, key, one.exact[name], base) for key in row_keys(declared))
        yield TableAnswer(
            table=answer.table, period=answer.period, status="released", rows=tuple(rows)
        )


def _shown_row(declared: BaseTable, key: RowKey, table: ExactTable, base: int) -> Row:
    units = {one.name: 10**one.decimals for one in declared.magnitudes}

    def cell(code: str) -> Cell:
        if key not in table:
            return Cell(outcome=code, value=None, marker=UNAVAILABLE)
        one = units.get(code, 1)
        value = (table[key][code].value + base * one // 2) // (base * one) * base
        return Cell(outcome=code, value=value)

    cells, sums = map(
        tuple, (map(cell, declared.outcome_codes), map(cell, declared.magnitude_names))
    )
    return Row(dimension=key[0], category=key[1], cells=cells, total=cell(TOTAL), sums=sums)


def by_rule(
    one: Answered, variant: str, *, whole: bool, table: str | None = None
) -> Iterator[tuple[str, frozenset[tuple[str, str, tuple[str, str, str]]]]]:
    """What each rule hid of an authority's figures: table, period, and the figure's place."""
    for report in one.released[variant].reports:
        if table in (None, report.table):
            for rule in report.rules:
                yield (
                    rule.rule,
                    frozenset(
                        (report.table, report.period, (each.dimension, each.category, each.outcome))
                        for each in rule.hidden
                        if ((each.dimension, each.category) == WHOLE) == whole
                    ),
                )


def _ours_hidden(world: World, variant: Variant, *, whole: bool) -> Hidden:
    figures = primary = secondary = 0
    for one in world.answered.values():
        figures += sum(
            len(line)
            for table in one.exact.values()
            for row, line in table.items()
            if (row == WHOLE) == whole
        )
        rules = list(by_rule(one, variant.name, whole=whole))
        by_primary = frozenset().union(
            *(places for rule, places in rules if rule not in (SECONDARY, MARKS))
        )
        primary += len(by_primary)
        secondary += len(
            frozenset().union(*(places for rule, places in rules if rule == SECONDARY))
        )
    return Hidden(figures, primary, secondary)
