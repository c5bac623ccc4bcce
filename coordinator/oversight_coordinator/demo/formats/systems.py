"""The systems that authorities' exports come from, and how an authority's tables are written down.

Each family has its own way with files and days; an authority's module begins with its family and
says what is different there. In a table's columns stand

    ("Team code", "team_id")               a field, its values as they are
    ("Agency", "agency", "No|Yes")         a coded field: the words for the codes, in the order in
                                           which the specification lists them; an empty word says
                                           that this code is written as an empty value
    ("Agency", "agency", "#0|1")           the same, as numbers, TRUE or FALSE and not as text
    ("Held", "held_date", "%d/%m/%Y")      a day that is written otherwise than the table's others
    Column                                 what no mapping takes
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from oversight_coordinator.demo.layouts import ISO, Column, Delimited, Layout, Source
from oversight_protocol.specification import SpecField, load

Entry = Column | tuple[str, str] | tuple[str, str, str]


@dataclass(frozen=True)
class System:
    """A system as an authority uses it.

    Attributes:
        name: the product.
        ids: by kind of identifier (child, worker, team, event, referral, audit), what it puts
            before the number.
        date_format: how it writes days.
        text: how it exports text, under any file's name.
    """

    name: str
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
        **constants: str | int,
    ) -> Layout:
        """A table's export; `constants` are fields without a column."""
        return Layout(
            table,
            source,
            tuple(self._column(table, entry) for entry in entries),
            date_format or self.date_format,
            constants,
        )

    def _column(self, table: str, entry: Entry) -> Column:
        if isinstance(entry, Column):
            return entry
        header, name, *rest = entry
        field = _field(table, name)
        prefix = self.ids.get(field.pseudonym, "") if field.pseudonym else ""
        if field.type == "date":
            return Column(header, name, date_format=rest[0] if rest else None)
        if not rest:
            return Column(header, name, prefix=prefix)
        words = dict(zip(field.codes or (), rest[0].lstrip("#").split("|"), strict=True))
        return Column(
            header,
            name,
            codes={code: word for code, word in words.items() if word},
            blank=next((str(code) for code, word in words.items() if not word), None),
            native=rest[0].startswith("#"),
        )


@cache
def _field(table: str, name: str) -> SpecField:
    schema = load("1.0").table(table)
    field = schema.field(name) if schema else None
    if field is None:
        raise LookupError(f"{table}.{name}")
    return field


LCS = System(
    "Liquidlogic LCS",
    date_format="%d/%m/%Y",
    text=Delimited("", newline="\r\n"),
)
MOSAIC = System(
    "Mosaic",
    date_format="%d-%b-%Y",
    text=Delimited("", encoding="utf-8", delimiter="|"),
)
ECLIPSE = System(
    "Eclipse",
    date_format="%Y-%m-%d %H:%M:%S",
    text=Delimited("", encoding="utf-8"),
)
CAREDIRECTOR = System(
    "CareDirector",
    date_format="%d/%m/%Y %H:%M",
    text=Delimited("", newline="\r\n", quoted=True),
)
PARIS = System(
    "PARIS",
    date_format="%Y%m%d",
    text=Delimited("", encoding="cp1252", delimiter="\t", newline="\r\n"),
)
