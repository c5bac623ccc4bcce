"""Joins, conditions, derivations and codes that cannot be right are refused with their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from oversight_protocol.errors import InputError
from support.mapped import loaded

GOOD = """\
specification = "1.0"
case_system = "lcs"
[tables.allocation]
file = "a.csv"
where = [
    { column = "Status", is = ["Open", "Closed"] },
    { column = "Start", from = 2020-01-01, to = 2026-01-01 },
]
[tables.allocation.joins.staff]
file = "s.csv"
on = { "Worker" = "Staff no" }
[tables.allocation.joins.teams]
file = "t.csv"
on = { "staff.Team" = "Name" }
[tables.allocation.fields]
child_id = { join_text = ["Child", "Ref"], separator = "-" }
worker_id = { column = "Worker" }
team_id = { first_of = ["teams.Code", "Team"] }
role = { column = "Role", codes = { "holder" = "case_holder" }, patterns = { "co*" = "co_worker" } }
start = { column = "Start", date_format = ["%d/%m/%Y", "%Y-%m-%d"] }
end = { column = "Last", add_days = 1 }
[tables.allocation.fields.change_reason]
lookup = { file = "r.csv", from = "Why", key = "Code", value = "Meaning" }
[tables.theme]
file = "f.csv"
[tables.theme.fields]
session_id = { column = "S", prefix = "S" }
kind = { constant = "focus_group" }
theme_code = { column = "T", codes = { "time" = "T01" }, match = "loose" }
mentions = { column = "N", number_format = { thousands = "," } }
"""

CHANGES = {
    "a case system that is not one": (
        ('case_system = "lcs"', 'case_system = "lsc"'),
        (2, "this is not a code of case_system", "write 'lcs'"),
    ),
    "a table that the agent writes": (
        ("[tables.theme]", "[tables.submission]\nfile = 'x'\nfields = {}\n[tables.theme]"),
        (24, "the agent writes the table submission itself", "leave it out"),
    ),
    "a condition's setting that is not one": (
        ("is = [", "iss = ["),
        (5, "there is no such setting", "write 'is', if that is meant"),
    ),
    "a condition without a test": (
        (', is = ["Open", "Closed"]', ""),
        (5, "this tests nothing", "is, is_not, from, to, empty"),
    ),
    "a condition with two tests": (
        ('is = ["Open", "Closed"]', 'is = ["Open"], empty = true'),
        (5, "'is' and 'empty' exclude each other", "two conditions"),
    ),
    "a condition whose end is before its start": (
        ("from = 2020-01-01", "from = 2027-01-01"),
        (5, "'to' is before 'from'", "exchange"),
    ),
    "a condition with a format that does nothing": (
        ('is = ["Open", "Closed"]', 'is = ["Open"], date_format = "%d/%m/%Y"'),
        (5, "'date_format' goes with 'from' and 'to'", "drop it"),
    ),
    "a condition with a format that is none": (
        ("to = 2026-01-01", 'date_format = ["%d"]'),
        (5, "this is not the format of a date", "%d/%m/%Y"),
    ),
    "a day as text in a condition": (
        ("from = 2020-01-01", 'from = "2020-01-01"'),
        (5, "this setting does not fit", "a date without quotation marks"),
    ),
    "a join without its file": (
        ('file = "s.csv"\n', ""),
        (9, "'file' is missing", "add it"),
    ),
    "a join that nothing uses": (
        ("staff.Team", "Team"),
        (9, "nothing uses the join 'staff'", "staff.Column"),
    ),
    "a join by a join that comes later": (
        ('"Worker" = "Staff no"', '"teams.Code" = "Staff no"'),
        (11, "'teams.Code' belongs to a join that is not made yet", "first"),
    ),
    "a join without keys": (
        ('{ "Worker" = "Staff no" }', "{}"),
        (11, "this setting does not fit", "at least 1"),
    ),
    "a join's setting that is not one": (
        ('on = { "Worker"', 'unmatchd = "empty"\non = { "Worker"'),
        (11, "there is no such setting", "write 'unmatched', if that is meant"),
    ),
    "a join of a name with a point": (
        ("[tables.allocation.joins.staff]", '[tables.allocation.joins."st.aff"]'),
        (9, "this setting does not fit", "a short name of letters"),
    ),
    "a lookup without its value": (
        (', value = "Meaning"', ""),
        (23, "'value' is missing", "add it"),
    ),
    "a lookup with a setting of another format": (
        ('from = "Why"', 'sheet = "A", from = "Why"'),
        (23, "'sheet' goes with a workbook", "drop 'sheet'"),
    ),
    "a lookup's setting that is not one": (
        ('key = "Code"', 'kee = "Code", key = "Code"'),
        (23, "there is no such setting", "write 'key', if that is meant"),
    ),
    "two ways for one field": (
        ('{ column = "Worker" }', '{ column = "Worker", first_of = ["A", "B"] }'),
        (17, "'column' and 'first_of' exclude each other", "drop one"),
    ),
    "the first of one": (
        ('["teams.Code", "Team"]', '["teams.Code"]'),
        (18, "this setting does not fit", "at least 2"),
    ),
    "joined text for a date": (
        ('{ column = "Last", add_days = 1 }', '{ join_text = ["A", "B"] }'),
        (21, "end is not an identifier or a code", "name the one column"),
    ),
    "a separator of nothing": (
        ('{ column = "Worker" }', '{ column = "Worker", separator = "-" }'),
        (17, "'separator' goes with 'join_text'", "drop"),
    ),
    "working days for a date": (
        ('{ column = "Last", add_days = 1 }', '{ working_days = { from = "A", to = "B" } }'),
        (21, "end is not a number", "name its column"),
    ),
    "working days up to nothing": (
        ('column = "N", number_format = { thousands = "," }', 'working_days = { from = "A" }'),
        (30, "'to' is missing", "add it"),
    ),
    "days added to a code": (
        ('"co*" = "co_worker" } }', '"co*" = "co_worker" }, add_days = 1 }'),
        (19, "role is not a date", "drop the days"),
    ),
    "days added that are too many": (
        ("add_days = 1", "add_days = 1000"),
        (21, "this setting does not fit", "a whole number of days from -366 to 366"),
    ),
    "days added that are no number": (
        ("add_days = 1", 'add_days = "x"'),
        (21, "Expected: a whole number of days from -366 to 366, such as 1 where", "last day"),
    ),
    "a prefix for a code": (
        ('column = "T", codes', 'column = "T", prefix = "T", codes'),
        (29, "theme_code is not an identifier", "drop the prefix"),
    ),
    "a number format for an identifier": (
        ('{ column = "Worker" }', '{ column = "Worker", number_format = {} }'),
        (17, "worker_id is not a number", "drop the number format"),
    ),
    "one mark for the fraction and for thousands": (
        ('{ thousands = "," }', '{ thousands = ",", decimal = "," }'),
        (30, "the same", "1.234,5"),
    ),
    "a mark that no number has": (
        ('{ thousands = "," }', '{ thousands = "x" }'),
        (30, "this setting does not fit", "','"),
    ),
    "a unit with a digit": (
        ('{ thousands = "," }', '{ unit = "m2" }'),
        (30, "a unit holds no digit", "multiply_by"),
    ),
    "a number format's setting that is not one": (
        ('{ thousands = "," }', '{ thousand = "," }'),
        (30, "there is no such setting", "write 'thousands'"),
    ),
    "a format among several that is none": (
        ('["%d/%m/%Y", "%Y-%m-%d"]', '["%d/%m/%Y", "%Y-%m"]'),
        (20, "this is not the format of a date", "%d/%m/%Y"),
    ),
    "no format at all": (
        ('["%d/%m/%Y", "%Y-%m-%d"]', "[]"),
        (20, "this setting does not fit", "a list of several"),
    ),
    "a pattern without a star": (
        ('"co*" =', '"co" ='),
        (19, "this pattern holds no '*'", "under 'codes'"),
    ),
    "a pattern that fits everything": (
        ('"co*" =', '"**" ='),
        (19, "this pattern fits every value", "'else'"),
    ),
    "a pattern that is too long": (
        ('"co*" =', f'"{"c" * 200}*" ='),
        (19, "this pattern is too long", "at most 200"),
    ),
    "a pattern's code that is not one": (
        ('"co_worker" }', '"coworker" }'),
        (19, "this is not a code of role", "write 'co_worker'"),
    ),
    "a code of anything else that is not one": (
        ('"co*" = "co_worker" }', '"co*" = "co_worker" }, else = "rest"'),
        (19, "this is not a code of role", "family_support"),
    ),
    "a short code that is not of its form": (
        ('"time" = "T01"', '"time" = "T1"'),
        (29, "this is not a code of theme_code", "^T[0-9]{2}$"),
    ),
    "a short code as a number": (
        ('"time" = "T01"', '"time" = 1'),
        (29, "this is not a code of theme_code", "^T[0-9]{2}$"),
    ),
    "loose values that are the same": (
        ('"time" = "T01"', '"time" = "T01", "TIME " = "T02"'),
        (29, "the same but for case and white space", "keep one"),
    ),
    "a match of short codes alone": (
        ('codes = { "time" = "T01" }, match', "match"),
        (29, "'match' goes with 'codes' here", "list the codes"),
    ),
    "a match that is none": (
        ('match = "loose"', 'match = "fuzzy"'),
        (29, "this setting does not fit", "'exact' or 'loose'"),
    ),
    "a match of dates": (
        ("add_days = 1", 'match = "loose"'),
        (21, "end has no code list", "drop 'match'"),
    ),
    "else for a date": (
        ("add_days = 1", 'else = "x"'),
        (21, "end has no code list", "drop 'else'"),
    ),
    "a constant with patterns": (
        ('{ constant = "focus_group" }', '{ constant = "focus_group", patterns = { "a*" = "x" } }'),
        (28, "'patterns' goes with a column", "drop 'patterns'"),
    ),
}  # fmt: skip


def test_the_mapping_that_is_changed_here_is_allowed(tmp_path: Path) -> None:
    mapping = loaded(tmp_path, GOOD)

    assert mapping.case_system == "lcs"
    assert list(mapping.tables) == ["allocation", "theme"]


@pytest.mark.parametrize("name", CHANGES)
def test_what_cannot_be_right_is_refused_by_line(tmp_path: Path, name: str) -> None:
    (old, new), (line, what, hint) = CHANGES[name]
    assert old in GOOD

    with pytest.raises(InputError) as caught:
        loaded(tmp_path, GOOD.replace(old, new, 1))

    message = str(caught.value)
    assert message.startswith(f"mapping.toml, line {line}: ")
    assert what in message
    assert hint in message


def test_a_mapping_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the mapping maps nothing"):
        loaded(tmp_path, 'specification = "1.0"\n')


def test_each_field_says_whether_a_column_a_constant_or_nothing_fills_it(tmp_path: Path) -> None:
    allocation, theme = loaded(tmp_path, GOOD).tables.values()

    filled = {one.field.name: (one.columns, one.is_filled) for one in allocation.fields}
    assert filled["child_id"] == (("Child", "Ref"), True)
    assert filled["change_reason"] == (("lookup change_reason.Meaning",), True)
    assert [(one.constant, one.columns) for one in theme.fields][1] == ("focus_group", ())
