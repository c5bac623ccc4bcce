"""A check as lines for the terminal: what is wrong first, then what can be answered.

Fields and dates without anything to look at are left out; the page and the JSON have all of them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from oversight_agent.checks import words
from oversight_agent.checks.expected import EMPTY_SAYS_SOMETHING, MANY_ROWS
from oversight_agent.checks.findings import Check
from oversight_agent.checks.statistics import FieldCheck

WIDTH = 96
NEARLY_ALL = 0.95
"""A field with known values in fewer of its rows is worth a line."""


def lines(check: Check) -> Iterator[str]:
    """The whole check."""
    yield from _tables(check)
    yield from _problems(check)
    yield from _findings(check)
    yield from _fields(check)
    yield from _dates(check)
    yield from _measures(check)


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """Columns as wide as their widest cell, the last one wrapped at the terminal's usual width."""
    texts = [[str(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)][:-1]
    indent = sum(widths) + 2 * len(widths)
    for row in texts:
        start = "".join(f"{cell:<{width}}  " for cell, width in zip(row, widths, strict=False))
        last = textwrap.wrap(row[-1], max(24, WIDTH - indent), break_long_words=False) or [""]
        yield (start + last[0]).rstrip()
        yield from (" " * indent + more for more in last[1:])


def _tables(check: Check) -> Iterator[str]:
    yield from table(
        ("TABLE", "ROWS", "REJECTED", "USABLE"),
        [
            (one.table, f"{one.rows_read:,}", f"{one.rows_rejected:,}",
             ("yes" if one.usable else "no") + _filtered(one.rows_filtered))
            for one in check.tables
        ],
    )  # fmt: skip
    if check.unmapped:
        yield from _paragraph(f"Not mapped: {', '.join(check.unmapped)}.")


def _filtered(rows: int) -> str:
    return f" ({words.counted(rows, 'row', 'rows')} more left out by filters)" if rows else ""


def _problems(check: Check) -> Iterator[str]:
    if not check.groups:
        return
    yield from _heading("PROBLEMS: what these touch cannot be used until they are mended")
    for one in check.groups:
        place = f"{one.file}, {_first_place(one.places)}" if one.places else one.file
        about = f", field '{one.field}'" if one.field else ""
        more = f" ({words.where(one)})" if one.rows > 1 or one.more else ""
        yield from _item(f"{place}{about}: found {one.found}{more}; expected {one.expected}.",
                         one.advice)  # fmt: skip


def _first_place(places: str) -> str:
    return places.split(",", maxsplit=1)[0].removesuffix(" and others")


def _findings(check: Check) -> Iterator[str]:
    if not check.findings:
        return
    yield from _heading("HARDLY TRUE: the tables can be used, but look at these")
    for one in check.findings:
        fields = ", ".join(one.fields[:2])
        said = f"{words.capital(one.sentence)}: {one.count:,} ({fields}), at {one.places}."
        yield from _item(said, one.advice)


def _fields(check: Check) -> Iterator[str]:
    worth = [one for one in check.fields if _is_worth_a_line(one)]
    if not worth:
        return
    yield from _heading("FIELDS that are not complete")
    yield from table(
        ("FIELD", "ROWS", "FILLED", "NOT KNOWN", "REJECTED", "AMONG"),
        [
            (one.point, "–" if one.rows is None else f"{one.rows:,}",
             words.percent(one.filled, one.rows), words.percent(one.unknown, one.rows),
             f"{one.rejected:,}", one.among or "all rows")
            for one in worth
        ],
    )  # fmt: skip
    absent = [one.point for one in check.fields if one.filling == "absent"]
    if absent:
        yield from _paragraph(f"Filled by nothing: {', '.join(absent)}.")


def _is_worth_a_line(one: FieldCheck) -> bool:
    if one.rejected:
        return True
    if one.filling == "absent" or not one.rows:
        return False
    if one.point in EMPTY_SAYS_SOMETHING:
        return not one.known and one.rows >= MANY_ROWS
    return one.known < NEARLY_ALL * one.rows


def _dates(check: Check) -> Iterator[str]:
    gaps = [one for one in check.dates if one.gaps]
    if not gaps:
        return
    yield from _heading("MONTHS without a row")
    rows = [(f"{one.table}.{one.field}", words.months(one.gaps)) for one in gaps]
    yield from table(("DATE", "MONTHS"), rows)


def _measures(check: Check) -> Iterator[str]:
    study, wave = check.asked.study, check.asked.wave
    yield from _heading(
        f"WHAT THE DATA CAN ANSWER: measures of {study.name}, version {study.version}, {wave.id}"
    )
    for group, first in words.alike(check.measures):
        numbers = ", ".join(one.number for one in group)
        said = words.label(check.specification, "availability", first.availability)
        yield from _wrapped(f"{words.SIGNS[first.availability]} {said}: {numbers}", "  ")
        for lack in first.lacks:
            yield from _wrapped(f"  {words.lacking(lack, check.specification)}", "    ")
    yield words.summary(check)


def _heading(text: str) -> Iterator[str]:
    yield ""
    yield text


def _item(text: str, advice: str) -> Iterator[str]:
    yield from _wrapped(text, "  ")
    if advice:
        yield from _wrapped(f"  What to do: {advice}.", "  ")


def _paragraph(text: str) -> Iterator[str]:
    yield from _wrapped(text, "")


def _wrapped(text: str, indent: str) -> list[str]:
    """Lines of the terminal's usual width, all but the first indented; no word is broken."""
    return textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_long_words=False,
                         break_on_hyphens=False)  # fmt: skip
