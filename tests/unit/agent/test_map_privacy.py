"""What a source says of a person never reaches a table: only codes, pseudonyms, numbers and days.

For every table of the specification, each field is mapped from a column of whatever a source may
hold: names, dates of birth, sentences. Either there is no table, or every text in it is a code of
the specification, a short code of its form, or a pseudonym.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oversight_agent.mapping import Pseudonymiser, map_table, rank_workers
from oversight_agent.tables import SpecTable
from oversight_protocol import specification
from oversight_protocol.specification import SpecField, SpecTableSchema
from support.mapped import loaded, mapped, raw

SPECIFICATION = specification.load("1.0")
TABLES = [table.name for table in SPECIFICATION.mapped]
PERSONAL = [
    "Zoë Ottoline", "14/02/2011", "2011-02-14", "Mother said that she would leave him.",
    "zoe@example.org", "AB 12 34 56 C", "07700 900123", "<b>", "T01 Zoë", "A01\nZoë",
]  # fmt: skip
PSEUDONYM = re.compile(r"([0-9]{8})?[0-9a-f]{32}")


def schema_of(name: str) -> SpecTableSchema:
    found = SPECIFICATION.table(name)
    assert found is not None
    return found


def text_of(schema: SpecTableSchema) -> str:
    lines = ['specification = "1.0"', f"[tables.{schema.name}]", 'file = "x.csv"']
    lines += ['date_format = ["%Y-%m-%d", "%d/%m/%Y"]', f"[tables.{schema.name}.fields]"]
    lines += [f'{field.name} = {{ column = "{field.name}" }}' for field in schema.fields]
    return "\n".join(lines)


def good(field: SpecField) -> list[str]:
    """Values that the field takes."""
    if field.codes is not None:
        return [str(code) for code in field.codes]
    if field.pattern is not None:
        return ["A01", "T01"]
    if field.pseudonym is not None:
        return PERSONAL
    return {"date": ["2026-01-31", "31/01/2026 10:00"]}.get(field.type, ["1"])


def is_allowed(field: SpecField, value: str) -> bool:
    if field.codes is not None:
        return value in field.codes
    if field.pattern is not None:
        return bool(field.pattern.fullmatch(value)) and len(value) <= 64
    return field.pseudonym is not None and bool(PSEUDONYM.fullmatch(value))


def texts_in(table: SpecTable) -> list[tuple[SpecField, str]]:
    return [
        (field, value)
        for field in schema_of(table.name).fields
        if field.type == "string"
        for value in table.frame[field.name].dropna()
    ]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_holds_no_text_of_its_source_but_codes(tmp_path: Path, name: str) -> None:
    schema = schema_of(name)
    rows = len(PERSONAL)
    columns = {
        field.name: [good(field)[n % len(good(field))] for n in range(rows)]
        for field in schema.fields
    }

    found = mapped(tmp_path, text_of(schema), raw(columns, "x.csv"))

    bad_form = {field.name for field in schema.fields if field.pattern is not None}
    assert {problem.field for problem in found.problems} <= bad_form
    if found.table is not None:
        texts = texts_in(found.table)
        assert texts
        assert all(is_allowed(field, value) for field, value in texts)
        assert (
            found.table.frame.dtypes.astype(str)
            .isin(["str", "Int64", "Float64", "datetime64[s]"])
            .all()
        )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_whatever_stands_in_a_source_no_table_holds_it(tmp_path: Path, data: st.DataObject) -> None:
    schema = schema_of(data.draw(st.sampled_from(TABLES)))
    anything = st.sampled_from(PERSONAL) | st.text(max_size=40)
    rows = data.draw(st.integers(1, 3))
    columns = {
        field.name: data.draw(
            st.lists(st.sampled_from(good(field)) | anything, min_size=rows, max_size=rows)
        )
        for field in schema.fields
    }

    found = mapped(tmp_path, text_of(schema), raw(columns, "x.csv"))

    if found.table is not None:
        assert all(is_allowed(field, value) for field, value in texts_in(found.table))
    told = repr(found) + "".join(problem.found + problem.expected for problem in found.problems)
    assert "Ottoline" not in told
    assert "Mother" not in told


@pytest.mark.parametrize(
    ("name", "field", "kind"),
    [("survey_response", "respondent_id", "respondent"), ("theme", "session_id", "session")],
)
def test_respondents_and_sessions_have_pseudonyms_of_their_own(
    tmp_path: Path, name: str, field: str, kind: str
) -> None:
    schema = schema_of(name)
    code = {"question_id": "A01", "theme_code": "T01"}
    columns = {one.name: [code.get(one.name) or good(one)[0]] for one in schema.fields}
    columns[field] = ["7"]
    pseudonyms = Pseudonymiser(bytes(31) + b"\x01")
    (other,) = {"respondent", "session"} - {kind}

    found = mapped(tmp_path, text_of(schema), raw(columns, "x.csv"))

    assert found.table is not None, found.problems
    assert found.table.frame[field].tolist() == [pseudonyms.pseudonym(kind, "7")]  # type: ignore[arg-type]
    assert pseudonyms.pseudonym(kind, "7") != pseudonyms.pseudonym(other, "7")  # type: ignore[arg-type]


def test_workers_that_are_ranked_keep_their_pseudonyms(tmp_path: Path) -> None:
    schema = schema_of("allocation")
    pseudonyms = Pseudonymiser(bytes(32))
    columns = {field.name: [good(field)[0]] * 2 for field in schema.fields}
    columns["worker_id"] = ["W10", "W9"]
    (table,) = loaded(tmp_path, text_of(schema)).tables.values()

    found = map_table(table, raw(columns, "x.csv"), pseudonyms).table
    assert found is not None
    ranked = rank_workers({"allocation": found}, SPECIFICATION, pseudonyms)["allocation"]

    assert [one[:8] for one in ranked.frame["worker_id"]] == ["00000000", "00000001"]
    assert all(is_allowed(field, value) for field, value in texts_in(ranked))
