"""The specification's documents: what people and programs read to know what a field means.

    uses       which measures of which studies need a field
    words      what several forms share
    entries    a field, a table, a version in words
    markdown   the data dictionary as Markdown
    csvw       W3C CSV on the Web metadata, one for each table
    package    a Frictionless data package
    codes      all code lists as one table

Everything here is a pure function of a specification and of studies; whoever writes files does it
elsewhere.
"""

from __future__ import annotations

from oversight_protocol.dictionary.codes import codes_csv, header_csv
from oversight_protocol.dictionary.csvw import csvw, csvw_group, csvw_of_codes
from oversight_protocol.dictionary.entries import (
    Dictionary,
    FieldEntry,
    MeasureEntry,
    TableEntry,
    dictionary,
)
from oversight_protocol.dictionary.markdown import markdown
from oversight_protocol.dictionary.package import data_package
from oversight_protocol.dictionary.uses import FieldUse, Needs, needs, uses
from oversight_protocol.dictionary.words import by_table, in_runs, lowered, use_in_words

__all__ = [
    "Dictionary",
    "FieldEntry",
    "FieldUse",
    "MeasureEntry",
    "Needs",
    "TableEntry",
    "by_table",
    "codes_csv",
    "csvw",
    "csvw_group",
    "csvw_of_codes",
    "data_package",
    "dictionary",
    "header_csv",
    "in_runs",
    "lowered",
    "markdown",
    "needs",
    "use_in_words",
    "uses",
]
