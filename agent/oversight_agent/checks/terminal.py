"""A check as lines for the terminal: what is wrong first, then what can be answered.

Fields and dates without anything to look at are left out; the page and the JSON have all of them.
No line is wider than a usual terminal, unless a name is.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from oversight_agent.checks import words
from oversight_agent.checks.expected import EMPTY_SAYS_SOMETHING, MANY_ROWS
from oversight_agent.checks.findings import Check
from oversight_agent.checks.statistics import FieldCheck

WIDTH = 80
NEARLY_ALL = 0.95
"""A field with known values in fewer of its rows is worth a line."""

MOST_FORMS = 3
"""Of what was found in place of what was expected; the page and the JSON have more."""

_LABEL = 14


def lines(check: Check) -> Iterator[str]:
    """The whole check."""
    yield from _tables(check)
    yield from _problems(check)
    yield from _keys(check)
    yield from _findings(check)
    yield from _fields(check)
    yield from _codes(check)
    yield from _dates(check)
    yield from _measures(check)


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """Columns as wide as their widest cell, the last one wrapped at the terminal's usual width."""
    texts = [[str(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)][:-1]
    indent = sum(widths) + 2 * len(widths)
    for row in texts:
        start = "".join(f"{cell:<{width}}  " for cell, width in zip(row, widths, strict=False))
        yield from _hanging(row[-1], start, indent)


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
    yield from _heading("PROBLEMS: a table that these touch cannot be used until they are mended")
    for number, one in enumerate(check.groups):
        about = f", field '{one.field}'" if one.field else ""
        rows = f": {words.extent(one)}" if one.rows else ""
        yield from _item(number, f"{one.file}{about}{rows}")
        for place, (found, where) in enumerate(words.forms(one, MOST_FORMS)):
            told = f"{found} ({where})" if where else found
            yield from _labelled("" if place else "Found", told)
        yield from _labelled("Expected", one.expected)
        yield from _labelled("What to do", one.advice)


def _keys(check: Check) -> Iterator[str]:
    if not check.unchecked_keys:
        return
    yield from _heading("KEYS not checked yet: rows were rejected, or a source could not be read")
    yield from table(
        ("TABLE", "MEND FIRST", "THEN THIS IS CHECKED"),
        [(one.table, ", ".join(one.mend_first), words.key(one)) for one in check.unchecked_keys],
    )


def _findings(check: Check) -> Iterator[str]:
    if not check.findings:
        return
    yield from _heading("HARDLY TRUE: the tables can be used, but look at these")
    for number, one in enumerate(check.findings):
        yield from _item(number, f"{words.capital(one.sentence)}: {one.count:,}")
        yield from _labelled("Fields", words.points(one.fields))
        yield from _labelled("Where", words.places(one.places))
        yield from _labelled("What to do", one.advice)


def _fields(check: Check) -> Iterator[str]:
    worth = [one for one in check.fields if _is_worth_a_line(one)]
    if worth:
        yield from _heading("FIELDS that are not complete")
        yield from table(
            ("FIELD", "ROWS", "FILLED", "NOT KNOWN", "REJECTED"),
            [row for one in worth for row in _field(one)],
        )
    absent = [one.point for one in check.fields if one.filling == "absent"]
    if absent:
        yield from _heading(f"FIELDS that nothing fills: {', '.join(absent)}")


def _field(one: FieldCheck) -> Iterator[tuple[str, ...]]:
    yield (
        one.point, "–" if one.rows is None else f"{one.rows:,}",
        words.percent(one.filled, one.rows),
        words.percent(one.unknown if one.rows is not None else None, one.rows),
        f"{one.rejected:,}",
    )  # fmt: skip
    if one.among:
        yield (f"  among {one.among}", "", "", "", "")


def _is_worth_a_line(one: FieldCheck) -> bool:
    if one.rejected:
        return True
    if one.filling == "absent" or not one.rows:
        return False
    if one.point in EMPTY_SAYS_SOMETHING:
        return not one.known and one.rows >= MANY_ROWS
    return one.known < NEARLY_ALL * one.rows


def _codes(check: Check) -> Iterator[str]:
    if not check.unused_codes:
        return
    yield from _heading("CODES that the mapping gives to no value: right if you have no such rows")
    yield from table(
        ("FIELD", "CODES"),
        [(point, ", ".join(map(str, codes))) for point, codes in check.unused_codes.items()],
    )


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
    for number, (availability, group) in enumerate(words.by_availability(check.measures)):
        said = words.label(check.specification, "availability", availability)
        many = words.counted(len(group), "measure", "measures")
        yield from _item(number, f"{words.SIGNS[availability]} {said}: {many}")
        for one in group:
            yield from _hanging(one.title, f"  {one.number:<4}", 6)
    yield from _lacks(check)
    yield ""
    yield from _paragraph(words.summary(check))


def _lacks(check: Check) -> Iterator[str]:
    """What is lacking, each once with the measures that it concerns."""
    lacks = words.lacks(check)
    if lacks:
        yield from _heading("WHAT IS LACKING: what most measures wait for comes first")
    for number, one in enumerate(lacks):
        yield from _item(number, f"{one.data_point}: {one.why}")
        yield from _waiting(one)


def _waiting(one: words.Waited) -> Iterator[str]:
    if one.whole:
        wait = words.counted(len(one.whole), "measure waits", "measures wait")
        yield from _hanging(f"{wait} for it: {', '.join(one.whole)}", "  ", 2)
    if one.partly:
        need = words.counted(len(one.partly), "measure needs", "measures need")
        yield from _hanging(f"{need} it for a part: {', '.join(one.partly)}", "  ", 2)


def _heading(text: str) -> Iterator[str]:
    yield ""
    yield from _paragraph(text)


def _item(number: int, text: str) -> Iterator[str]:
    """The first line of one of several things, each apart from the one before."""
    if number:
        yield ""
    yield from _wrapped(text, "  ")


def _labelled(label: str, text: str) -> Iterator[str]:
    if text:
        yield from _hanging(text, f"  {label:<{_LABEL - 2}}", _LABEL)


def _paragraph(text: str) -> Iterator[str]:
    yield from _wrapped(text, "")


def _hanging(text: str, start: str, indent: int) -> Iterator[str]:
    """A text after its start, its further lines below its first."""
    wrapped = textwrap.wrap(text, max(24, WIDTH - indent), break_long_words=False,
                            break_on_hyphens=False) or [""]  # fmt: skip
    yield (start + wrapped[0]).rstrip()
    yield from (" " * indent + more for more in wrapped[1:])


def _wrapped(text: str, indent: str) -> list[str]:
    """Lines of the terminal's usual width, all but the first indented; no word is broken."""
    return textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_long_words=False,
                         break_on_hyphens=False)  # fmt: skip
