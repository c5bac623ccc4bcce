"""Which files are statutory returns, by what they hold, whatever they are called.

    census_kind, annex_a_files, ssd_files    of what lies in a data folder
    check_return                             of a file that somebody calls one

Rules kept here:

1. A census return is known by the collection that its header names; only the start of the file is
   read for that, and not as XML.
2. Ofsted's Annex A is a workbook with at least three of its lists; the Standard Safeguarding
   Dataset at least three of its tables under their own names.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from oversight_agent import readers
from oversight_agent.mapping.returns import FILLS
from oversight_agent.problems import SourceError
from oversight_agent.readers.outline import outline
from oversight_agent.readers.piece import Piece, settings_of
from oversight_agent.readers.returns.ssd_tables import TABLES
from oversight_agent.sources import ReturnKind, read_start
from oversight_protocol.errors import InputError

_START = 64 * 1024
_COLLECTION = re.compile(r"<Collection>\s*([A-Za-z]+)\s*</Collection>")
_COLLECTIONS: dict[str, ReturnKind] = {"CIN": "cin-census", "CSWW": "workforce-census"}
_ANNEX_A = re.compile(r"^list[\s_]*(\d{1,2})\b", re.IGNORECASE)
_LEAST = 3


def census_kind(folder: Path, name: str) -> ReturnKind:
    """The kind of a census return.

    Raises:
        InputError: the file cannot be read, or is no return that is known.
    """
    start = read_start(folder / name, name, _START)
    encoding = "utf-16" if start.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    found = _COLLECTION.search(start.decode(encoding, errors="ignore"))
    kind = _COLLECTIONS.get(found[1].upper()) if found else None
    if kind is None:
        raise SourceError(
            "this is no statutory return that is known",
            file=name,
            expected="a Children in Need census or a Children's Social Work Workforce census",
            advice="if it is one, export it again whole; if not, export the data as CSV",
        )
    return kind


def annex_a_files(pieces: Sequence[Piece]) -> list[str]:
    """Workbooks that hold Ofsted's Annex A."""
    lists: dict[str, set[str]] = defaultdict(set)
    for piece in pieces:
        found = _ANNEX_A.match(piece.settings.sheet or "")
        if found:
            lists[piece.settings.file or ""].add(found[1])
    return [name for name, numbers in lists.items() if len(numbers) >= _LEAST]


def ssd_files(pieces: Sequence[Piece]) -> Iterator[tuple[str, ...]]:
    """Extracts of the Standard Safeguarding Dataset: a database, a workbook, or files."""
    places: dict[str, set[str]] = defaultdict(set)
    files: dict[str, list[str]] = defaultdict(list)
    for piece in pieces:
        file = PurePosixPath(piece.settings.file or "")
        inside = piece.settings.table or piece.settings.sheet
        place = str(file) if inside else str(file.parent)
        name = (inside or file.stem).casefold()
        if name in TABLES:
            places[place].add(name)
            files[place].append(str(file))
    for place, names in places.items():
        if len(names) >= _LEAST:
            yield tuple(dict.fromkeys(files[place]))


def check_return(place: Path) -> None:
    """Check that a file is a statutory return, and that what fills a table can be read from it.

    Raises:
        InputError: it is none, or nothing of it can be read.
    """
    folder, name = place.parent, place.name
    kind = _kind(folder, name)
    problems: list[InputError] = []
    for table, fields in FILLS[kind].items():
        try:
            readers.read(settings_of(file=name, format=kind, table=table), folder, fields)
        except InputError as error:
            problems.append(error)
        else:
            return
    raise problems[0]


def _kind(folder: Path, name: str) -> ReturnKind:
    if name.lower().endswith(".xml"):
        return census_kind(folder, name)
    pieces = list(outline(folder, name))
    if annex_a_files(pieces):
        return "annex-a"
    if any(ssd_files(pieces)):
        return "ssd"
    raise SourceError(
        "this is no statutory return that is known",
        file=name,
        expected="a census return as XML, Ofsted's Annex A as a workbook, or the Standard"
        " Safeguarding Dataset as a database or workbook",
        advice="put the dataset's files into the data folder and name that; other exports are"
        " looked at without --from",
    )
