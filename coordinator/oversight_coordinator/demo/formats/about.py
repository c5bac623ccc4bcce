"""What is said of the exports in the documentation, made from the exports themselves.

python -m oversight_coordinator.demo.formats.about    prints the tables of docs/demo-data.md
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import PurePosixPath

from oversight_coordinator.authorities import authority
from oversight_coordinator.demo.formats import EXPORTS, Export
from oversight_coordinator.demo.layouts import Database, Delimited, Layout, Sheet
from oversight_coordinator.demo.layouts.dates import EXCEL, WRITERS

_DAY = date(2026, 7, 4)
_SEPARATORS = {",": "comma", ";": "semicolon", "|": "bar", "\t": "tab", "^": "caret"}
_KINDS = {Delimited: "text", Sheet: "workbook", Database: "database"}


def table() -> str:
    """Each authority's system, files and peculiarities, in Markdown."""
    head = "| Authority | System | Supervisions | Their days | Files | Peculiar |"
    rows = [_row(code, export) for code, export in EXPORTS.items()]
    return "\n".join([head, "|---|---|---|---|---|---|", *rows]) + "\n"


def _row(code: str, export: Export) -> str:
    events = next(one for one in export.layouts if one.table == "oversight_event")
    cells = (
        authority(code).name,
        export.system,
        _form(events),
        _days(events.date_format),
        _files(export),
        export.peculiar,
    )
    return f"| {' | '.join(cells)} |"


def _form(layout: Layout) -> str:
    source = layout.source
    match source:
        case Delimited():
            return f"{_SEPARATORS[source.delimiter]}, {source.encoding}"
        case Sheet():
            return f"sheet, header in row {len(source.above) + 1}"
        case Database():
            return "view" if source.view_of else "table"


def _days(date_format: str) -> str:
    text = WRITERS[date_format](_DAY)
    return f"serial number ({text})" if date_format == EXCEL else text


def _files(export: Export) -> str:
    """Such as "7 text (.csv), 1 workbook"."""
    return ", ".join(f"{number} {kind}" for kind, number in _counted(export))


def _counted(export: Export) -> Iterator[tuple[str, int]]:
    kinds: dict[str, set[str]] = {}
    for source in (source for layout in export.layouts for source in layout.sources):
        kind = _KINDS[type(source)]
        suffixes = PurePosixPath(source.file).suffix
        kinds.setdefault(f"{kind} ({suffixes})", set()).update(source.files)
    for one in export.returns:
        kinds[f"return ({PurePosixPath(one.file).suffix})"] = {one.file}
    for kind, files in kinds.items():
        yield kind, len(files)


if __name__ == "__main__":
    print(table(), end="")  # noqa: T201 (what this command is for)
