"""How a system exports its tables (files, columns, codes, dates), and the mapping that undoes it.

    columns    a column: its header, and how a field's values stand in it
    dates      the ways to write a day
    sources    a delimited text, a workbook's sheet, a database's table
    text, workbook, database    their bytes
    layout     a table's export, its part of the mapping, and all of an authority written

Files and mapping are written from one description, so that they cannot disagree. The same records
give the same bytes on every machine.
"""

from oversight_coordinator.demo.layouts.columns import Column
from oversight_coordinator.demo.layouts.dates import EXCEL, ISO
from oversight_coordinator.demo.layouts.layout import Layout, mapping_file, write_all
from oversight_coordinator.demo.layouts.sources import (
    Book,
    Database,
    Delimited,
    Extra,
    Quarters,
    Sheet,
    Source,
)

__all__ = [
    "EXCEL",
    "ISO",
    "Book",
    "Column",
    "Database",
    "Delimited",
    "Extra",
    "Layout",
    "Quarters",
    "Sheet",
    "Source",
    "mapping_file",
    "write_all",
]
