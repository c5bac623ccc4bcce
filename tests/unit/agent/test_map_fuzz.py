"""Whatever stands in a mapping or a source: it is used, or refused with an InputError."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oversight_agent.mapping import OWN, Pseudonymiser, load, map_table, rank_workers
from oversight_agent.mapping.settings import (
    Condition,
    FieldSettings,
    JoinSettings,
    NumberFormat,
    TableSettings,
)
from oversight_agent.validate import validate
from oversight_protocol import specification
from oversight_protocol.errors import InputError
from support.mapped import raw

SPECIFICATION = specification.load("1.0")
FIELDS = sorted({field.name for table in SPECIFICATION.resources for field in table.fields})
MODELS = (TableSettings, FieldSettings, Condition, JoinSettings, NumberFormat)
NAMES = sorted({one.alias or name for m in MODELS for name, one in m.model_fields.items()})
COLUMNS = ["A", "B", "one.A", "one.B", "two.C", "C"]

good = """\
specification = "1.0"
[tables.oversight_event]
file = "e.csv"
date_format = ["%d/%m/%Y", "excel"]
match = "loose"
where = [{ column = "A", is_not = ["x*"] }, { column = "one.B", empty = false }]
[tables.oversight_event.joins.one]
file = "o.csv"
on = { "A" = "A" }
unmatched = "empty"
[tables.oversight_event.joins.two]
file = "t.csv"
on = { "one.B" = "C", "B" = "D" }
[tables.oversight_event.fields]
event_id = { join_text = ["A", "B"] }
worker_id = { first_of = ["two.C", "A"], prefix = "W" }
held_date = { column = "B", add_days = 1 }
type = { column = "A", codes = { "x" = "case" }, patterns = { "y*" = "group" }, else = "case" }
part1_location = { column = "one.B", blank = "unknown" }
evidence = { lookup = { file = "l.csv", from = "B", key = "A", value = "C" } }
[tables.standard]
file = "s.csv"
[tables.standard.fields]
cohort = { constant = "all" }
max_interval_days = { working_days = { from = "A", to = "B" }, date_format = "excel" }
policy_date = { column = "C" }
[tables.theme]
file = "t.csv"
where = [{ column = "A", from = 2020-01-01 }]
[tables.theme.fields]
session_id = { column = "A" }
kind = { constant = "focus_group" }
theme_code = { column = "B", blank = "T01" }
mentions = { column = "C", number_format = { thousands = ",", unit = "%", divide_by = 2 } }
"""
LINES = good.splitlines()

fuzz = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150
)

words = st.sampled_from([*NAMES, *FIELDS, *COLUMNS, "tables", "team", "", "é", ".", "*", "A B"])
scalars = st.sampled_from(
    ["1", "-1", "0.5", "nan", "true", "2026-01-01", "2026-01-01T00:00:00Z", "10:00:00", "1e400",
     '"%d/%m/%Y"', '"excel"', '"loose"', '"x*"', '"*"', '"Y"', '"case"', '"a.csv"', '""', "[]"]
)  # fmt: skip
quoted = words.map(lambda word: f'"{word}"')
inline = st.recursive(
    scalars | quoted,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda some: f"[{', '.join(some)}]")
        | st.dictionaries(quoted, inner, max_size=3).map(
            lambda some: "{ " + ", ".join(f"{key} = {one}" for key, one in some.items()) + " }"
        )
    ),
    max_leaves=8,
)
headers = st.lists(st.sampled_from(
    ["tables", "oversight_event", "standard", "theme", "fields", "joins", "one", "where", "returns"]
), min_size=1, max_size=5).map(lambda path: f"[{'.'.join(path)}]")  # fmt: skip
statements = headers | st.tuples(quoted, inline).map(" = ".join)
cells = st.sampled_from(
    ["", " ", "x", "y1", "X X", "1", "1,5", "45000", "60", "31/12/2020", "31/02/2020", "case",
     "T01", "2020-01-01", "01/01/2020 10:00", "today", "nan", "99999999999999999999", "%"]
) | st.text(max_size=5)  # fmt: skip


def loads_or_is_refused(folder: Path, text: str) -> Any:
    path = folder / "mapping.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        return load(path)
    except InputError as error:
        where = error.where
    assert where.startswith("mapping.toml")
    return None


@fuzz
@given(lines=st.lists(statements, max_size=12))
def test_any_document_loads_or_is_refused(tmp_path: Path, lines: list[str]) -> None:
    loads_or_is_refused(tmp_path, "\n".join(['specification = "1.0"', *lines]))


@fuzz
@given(
    number=st.integers(0, len(LINES) - 1), statement=statements, instead=st.booleans(),
    second=st.none() | st.integers(0, len(LINES) - 1),
)  # fmt: skip
def test_a_good_mapping_with_other_lines_loads_or_is_refused(
    tmp_path: Path, number: int, statement: str, instead: bool, second: int | None
) -> None:
    lines = [*LINES[:number], statement, *LINES[number + instead :]]
    if second is not None:
        del lines[second]

    loads_or_is_refused(tmp_path, "\n".join(lines))


@fuzz
@given(number=st.integers(0, 40), value=inline)
def test_a_good_mapping_with_another_value_loads_or_is_refused(
    tmp_path: Path, number: int, value: str
) -> None:
    parts = good.split(" = ")
    at = 1 + number % (len(parts) - 1)
    end = min((n for n in map(parts[at].find, (",", "}", "\n", "]")) if n >= 0), default=0)
    parts[at] = value + parts[at][end:]

    loads_or_is_refused(tmp_path, " = ".join(parts))


@fuzz
@given(data=st.data())
def test_whatever_stands_in_the_sources_they_are_mapped_or_told(
    tmp_path: Path, data: st.DataObject
) -> None:
    mapping = loads_or_is_refused(tmp_path, good)
    table = mapping.tables[data.draw(st.sampled_from(sorted(mapping.tables)))]
    secret = Pseudonymiser(bytes(32))
    sources = {}
    for source in table.sources:
        rows = data.draw(st.integers(0, 4))
        columns = {
            name: data.draw(st.lists(cells, min_size=rows, max_size=rows))
            for name in source.columns
        }
        unit = data.draw(st.sampled_from(["line", "row", "record"]))
        sources[source.alias] = raw(columns, "x.csv", unit)
    own = sources.pop(OWN)

    found = map_table(table, own, secret, sources)

    assert found.rows_read == len(own.frame)
    assert found.rows_rejected <= found.rows_read - found.rows_filtered
    assert (found.table is None) == bool(found.rows_rejected)
    assert bool(found.rows_rejected) == bool(found.problems)
    assert len(found.origin.numbers) == found.rows_read - found.rows_filtered
    if found.table is not None:
        tables = rank_workers({table.name: found.table}, SPECIFICATION, secret)
        validate(tables, SPECIFICATION, {table.name: found.origin})
