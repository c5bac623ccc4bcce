"""The benchmark of utility as tables in Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence

from utility_figures import Asked, Figure, Result, Scale
from utility_ours import MARKS, SECONDARY, by_rule
from utility_world import World

Part = Callable[[Figure], bool]


def tables(world: World, results: Sequence[Result]) -> Iterator[str]:
    """Everything as lines of Markdown."""
    yield from _table(
        ("Way", "Figures of", "published, %", "hidden by rules", "hidden besides"),
        [(result.name, *row) for result in results for row in _cells(result)],
    )
    parts: tuple[tuple[str, Part, Scale], ...] = (
        ("proportions of whole authorities (points)", _is_whole, "points"),
        ("proportions of categories (points)", _is_category, "points"),
        ("ratios (percent of the truth)", _is_any, "percent of the truth"),
        ("medians (days)", _is_any, "days"),
    )
    for title, part, scale in parts:
        yield from ("", title, "")
        yield from _errors(results, part, scale)
    yield ""
    yield from _by_measure(world, results)


def _is_whole(one: Figure) -> bool:
    return one.asked.is_whole


def _is_category(one: Figure) -> bool:
    return not one.asked.is_whole


def _is_any(_one: Figure) -> bool:
    return True


def _cells(result: Result) -> Iterator[tuple[str, ...]]:
    for name, one in (("whole authorities", result.whole), ("categories", result.categories)):
        yield name, f"{one.published:.1f}", f"{one.primary:,}", f"{one.secondary:,}"


def _errors(results: Sequence[Result], part: Part, scale: Scale) -> Iterator[str]:
    chosen = {
        result.name: [one for one in result.figures if one.asked.scale == scale and part(one)]
        for result in results
    }
    common = [
        number for number, column in enumerate(zip(*chosen.values(), strict=True))
        if all(one.error is not None for one in column)
    ]  # fmt: skip
    head = ("Way", "pools", "median error", "largest error", "largest where all have a figure",
            "interval holds the truth", "width, median", "widest")  # fmt: skip
    yield from _table(head, [_error_row(name, each, common) for name, each in chosen.items()])


def _error_row(name: str, figures: Sequence[Figure], common: Sequence[int]) -> tuple[str, ...]:
    errors = [one.error for one in figures if one.error is not None]
    widths = [one.width for one in figures if one.width is not None]
    held = sum(one.holds for one in figures)
    shared = [figures[number].error or 0.0 for number in common]
    return (
        name, f"{len(errors)} of {len(figures)}",
        _number(statistics.median, errors, 2), _number(max, errors, 2), _number(max, shared, 2),
        f"{held} of {len(widths)}" if widths else "none stated",
        _number(statistics.median, widths, 1), _number(max, widths, 1),
    )  # fmt: skip


def _number(of: Callable[[Sequence[float]], float], values: Sequence[float], digits: int) -> str:
    return f"{of(values):.{digits}f}" if values else "–"


def _error(one: Figure) -> str:
    return "–" if one.error is None else f"{one.error:.2f}"


def _by_measure(world: World, results: Sequence[Result]) -> Iterator[str]:
    """Whole authorities in the latest quarter, measure by measure, and what was hidden of each."""
    latest = max(period.id for period in world.wave.periods)
    columns = [
        {one.asked.measure.id: one for one in result.figures
         if one.asked.is_whole and one.asked.period == latest}
        for result in results
    ]  # fmt: skip
    first = results[0]
    head = ("Measure", "truth", *(f"error, {result.name}" for result in results),
            "interval", "hidden by rules", "hidden besides")  # fmt: skip
    yield from _table(head, [
        (f"{one.asked.measure.number} {name}", f"{one.asked.truth:.2f}",
         *(_error(column[name])
           for column in columns),
         f"{one.interval[0]:.1f} to {one.interval[1]:.1f}" if one.interval else "none",
         *(str(n) for n in _hidden_of(world, first.name, one.asked)))
        for name, one in columns[0].items()
    ])  # fmt: skip


def _hidden_of(world: World, variant: str, each: Asked) -> tuple[int, int]:
    """Figures of whole authorities and categories of a measure's table, over all authorities."""
    primary = secondary = 0
    for one in world.answered.values():
        for whole in (True, False):
            rules = list(by_rule(one, variant, whole=whole, table=each.measure.table))
            by_rules = frozenset[object]().union(
                *(at for rule, at in rules if rule not in (SECONDARY, MARKS))
            )
            primary += len(by_rules)
            secondary += sum(len(at) for rule, at in rules if rule == SECONDARY)
    return primary, secondary


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield "| " + " | ".join(row) + " |"
