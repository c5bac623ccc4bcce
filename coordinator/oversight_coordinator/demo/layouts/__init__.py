"""How a system exports its tables (files, columns, codes, dates), and the mapping that undoes it.

    columns    a column: its header, and how a field's values stand in it
    dates      the ways to write a day
    sources    a delimited text, a workbook's sheet, a database's table
    text, workbook, database    their bytes
    wide       surveys with a column for each question
    unwanted   rows that an export has and that do not count
    parts      what is written for a table: its own source, and those of lookups
    layout     a table's export, and all of an authority written
    mapping    the mapping that undoes it
    returns, census, annex_a    statutory returns, which need none

Files and mapping are written from one description, so that they cannot disagree. The same records
give the same bytes on every machine.
"""

from oversight_coordinator.demo.layouts.columns import Column, Lookup
from oversight_coordinator.demo.layouts.dates import EXCEL, ISO
from oversight_coordinator.demo.layouts.layout import Layout, write_all
from oversight_coordinator.demo.layouts.mapping import mapping_file
from oversight_coordinator.demo.layouts.returns import Return
from oversight_coordinator.demo.layouts.sources import (
    Book,
    Database,
    Delimited,
    Extra,
    Quarters,
    Sheet,
    Source,
)
from oversight_coordinator.demo.layouts.unwanted import Unwanted
from oversight_coordinator.demo.layouts.wide import Wide

__all__ = [
    "EXCEL",
    "ISO",
    "Book",
    "Column",
    "Database",
    "Delimited",
    "Extra",
    "Layout",
    "Lookup",
    "Quarters",
    "Return",
    "Sheet",
    "Source",
    "Unwanted",
    "Wide",
    "mapping_file",
    "write_all",
]
