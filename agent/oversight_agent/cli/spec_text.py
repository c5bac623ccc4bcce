"""The specification as a terminal shows it."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from oversight_protocol.dictionary import Dictionary, FieldEntry, TableEntry, in_runs, lowered
from oversight_protocol.errors import InputError
from oversight_protocol.spec_changes import Change
from oversight_protocol.specification import Specification

_WIDEST = 100
_LABEL = 14


def find(content: Dictionary, what: str) -> tuple[TableEntry, FieldEntry | None]:
    """The table that `TABLE` or `TABLE.FIELD` names, and the field if one is named.

    Raises:
        InputError: there is none; the message names the nearest.
    """
    name, dot, field_name = what.partition(".")
    table = content.table(name)
    if table is None:
        raise _unknown(f"table '{name}'", name, [one.name for one in content.tables], "", content)
    if not dot:
        return table, None
    field = table.field(field_name)
    if field is None:
        names = [one.name for one in table.fields]
        raise _unknown(f"field '{field_name}' in {name}", field_name, names, f"{name}.", content)
    return table, field


def tables(content: Dictionary) -> str:
    """All tables, one line each or more."""
    wide = max(len(table.name) for table in content.tables) + 2
    lines = [f"{content.title}, version {content.version}", *_wrapped(content.description, 0), ""]
    for table in content.tables:
        first, *rest = _wrapped(table.description, wide)
        lines += [table.name.ljust(wide) + first.strip(), *rest]
    return "\n".join([*lines, "", f"Next: oversight-agent spec show {content.tables[0].name}"])


def table(entry: TableEntry) -> str:
    """A table with its fields."""
    lines = [f"{entry.name}: {entry.title}", *_wrapped(entry.description, 0), ""]
    lines += _fact("Key", ", ".join(entry.key))
    for own, other in entry.references:
        lines += _fact("Refers to", f"each {own} stands in {other}")
    lines += ["", *_columns([("FIELD", "TYPE", "NOTES", "TITLE"), *map(_field_row, entry.fields)])]
    example = entry.fields[-1].point
    return "\n".join([*lines, "", f"Next: oversight-agent spec show {example}"])


def field(entry: FieldEntry) -> str:
    """A field in full."""
    lines = [f"{entry.point}: {entry.title}", *_wrapped(entry.description, 0), ""]
    if entry.retired:
        lines += [*_wrapped(entry.retired, 0), ""]
    kind = f"identifier of {entry.identifies}" if entry.identifies else entry.type
    lines += _fact("Type", ", ".join([kind, *entry.values]))
    lines += _fact("Unit", entry.unit)
    lines += _fact("Required", "yes" if entry.required else "no, it may be empty")
    lines += _fact("Key", "part of the table's key" if entry.key else None)
    lines += _fact("Pseudonym", _PSEUDONYM if entry.identifies else None)
    lines += _fact("Dimension", "it may break a figure down" if entry.dimension else None)
    lines += _fact("Source", entry.standard or "this specification")
    for use in entry.uses:
        lines += _facts("Base tables", use.figures.items(), "{}: {}")
        by = ((lowered(label), numbers) for label, numbers in use.breakdowns.items())
        lines += _facts("Breakdowns", by, "by {}: {}")
    if not entry.uses:
        lines += _fact("Measures", "none so far")
    if entry.codes:
        codes = [(str(code), label) for code, label in entry.codes]
        lines += ["", *_columns([("CODE", "MEANING"), *codes])]
    return "\n".join(lines)


_PSEUDONYM = "a keyed pseudonym replaces each value as it is read; the original is not kept"


def changes(
    old: Specification, new: Specification, found: Sequence[Change], wrong: Sequence[str]
) -> str:
    """What changed between two versions, heaviest first, and what keeps the newer one back."""
    if old == new:
        return f"Nothing differs: both are version {old.version}."
    lines = [f"From version {old.version} to {new.version}"]
    for weight in ("major", "minor", "wording"):
        each = [change for change in found if change.weight == weight]
        if each:
            lines += ["", weight.upper(), *(line for one in each for line in _change(one))]
    if not found:
        lines.append("Nothing changed.")
    if wrong:
        lines += ["", f"Version {new.version} cannot be published as it is:"]
        lines += [line for sentence in wrong for line in _wrapped(f"- {sentence}", 2)]
    return "\n".join(lines)


def _change(change: Change) -> Iterator[str]:
    yield f"  {change.place}: {change.what}"
    yield from _wrapped(change.consequence, 6) if change.consequence else ()


def _field_row(entry: FieldEntry) -> tuple[str, str, str, str]:
    marks = [
        *(["key"] if entry.key else []),
        *(["required"] if entry.required and not entry.key else []),
        *(["dimension"] if entry.dimension else []),
        *(["retired"] if entry.retired else []),
    ]
    return entry.name, entry.type, ", ".join(marks), entry.title


def _unknown(
    what: str, name: str, known: Sequence[str], before: str, content: Dictionary
) -> InputError:
    nearest = get_close_matches(name, known, n=1)
    meant = f"write '{before}{nearest[0]}', if that is meant" if nearest else "choose one of these"
    return InputError(
        f"version {content.version} of the specification has no {what}",
        expected="one of " + ", ".join(known),
        advice=meant,
    )


def _facts(label: str, items: Iterable[tuple[str, Sequence[str]]], form: str) -> list[str]:
    lines: list[str] = []
    for name, numbers in items:
        word = "measure" if len(numbers) == 1 else "measures"
        measures = f"{word} {in_runs(numbers)}" if numbers else "no measure yet"
        lines += _fact("" if lines else label, form.format(name, measures))
    return lines


def _fact(label: str, text: str | None) -> list[str]:
    if text is None:
        return []
    first, *rest = _wrapped(text, _LABEL)
    return [label.ljust(_LABEL) + first.strip(), *rest]


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows with their cells aligned; the last cell wraps below itself."""
    widths = [max(len(row[at]) for row in rows) + 2 for at in range(len(rows[0]) - 1)]
    lines = []
    for *cells, last in rows:
        head = "".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        first, *rest = _wrapped(last, len(head))
        lines += [(head + first.strip()).rstrip(), *rest]
    return lines


def _wrapped(text: str, indent: int) -> list[str]:
    width = max(16 + indent, min(_WIDEST, shutil.get_terminal_size().columns))
    space = " " * indent
    return textwrap.wrap(
        text, width, initial_indent=space, subsequent_indent=space, break_on_hyphens=False
    ) or [""]
