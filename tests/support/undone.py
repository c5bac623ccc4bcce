"""An authority's files undone by what its mapping says, without the code that wrote or reads them.

The files are opened with `csv`, `openpyxl` and `sqlite3`. Identifiers are left as they stand.
"""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from datetime import date, datetime, timedelta
from fnmatch import fnmatch
from itertools import islice

from openpyxl import load_workbook

KINDS = {".xlsx": "workbook", ".db": "sqlite", ".sqlite": "sqlite", ".sqlite3": "sqlite"}


# ---------------------------------------------------------------------- files to text


def rows_of(folder, source):
    """The source's rows, each a text by header."""
    files = source.get("files", [source.get("file")])
    if isinstance(files, str):
        files = sorted(str(path.relative_to(folder)) for path in folder.glob(files))
    rows = [row for file in files for row in read_file(folder / file, source)]
    return long(rows, source["wide"]["question"]) if "wide" in source else rows


def long(rows, questions):
    """A row for each answered question in place of one for each person."""
    return [
        {**row, "question": code, "answer": row[heading]}
        for row in rows
        for heading, code in questions.items()
        if row[heading] != ""
    ]


def read_file(path, source):
    kind = source.get("format", KINDS.get(path.suffix, "delimited"))
    return {"workbook": read_sheet, "sqlite": read_table, "delimited": read_text}[kind](
        path, source
    )


def read_text(path, source):
    with path.open(encoding=source.get("encoding", "utf-8-sig"), newline="") as file:
        lines = iter(file)
        above = list(islice(lines, source.get("header_row", 1) - 1))
        assert all(line.strip() for line in above)
        rows = list(csv.reader(lines, delimiter=source.get("delimiter", ","), strict=True))
    return under_header(rows[1:] if rows[0][0].startswith("sep=") else rows, source)


def read_sheet(path, source):
    sheet = load_workbook(path)[source["sheet"]]
    assert sheet.sheet_state == "visible"
    rows = sheet.iter_rows(min_row=source.get("header_row", 1), values_only=True)
    return under_header([[shown(cell) for cell in row] for row in rows], source)


def under_header(rows, source):
    """Rows by the header, whose second row, if it has one, says more of what stands above."""
    number = source.get("header_rows", 1)
    header, last = [], ""
    for names in zip(*rows[:number], strict=True):
        last = names[0] or last
        header.append(": ".join(filter(None, (last, *names[1:]))))
    return [dict(zip(header, row, strict=True)) for row in rows[number:]]


def read_table(path, source):
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        rows = database.execute(f'SELECT * FROM "{source["table"]}"').fetchall()
    return [dict(zip(row.keys(), map(shown, row), strict=True)) for row in rows]


def shown(cell):
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


# ---------------------------------------------------------------------- text to values


def undone_table(folder, table, schema):
    """By field the values of all rows; a field that the mapping does not fill is missing."""
    rows = [row for row in rows_of(folder, table) if is_wanted(row, table.get("where", ()))]
    found = {}
    for field in schema.fields:
        settings = table["fields"].get(field.name)
        if settings is not None:
            texts = found_at(folder, rows, settings)
            found[field.name] = [undone(text, settings, table, field) for text in texts]
    return found


def is_wanted(row, conditions):
    return all(row[one["column"]] in one["is"] for one in conditions)


def found_at(folder, rows, settings):
    """What stands in each row for a field, before it means anything."""
    if "constant" in settings:
        return ["" for _ in rows]
    if "first_of" in settings:
        return [
            next(filter(None, (row[name] for name in settings["first_of"])), "") for row in rows
        ]
    if "lookup" in settings:
        lookup = settings["lookup"]
        there = {one[lookup["key"]]: one[lookup["value"]] for one in rows_of(folder, lookup)}
        return [there[row[lookup["from"]]] if row[lookup["from"]] else "" for row in rows]
    return [row[settings["column"]] for row in rows]


def undone(text, settings, table, field):
    """The value that a mapping makes of a text."""
    if "constant" in settings:
        return settings["constant"]
    if text == "":
        return settings.get("blank")
    if field.codes is not None:
        return undone_code(text, settings, field)
    if field.type == "date":
        formats = settings.get("date_format", table.get("date_format", "%Y-%m-%d"))
        return undone_day(text, formats) + timedelta(days=settings.get("add_days", 0))
    if field.type == "string":
        return settings.get("prefix", "") + text
    divisor = settings.get("number_format", {}).get("divide_by", 1)
    return float(text) / divisor if field.type == "number" else int(text)


def undone_code(text, settings, field):
    for pattern, code in settings.get("patterns", {}).items():
        if fnmatch(text, pattern):
            return code
    codes = settings.get("codes", {str(code): code for code in field.codes})
    if settings.get("match") == "loose":
        codes = {word.casefold(): code for word, code in codes.items()}
        text = text.strip().casefold()
    return codes[text]


def undone_day(text, formats):
    for one in [formats] if isinstance(formats, str) else formats:
        if one == "excel":
            return date(1899, 12, 30) + timedelta(days=int(text))
        try:
            return datetime.strptime(text, one).date()
        except ValueError:
            continue
    raise ValueError("a day in no format of the mapping")
