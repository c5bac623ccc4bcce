"""The systems that authorities' exports come from, and how an authority's tables are written down.

Each family has its own way with files and days; an authority's module begins with its family and
says what is different there. In a table's columns stand

    ("Team code", "team_id")               a field, its values as they are
    ("Agency", "agency", "No|Yes")         a coded field: the words for the codes, in the order in
                                           which the specification lists them; an empty word says
                                           that this code is written as an empty value
    ("Agency", "agency", "#0|1")           the same, as numbers, TRUE or FALSE and not as text
    ("Held", "held_date", "%d/%m/%Y")      a day that is written otherwise than the table's others
    ("Last day", "end", {"inside": True})  any of these, and last what else a `Column` may say
    Column                                 what no mapping takes
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from oversight_coordinator.demo.layouts import (
    ISO,
    Column,
    Delimited,
    Layout,
    Source,
    Unwanted,
    Wide,
)
from oversight_protocol.specification import SpecField, load

Entry = Column | tuple[Any, ...]

_SURVEY = "survey_response"


@dataclass(frozen=True)
class System:
    """A system as an authority uses it.

    Attributes:
        name: the product.
        code: the specification's code of it.
        ids: by kind of identifier (child, worker, team, event, referral, audit, respondent,
            session), what it puts before the number.
        date_format: how it writes days.
        text: how it exports text, under any file's name.
    """

    name: str
    code: str
    ids: Mapping[str, str] = dataclasses.field(default_factory=dict)
    date_format: str = ISO
    text: Delimited = dataclasses.field(default_factory=lambda: Delimited(""))

    def used(self, ids: Mapping[str, str], date_format: str | None = None, **text: Any) -> System:
        """The system of an authority: its identifiers, and what is different there."""
        return dataclasses.replace(
            self,
            ids=ids,
            date_format=date_format or self.date_format,
            text=dataclasses.replace(self.text, **text),
        )

    def file(self, name: str, **text: Any) -> Delimited:
        """A text file of this system, with what is different in this one."""
        return dataclasses.replace(self.text, file=name, **text)

    def table(
        self,
        table: str,
        source: Source,
        *entries: Entry,
        date_format: str | None = None,
        unwanted: Unwanted | None = None,
        **constants: str | int,
    ) -> Layout:
        """A table's export; `constants` are fields without a column."""
        return Layout(
            table,
            source,
            tuple(self._column(table, entry) for entry in entries),
            date_format or self.date_format,
            constants,
            unwanted=unwanted,
        )

    def survey(
        self, source: Source, *entries: Entry, wide: Wide, date_format: str | None = None
    ) -> Layout:
        """The export of a survey that has a row for each person; `entries` are of the person."""
        layout = self.table(_SURVEY, source, *entries, date_format=date_format)
        return dataclasses.replace(layout, wide=wide)

    def _column(self, table: str, entry: Entry) -> Column:
        if isinstance(entry, Column):
            return entry
        more = entry[-1] if isinstance(entry[-1], dict) else {}
        header, name, *rest = entry[:-1] if more else entry
        field = _field(table, name)
        prefix = self.ids.get(field.pseudonym, "") if field.pseudonym else ""
        if field.type == "date":
            return Column(header, name, date_format=rest[0] if rest else None, **more)
        if not rest:
            return Column(header, name, prefix=prefix, **more)
        return Column(header, name, **_worded(field, rest[0]), **more)


def _worded(field: SpecField, text: str) -> dict[str, Any]:
    """What a column says of codes, by the words in the order of the specification's codes."""
    words = dict(zip(field.codes or (), text.lstrip("#").split("|"), strict=True))
    return {
        "codes": {code: word for code, word in words.items() if word},
        "blank": next((str(code) for code, word in words.items() if not word), None),
        "native": text.startswith("#"),
    }


@cache
def _field(table: str, name: str) -> SpecField:
    schema = load("1.0").table(table)
    field = schema.field(name) if schema else None
    if field is None:
        raise LookupError(f"{table}.{name}")
    return field


LCS = System(
    "Liquidlogic LCS",
    "lcs",
    date_format="%d/%m/%Y",
    text=Delimited("", newline="\r\n"),
)
MOSAIC = System(
    "Mosaic",
    "mosaic",
    date_format="%d-%b-%Y",
    text=Delimited("", encoding="utf-8", delimiter="|"),
)
ECLIPSE = System(
    "Eclipse",
    "eclipse",
    date_format="%Y-%m-%d %H:%M:%S",
    text=Delimited("", encoding="utf-8"),
)
CAREDIRECTOR = System(
    "CareDirector",
    "care_director",
    date_format="%d/%m/%Y %H:%M",
    text=Delimited("", newline="\r\n", quoted=True),
)
PARIS = System(
    "PARIS",
    "paris",
    date_format="%Y%m%d",
    text=Delimited("", encoding="cp1252", delimiter="\t", newline="\r\n"),
)
